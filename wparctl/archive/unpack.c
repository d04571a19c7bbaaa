/* SPDX-License-Identifier: Apache-2.0 */
/* An archive into a folder: see unpack.h. */
#include "wparctl/archive/unpack.h"

#include "wparctl/archive/run.h"

#include <string.h>
#include <unistd.h>

/* "progress KIB-READ KIB-TOTAL ENTRIES"; @user: was one shown on a terminal? */
static void show_progress(void *user, const char *line)
{
	unsigned long long done, total, entries;
	bool *shown = user;

	if (sscanf(line, "progress %llu %llu %llu", &done, &total, &entries) != 3)
		return;
	*shown = isatty(2);
	fprintf(stderr, "%sUnpacking the image: %llu", *shown ? "\r" : "", done >> 10);
	if (total) /* not of a directory */
		fprintf(stderr, " of %llu", total >> 10);
	fprintf(stderr, " MiB read, %llu files%s", entries, *shown ? " " : "\n");
}

int wpar_unpack(const char *archive, const int *input, int folder, uint64_t kib, bool progress,
		char digest[65], struct par_error **err)
{
	bool shown = false;
	const struct wpar_archive_run run = {
		.archive = archive,
		.input = input,
		.mode = folder < 0 ? "digest" : "unpack",
		.kib = kib,
		.folder = folder,
		.line = progress ? show_progress : NULL,
		.user = &shown,
	};
	struct wpar_archive_end end;
	int r = wpar_archive_run(&run, &end, err);

	if (shown)
		fputc('\n', stderr);
	if (r < 0)
		return r;
	memcpy(digest, end.digest, 65);
	return 0;
}
