/* SPDX-License-Identifier: Apache-2.0 */
/* The facts of this system: see here.h. */
#include "wparctl/versioned/here.h"

#include "lpard/common/fs.h"

#include <libgen.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* The store may not be there yet: of the nearest folder above it that is. */
static uint64_t free_kib(void)
{
	autofree char *path = wpar_path(WPAR_STORE_DIR "/images");
	struct statvfs v;

	for (char *at = path; at; at = dirname(at)) {
		if (statvfs(at, &v) == 0)
			return (uint64_t)v.f_bavail * v.f_frsize >> 10;
		if (strcmp(at, "/") == 0 || strcmp(at, ".") == 0)
			break;
	}
	return 0;
}

static bool has_vsyscall(void)
{
	auto_buf maps = { 0 };

	return par_fs_read("/proc/self/maps", 1 << 20, &maps) == 0 && maps.data &&
	       strstr(maps.data, "[vsyscall]");
}

void wpar_here_get(struct wpar_here_facts *ret)
{
	const long page = sysconf(_SC_PAGESIZE);

	*ret = (struct wpar_here_facts){ 0 };
	uname(&ret->uname);
	ret->here = (struct wpar_here){
		.machine = ret->uname.machine,
		.kernel = ret->uname.release,
		.page_size = page > 0 ? (uint64_t)page : 0,
		.free_kib = free_kib(),
		.vsyscall = has_vsyscall(),
		.runs = &ret->runs,
	};
}

void wpar_here_for(struct wpar_here_facts *f, const char *architecture)
{
	if (!wpar_machine_is_here(architecture))
		wpar_run_facts_get(architecture, &f->runs);
}

void wpar_here_done(struct wpar_here_facts *f)
{
	wpar_run_facts_done(&f->runs);
}
