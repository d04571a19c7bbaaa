/* SPDX-License-Identifier: Apache-2.0 */
/* The digest of contents: see contents.h. */
#include "lpard/common/contents.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void par_contents_begin(struct par_contents *c, unsigned int format)
{
	*c = (struct par_contents){ .format = format };
	par_sha256_init(&c->data);
	par_sha256_init(&c->map);
}

void par_contents_data(struct par_contents *c, const void *data, size_t len)
{
	par_sha256_put(&c->data, data, len);
	c->at += len;
}

static void put_line(struct par_contents *c, const char *line)
{
	par_sha256_put(&c->map, line, strlen(line));
}

static void close_extent(struct par_contents *c)
{
	char line[64];

	if (c->begin == c->at)
		return;
	snprintf(line, sizeof(line), "%" PRIu64 " %" PRIu64 "\n", c->begin, c->at - c->begin);
	put_line(c, line);
	c->begin = c->at;
}

void par_contents_hole(struct par_contents *c, uint64_t len)
{
	if (len == 0)
		return;
	if (c->format == PAR_CONTENTS_ZEROS) {
		par_sha256_put_zeros(&c->data, len);
		c->at += len;
		return;
	}
	close_extent(c);
	c->at += len;
	c->begin = c->at;
	c->holes = true;
}

const char *par_contents_end(struct par_contents *c, char ret[PAR_SHA256_TEXT])
{
	char line[PAR_SHA256_TEXT + 32];

	par_sha256_finish(&c->data, ret);
	if (!c->holes)
		return "file";
	close_extent(c);
	snprintf(line, sizeof(line), "size %" PRIu64 "\ndata %s\n", c->at, ret);
	put_line(c, line);
	par_sha256_finish(&c->map, ret);
	return "sparse";
}
