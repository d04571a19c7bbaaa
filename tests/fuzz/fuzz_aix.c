/* SPDX-License-Identifier: Apache-2.0 */
/* A backup of AIX in pieces of any size: no crash, and no more members than there are heads. */
#include "wparctl/archive/helper/aix.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *data;
	size_t len, piece, members;
};

static ssize_t read_piece(void *user, void *data, size_t len)
{
	struct input *in = user;
	size_t n = in->piece < len ? in->piece : len;

	n = n < in->len ? n : in->len;
	memcpy(data, in->data, n);
	in->data += n;
	in->len -= n;
	return (ssize_t)n;
}

static void take_member(void *user, const struct aix_member *m)
{
	struct input *in = user;

	in->members++;
	if (!*m->name || strlen(m->name) > 4095)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data + 1, size - 1, 1, 0 };
	const struct aix_reader rd = { read_piece, take_member, &in };
	const char *format;

	if (size < 1)
		return 0;
	in.piece = data[0] & 1 ? 1 + data[0] : 65536;
	if (wpar_aix_list(&rd, &format) < 0 || in.members > size / 112 || (in.members && !format))
		abort();
	return 0;
}
