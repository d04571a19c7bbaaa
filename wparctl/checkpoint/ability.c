/* SPDX-License-Identifier: Apache-2.0 */
/* What this LPAR can: see ability.h. */
#include "wparctl/checkpoint/ability.h"

#include "lpard/common/fs.h"
#include "lpard/common/process.h"
#include "wparctl/checkpoint/criu_run.h"

#include <string.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/utsname.h>

#define TOOLS_PATH "/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"

/* The end of the address space with 4 KiB pages, which criu scans to; the kernel refuses it. */
#define SCAN_END 0x400000000000u

/* linux/fs.h of 6.7, and the category of 6.15. */
struct scan {
	uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages, inverted, mask, any,
		wanted;
};
#define PAGEMAP_SCAN_REQUEST _IOWR('f', 16, struct scan)
#define PAGE_IS_GUARD_BIT    ((uint64_t)1 << 8)

#define SOFT_DIRTY_BIT ((uint64_t)1 << 55)

void wpar_ability_done(struct wpar_ability *a)
{
	free(a->host);
	free(a->machine);
	free(a->kernel);
	free(a->criu_path);
	free(a->network_lock);
	*a = (struct wpar_ability){ 0 };
}

unsigned int wpar_criu_version(const char *text)
{
	const char *at = text ? strstr(text, "Version: ") : NULL;
	unsigned int v[3] = { 0 };

	if (!at || sscanf(at, "Version: %3u.%2u.%2u", &v[0], &v[1], &v[2]) < 2)
		return 0;
	return v[0] * 10000 + v[1] * 100 + v[2];
}

const char *wpar_criu_version_text(unsigned int version, char buf[WPAR_CRIU_VERSION_SIZE])
{
	snprintf(buf, WPAR_CRIU_VERSION_SIZE, "%u.%u.%u", version / 10000, version / 100 % 100,
		 version % 100);
	return buf;
}

static bool has_program(const char *name)
{
	autofree char *path = NULL;

	return par_find_program(name, TOOLS_PATH, &path) == 0;
}

static int find_criu(struct wpar_ability *a, struct par_error **err)
{
	auto_buf text = { 0 };
	int r = par_find_program("criu", TOOLS_PATH, &a->criu_path);

	if (r < 0)
		return r == -ENOMEM ? par_oom(err) : 0;
	r = wpar_criu_output((char *const[]){ a->criu_path, (char *)"--version", NULL }, &text,
			     err);
	if (r < 0)
		return r;
	a->criu = wpar_criu_version(text.data);
	return 0;
}

/* What criu's own scan is answered with; a kernel that does not know guard pages has EINVAL. */
static bool refuses_scan(void)
{
	autofd int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	struct scan s = { .size = sizeof(s),
			  .end = SCAN_END,
			  .mask = PAGE_IS_GUARD_BIT,
			  .wanted = PAGE_IS_GUARD_BIT };

	return fd >= 0 && sysconf(_SC_PAGESIZE) == 4096 &&
	       ioctl(fd, PAGEMAP_SCAN_REQUEST, &s) < 0 && errno == EFAULT;
}

static bool page_is_dirty(int pagemap, const char *page, uint64_t size)
{
	uint64_t entry = 0;

	return pread(pagemap, &entry, sizeof(entry),
		     (off_t)((uintptr_t)page / size * sizeof(entry))) == sizeof(entry) &&
	       entry & SOFT_DIRTY_BIT;
}

/* By trying: a page is forgotten, and then written to. */
static bool has_soft_dirty(void)
{
	const uint64_t size = (uint64_t)sysconf(_SC_PAGESIZE);
	volatile char *page =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	autofd int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	bool before = true, after = false;

	if (page == MAP_FAILED)
		return false;
	*page = 1;
	if (pagemap >= 0 && par_fs_write_str(AT_FDCWD, "/proc/self/clear_refs", "4") == 0) {
		before = page_is_dirty(pagemap, (char *)page, size);
		*page = 2;
		after = page_is_dirty(pagemap, (char *)page, size);
	}
	munmap((char *)page, size);
	return !before && after;
}

static bool may_fault_later(void)
{
	auto_buf b = { 0 };

	return par_fs_read("/proc/sys/vm/unprivileged_userfaultfd", 16, &b) == 0 && b.data &&
	       b.data[0] == '1';
}

static int name_machine(struct wpar_ability *a, struct par_error **err)
{
	struct utsname u;

	if (uname(&u) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "the kernel does not say what it is");
	a->host = strdup(u.nodename);
	a->machine = strdup(u.machine);
	a->kernel = strdup(u.release);
	return a->host && a->machine && a->kernel ? 0 : par_oom(err);
}

static int get(struct wpar_ability *a, struct par_error **err)
{
	int r = name_machine(a, err);

	if (r < 0)
		return r;
	a->page_size = (uint64_t)sysconf(_SC_PAGESIZE);
	a->hwcap = getauxval(AT_HWCAP);
	a->hwcap2 = getauxval(AT_HWCAP2);
	r = find_criu(a, err);
	if (r < 0)
		return r;
	/* Not iptables: what a criu that was killed leaves of that stays. */
	if (has_program("nft")) {
		a->network_lock = strdup("nftables");
		if (!a->network_lock)
			return par_oom(err);
	}
	a->guard_scan = refuses_scan();
	a->repair = access("/usr/lib/lpard/criu-repair.so", R_OK) == 0;
	a->time_namespaces = access("/proc/self/ns/time", F_OK) == 0;
	a->soft_dirty = has_soft_dirty();
	a->userfaultfd = may_fault_later();
	a->tools = has_program("ip") && has_program("tar");
	return 0;
}

int wpar_ability_get(struct wpar_ability *ret, struct par_error **err)
{
	auto_ability a = { 0 };
	int r = get(&a, err);

	if (r < 0)
		return r;
	*ret = a;
	a = (struct wpar_ability){ 0 };
	return 0;
}
