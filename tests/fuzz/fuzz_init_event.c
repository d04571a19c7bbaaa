/* SPDX-License-Identifier: Apache-2.0 */
/* A device event as the init of an LPAR reads it: every word stays a string inside it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "images/init/event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void inside(const char *word, const char *text, size_t size)
{
	if (word && (word < text || word > text + size || strlen(word) > size))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct init_event event;
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	init_event_parse(text, size, &event);
	inside(event.action, text, size);
	inside(event.path, text, size);
	inside(event.subsystem, text, size);
	inside(event.interface, text, size);
	inside(event.modalias, text, size);
	free(text);
	return 0;
}
