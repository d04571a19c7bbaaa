/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the two LPARs against each other: machine, system, criu, what is free. */
#include "lpard/core/move/fit_priv.h"

#include <inttypes.h>
#include <string.h>

#define CRIU_LEAST    31900 /* facts of CRIU: scv of POWER9 is not known to older ones */
#define AHEAD_MOST_MS 10000
#define TEXT_SIZE     96

static const char *text_of(const char *s)
{
	return s && *s ? s : "none";
}

static const char *yes_no(bool v)
{
	return v ? "yes" : "no";
}

/* Both have the same word. */
static void equal(struct move_look *l, const struct move_test *t, const char *a, const char *b)
{
	move_add(l, t, text_of(a), text_of(b), par_streq(a, b));
}

static void make_architecture(struct move_look *l, const struct move_test *t)
{
	equal(l, t, l->here->machine, l->there->machine);
}

static void make_kernel(struct move_look *l, const struct move_test *t)
{
	equal(l, t, l->here->kernel, l->there->kernel);
}

static void make_os(struct move_look *l, const struct move_test *t)
{
	equal(l, t, l->here->os, l->there->os);
}

static void make_product(struct move_look *l, const struct move_test *t)
{
	equal(l, t, l->here->product, l->there->product);
}

static void make_page_size(struct move_look *l, const struct move_test *t)
{
	char a[TEXT_SIZE], b[TEXT_SIZE];

	snprintf(a, sizeof(a), "%" PRIu64, l->here->page_size);
	snprintf(b, sizeof(b), "%" PRIu64, l->there->page_size);
	move_add(l, t, a, b, l->here->page_size == l->there->page_size);
}

/* What the processor of the source can, that of the target must. */
static void bits(struct move_look *l, const struct move_test *t, uint64_t here, uint64_t there)
{
	char a[TEXT_SIZE], b[TEXT_SIZE];

	snprintf(a, sizeof(a), "%016" PRIx64, here);
	snprintf(b, sizeof(b), "%016" PRIx64, there);
	move_add(l, t, a, b, (here & ~there) == 0);
}

static void make_hwcap(struct move_look *l, const struct move_test *t)
{
	bits(l, t, l->here->hwcap, l->there->hwcap);
}

static void make_hwcap2(struct move_look *l, const struct move_test *t)
{
	bits(l, t, l->here->hwcap2, l->there->hwcap2);
}

static void criu_text(uint64_t v, char ret[TEXT_SIZE])
{
	snprintf(ret, TEXT_SIZE, "%" PRIu64 ".%" PRIu64 ".%" PRIu64, v / 10000, v / 100 % 100,
		 v % 100);
	if (v == 0)
		snprintf(ret, TEXT_SIZE, "none");
}

static void make_criu(struct move_look *l, const struct move_test *t)
{
	const uint64_t here = l->here->criu, there = l->there->criu;
	char a[TEXT_SIZE], b[TEXT_SIZE];

	criu_text(here, a);
	criu_text(there, b);
	move_add(l, t, a, b, here >= CRIU_LEAST && there >= here);
}

/* Both must have it: the source to take it along, the target to bring it back. */
static void both(struct move_look *l, const struct move_test *t, bool here, bool there)
{
	move_add(l, t, yes_no(here), yes_no(there), here && there);
}

static void make_guard_pages(struct move_look *l, const struct move_test *t)
{
	both(l, t, l->here->guard_pages, l->there->guard_pages);
}

static void make_network_lock(struct move_look *l, const struct move_test *t)
{
	const char *here = l->here->network_lock, *there = l->there->network_lock;

	move_add(l, t, text_of(here), text_of(there), here && there);
}

static void make_tools(struct move_look *l, const struct move_test *t)
{
	both(l, t, l->here->tools, l->there->tools);
}

static void make_time_namespaces(struct move_look *l, const struct move_test *t)
{
	both(l, t, l->here->time_namespaces, l->there->time_namespaces);
}

static void make_soft_dirty(struct move_look *l, const struct move_test *t)
{
	move_add(l, t, yes_no(l->here->soft_dirty), "", l->here->soft_dirty);
}

static void make_userfaultfd(struct move_look *l, const struct move_test *t)
{
	move_add(l, t, "", yes_no(l->there->userfaultfd), l->there->userfaultfd);
}

static void mib(uint64_t bytes, const char *what, char ret[TEXT_SIZE])
{
	snprintf(ret, TEXT_SIZE, "%" PRIu64 " MiB%s", bytes >> 20, what);
}

static void make_memory(struct move_look *l, const struct move_test *t)
{
	char a[TEXT_SIZE], b[TEXT_SIZE];

	mib(l->wpar->memory, " in use", a);
	mib(l->there->memory_free, " free", b);
	move_add(l, t, a, b, l->wpar->memory <= l->there->memory_free);
}

static void make_memory_total(struct move_look *l, const struct move_test *t)
{
	char a[TEXT_SIZE], b[TEXT_SIZE];

	mib(l->here->memory, "", a);
	mib(l->there->memory, "", b);
	move_add(l, t, a, b, l->there->memory >= l->here->memory);
}

static void make_processors(struct move_look *l, const struct move_test *t)
{
	char a[TEXT_SIZE], b[TEXT_SIZE];

	snprintf(a, sizeof(a), "%" PRIu64, l->here->processors);
	snprintf(b, sizeof(b), "%" PRIu64, l->there->processors);
	move_add(l, t, a, b, l->there->processors >= l->here->processors);
}

/* Its files, and of one that runs on its memory, which is written down on the way. */
static void make_room(struct move_look *l, const struct move_test *t)
{
	const uint64_t memory = l->kind == LPAR_MOVE_LIVE ? l->wpar->memory : 0;
	const uint64_t most = UINT64_MAX - memory;
	const uint64_t need = (l->wpar->disk < most ? l->wpar->disk : most) + memory;
	char a[TEXT_SIZE], b[TEXT_SIZE];

	mib(need, " to be written", a);
	mib(l->there->room, " free", b);
	move_add(l, t, a, b, need <= l->there->room);
}

static void make_clock(struct move_look *l, const struct move_test *t)
{
	const int64_t here = l->source->ahead_ms, there = l->target->ahead_ms;
	const int64_t difference = here > there ? here - there : there - here;
	char a[TEXT_SIZE], b[TEXT_SIZE];

	snprintf(a, sizeof(a), "%+" PRId64 " s", here / 1000);
	snprintf(b, sizeof(b), "%+" PRId64 " s", there / 1000);
	move_add(l, t, a, b, difference <= AHEAD_MOST_MS);
}

const struct move_test move_tests_lpar[] = {
	{ "product", HINT, make_product, "bring wparctl of both LPARs to the same version" },
	{ "architecture", ALWAYS, make_architecture, "choose an LPAR of the same architecture" },
	{ "os", HINT, make_os, "syncwpar or migwpar brings it up to the other system" },
	{ "kernel", HINT, make_kernel, "another kernel may lack what its processes use" },
	{ "page-size", LIVE_MORE, make_page_size,
	  "choose an LPAR whose boot image has pages of that size, or move with --kind static" },
	{ "hwcap", LIVE_MORE, make_hwcap,
	  "choose an LPAR whose processor has all that this one has (lpar_proc_compat_mode)" },
	{ "hwcap2", LIVE_MORE, make_hwcap2,
	  "choose an LPAR whose processor has all that this one has (lpar_proc_compat_mode)" },
	{ "criu", LIVE_ONLY, make_criu,
	  "install criu 3.19 or later here, and one that is as new there" },
	{ "guard-pages", LIVE_ONLY, make_guard_pages,
	  "boot images that carry the repair of criu for their kernel" },
	{ "network-lock", LIVE_ONLY, make_network_lock, "install nftables in both LPARs" },
	{ "tools", LIVE_ONLY, make_tools, "install iproute2 and tar in both LPARs" },
	{ "time-namespaces", LIVE_ONLY, make_time_namespaces,
	  "boot kernels with CONFIG_TIME_NS in both LPARs" },
	{ "soft-dirty", LIVE_HINT, make_soft_dirty,
	  "without it all memory is copied while it stands still" },
	{ "userfaultfd", LIVE_HINT, make_userfaultfd,
	  "without it memory cannot follow later; set vm.unprivileged_userfaultfd=1 there" },
	{ "memory", ALWAYS, make_memory, "free memory there, or give that LPAR more" },
	{ "memory-total", HINT, make_memory_total, "it would find less memory there than here" },
	{ "processors", HINT, make_processors, "it would find fewer processors there" },
	{ "room", ALWAYS, make_room, "free room in /wpars of that LPAR" },
	{ "clock", HINT, make_clock, "set the clocks of both LPARs; its clock would jump" },
};
const size_t move_n_tests_lpar = PAR_ARRAY_SIZE(move_tests_lpar);
