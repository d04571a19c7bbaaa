/* SPDX-License-Identifier: Apache-2.0 */
/* Parses a device event; see event.h. */
#include <string.h>

#include "event.h"

static const char *value_of(const char *text, size_t len, const char *key)
{
	size_t key_len = strlen(key);

	for (const char *word = text; word < text + len; word += strlen(word) + 1)
		if (strncmp(word, key, key_len) == 0 && word[key_len] == '=')
			return word + key_len + 1;
	return NULL;
}

void init_event_parse(const char *text, size_t len, struct init_event *ret_event)
{
	*ret_event = (struct init_event){
		.action = value_of(text, len, "ACTION"),
		.path = value_of(text, len, "DEVPATH"),
		.subsystem = value_of(text, len, "SUBSYSTEM"),
		.interface = value_of(text, len, "INTERFACE"),
		.modalias = value_of(text, len, "MODALIAS"),
	};
}
