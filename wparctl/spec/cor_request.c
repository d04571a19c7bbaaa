/* SPDX-License-Identifier: Apache-2.0 */
/* Requests to cor_NAME: see cor_request.h.  "mount DIRECTORY", "umount DIRECTORY" or "error TEXT".
 */
#include "wparctl/spec/cor_request.h"

#include <stdio.h>
#include <string.h>

static bool is_plain(const char *path, size_t len)
{
	if (len < 2 || len >= sizeof(((struct wpar_cor_request *)NULL)->text))
		return false;
	for (size_t i = 0; i < len;) {
		size_t n = 0;

		if (path[i++] != '/')
			return false;
		while (i + n < len && path[i + n] != '/') {
			unsigned char c = (unsigned char)path[i + n++];

			if (c <= ' ' || c > '~')
				return false;
		}
		if (n == 0 || (n == 1 && path[i] == '.') ||
		    (n == 2 && path[i] == '.' && path[i + 1] == '.'))
			return false;
		i += n;
	}
	return true;
}

/* With the end of its line it has room in the buffer when that is empty. */
static bool is_message(const char *text, size_t len)
{
	return len < WPAR_ERROR_BUFFER && (len == 0 || !memchr(text, '\0', len));
}

static const char *const verbs[] = {
	[WPAR_COR_MOUNT] = "mount ",
	[WPAR_COR_UMOUNT] = "umount ",
	[WPAR_COR_ERROR] = "error ",
};

bool wpar_cor_parse(const char *data, size_t len, struct wpar_cor_request *ret)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		size_t n = strlen(verbs[i]);

		if (len < n || memcmp(data, verbs[i], n) != 0)
			continue;
		if (i == WPAR_COR_ERROR ? !is_message(data + n, len - n)
					: !is_plain(data + n, len - n))
			return false;
		ret->verb = (enum wpar_cor_verb)i;
		memcpy(ret->text, data + n, len - n);
		ret->text[len - n] = '\0';
		return true;
	}
	return false;
}

size_t wpar_cor_write(enum wpar_cor_verb verb, const char *text, char *buf)
{
	struct wpar_cor_request parsed;
	int n = snprintf(buf, WPAR_COR_MOST, "%s%s", verbs[verb], text);

	if (n < 0 || n >= WPAR_COR_MOST || !wpar_cor_parse(buf, (size_t)n, &parsed))
		return 0;
	return (size_t)n;
}
