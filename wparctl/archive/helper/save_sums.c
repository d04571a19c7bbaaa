/* SPDX-License-Identifier: Apache-2.0 */
/* The text of the member checksums (docs/SAVEWPAR.md), written down as the members are. */
#include "wparctl/archive/helper/save.h"

#include "wparctl/archive/helper/entry_text.h"

#include <archive_entry.h>
#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

int save_sums_begin(struct save_sums *s)
{
	const int copy = dup(SAVE_SUMS);

	par_sha256_init(&s->entries);
	s->file = copy < 0 ? NULL : fdopen(copy, "w");
	if (!s->file)
		return -errno;
	return fprintf(s->file, "savewpar-checksums %d\n", PAR_CONTENTS_EXTENTS) < 0 ? -EIO : 0;
}

int save_sums_member(struct save_sums *s, struct archive_entry *e)
{
	s->members++;
	if (archive_entry_filetype(e) == AE_IFREG && !archive_entry_hardlink(e))
		s->bytes += (uint64_t)archive_entry_size(e);
	wpar_entry_text(&s->line, e);
	if (s->line.failed)
		return -ENOMEM;
	par_sha256_put(&s->entries, s->line.data, s->line.len);
	return 0;
}

static int put_line(struct save_sums *s, const char *begin, const char *name)
{
	par_buf_clear(&s->line);
	par_buf_puts(&s->line, begin);
	wpar_entry_put_name(&s->line, name);
	par_buf_putc(&s->line, '\n');
	if (s->line.failed)
		return -ENOMEM;
	return fwrite(s->line.data, s->line.len, 1, s->file) == 1 ? 0 : -errno;
}

int save_sums_file(struct save_sums *s, struct par_contents *sum, uint64_t size, const char *name)
{
	char begin[128], hex[PAR_SHA256_TEXT];
	const char *word = par_contents_end(sum, hex);

	snprintf(begin, sizeof(begin), "%s %s %" PRIu64 " ", word, hex, size);
	return put_line(s, begin, name);
}

int save_sums_removed(struct save_sums *s, const char *name)
{
	return put_line(s, "removed ", name);
}

int save_sums_end(struct save_sums *s, uint64_t frozen_ms, uint64_t *ret_size)
{
	char hex[PAR_SHA256_TEXT];
	long size;

	par_sha256_finish(&s->entries, hex);
	fprintf(s->file,
		"entries %s\nfrozen %" PRIu64 "\nmembers %" PRIu64 "\nbytes %" PRIu64 "\nend\n",
		hex, frozen_ms, s->members, s->bytes);
	if (fflush(s->file) != 0 || (size = ftell(s->file)) < 0)
		return -errno;
	*ret_size = (uint64_t)size;
	return 0;
}
