/* SPDX-License-Identifier: Apache-2.0 */
/* Who runs a WPAR: see ownership.h.  The record here is /var/lib/wpars/owners/UUID. */
#include "wparctl/runtime/life/ownership.h"

#include "lpard/common/fs.h"
#include "lpard/common/now.h"
#include "wparctl/resources/lpar.h"
#include "wparctl/runtime/life/owner_fence.h"

#include <string.h>
#include <sys/utsname.h>

#define FOLDER WPAR_STORE_DIR "/owners"

static bool has_owner(const struct wpar_spec *s)
{
	return s->type == WPAR_SYSTEM && s->uuid;
}

static bool read_word(const char *path, char *ret, size_t size)
{
	auto_buf b = { 0 };
	const char *text;

	if (par_fs_read(path, size, &b) < 0 || !b.data)
		return false;
	text = par_trim(b.data);
	if (!*text || !par_printable(text) || strlen(text) >= size)
		return false;
	memcpy(ret, text, strlen(text) + 1);
	return true;
}

/* What tells this LPAR from others: its UUID, as the hypervisor has it, or that of its system. */
static void name_machine(struct wpar_owner *o)
{
	auto_lpar l = { 0 };
	struct utsname u;

	wpar_lpar_get(&l);
	snprintf(o->lpar, sizeof(o->lpar), "%s", l.name);
	if (!*o->lpar && uname(&u) == 0)
		snprintf(o->lpar, sizeof(o->lpar), "%.63s", u.nodename);
	if (!read_word("/proc/device-tree/vm,uuid", o->machine, sizeof(o->machine)) &&
	    !read_word("/etc/machine-id", o->machine, sizeof(o->machine)))
		snprintf(o->machine, sizeof(o->machine), "%s", *o->lpar ? o->lpar : "none");
}

static char *record_path(const struct wpar_spec *s)
{
	return wpar_path(FOLDER "/%s", s->uuid);
}

/* One that cannot be read is none: it says nothing that only it knows. */
static void read_here(const struct wpar_spec *s, struct wpar_owner *ret)
{
	autofree char *path = record_path(s);
	auto_buf b = { 0 };

	if (!path || par_fs_read(path, WPAR_OWNER_MOST, &b) < 0 || !b.data ||
	    wpar_owner_parse(b.data, b.len, ret, NULL) < 0)
		*ret = (struct wpar_owner){ 0 };
}

/* A boot takes what is not on the disk yet; a start that was forgotten so runs no more. */
static int write_here(const struct wpar_spec *s, const struct wpar_owner *o)
{
	autofree char *folder = wpar_path(FOLDER), *path = record_path(s);
	auto_buf text = { 0 };
	int r = folder && path ? par_fs_mkdirs(folder, 0700) : -ENOMEM;

	if (r < 0)
		return r;
	if (wpar_owner_print(o, &text) < 0)
		return -ENOMEM;
	return par_fs_replace_volatile(AT_FDCWD, path, text.data, text.len, 0600);
}

/* What is asked of each record, and what becomes of it. */
struct change {
	const struct wpar_spec *spec;
	struct wpar_owner to;	/* what it becomes, where @writes */
	uint64_t highest;	/* generation of those that were seen, */
	struct wpar_owner last; /* and that record */
	bool minds_others, only_ours, writes;
};

static int visit(struct wpar_owner *o, const char *where, void *user, struct par_error **err)
{
	struct change *c = user;

	if (c->minds_others && wpar_owner_is_others(o, c->to.machine))
		return wpar_owner_fail_others(o, c->spec->name, where, err);
	if (o->generation > c->highest) {
		c->highest = o->generation;
		c->last = *o;
	}
	/* Another LPAR has taken it over meanwhile. */
	if (!c->writes || (c->only_ours && strcmp(o->machine, c->to.machine) != 0))
		return 0;
	*o = c->to;
	return 1;
}

static void begin(const struct wpar_spec *s, struct change *c)
{
	*c = (struct change){ .spec = s };
	read_here(s, &c->last);
	c->highest = c->last.generation;
	c->to = c->last;
	name_machine(&c->to);
	snprintf(c->to.uuid, sizeof(c->to.uuid), "%s", s->uuid);
	snprintf(c->to.name, sizeof(c->to.name), "%s", s->name);
}

/* Seen first, all of them, and written only when none of them minds. */
static int look(struct change *c, bool patient, struct par_error **err)
{
	const struct wpar_fence_visit v = { .visit = visit, .user = c, .patient = patient };

	c->writes = false;
	return wpar_fence_visit(c->spec, &v, err);
}

static int put(struct change *c, bool patient, struct par_error **err)
{
	const struct wpar_fence_visit v = { .visit = visit, .user = c, .patient = patient };
	int r;

	c->writes = true;
	r = wpar_fence_visit(c->spec, &v, err);
	if (r < 0)
		return r;
	r = write_here(c->spec, &c->to);
	return r < 0 && patient ? par_fail(err, PAR_E_SYSTEM, r,
					   "the owner's record of '%s' cannot be "
					   "written",
					   c->spec->name)
				: 0;
}

static void set(struct change *c, enum wpar_owner_state state, enum wpar_owner_event last,
		uint64_t generation)
{
	c->to.state = state;
	c->to.last = last;
	c->to.generation = generation;
	c->to.since_ms = par_wall_ms();
}

int wpar_owner_get(const struct wpar_spec *s, struct wpar_owner *ret, struct par_error **err)
{
	struct change c;
	int r;

	*ret = (struct wpar_owner){ 0 };
	if (!has_owner(s))
		return 0;
	begin(s, &c);
	r = look(&c, true, err);
	if (r < 0)
		return r;
	*ret = c.last;
	return 0;
}

int wpar_owner_start(const struct wpar_spec *s, struct par_error **err)
{
	struct change c;
	int r;

	if (!has_owner(s))
		return 0;
	begin(s, &c);
	c.minds_others = true;
	r = look(&c, true, err);
	if (r < 0)
		return r;
	set(&c, WPAR_OWNER_RUNNING, WPAR_OWNER_STARTED, c.highest + 1);
	return put(&c, true, err);
}

int wpar_owner_restart(const struct wpar_spec *s, uint64_t generation, uint64_t taken_ms,
		       bool force, struct par_error **err)
{
	struct change c;
	int r;

	if (!has_owner(s))
		return 0;
	begin(s, &c);
	c.minds_others = true;
	r = look(&c, true, err);
	if (r < 0)
		return r;
	r = force ? 0 : wpar_owner_check_stale(&c.last, s->name, generation, taken_ms, err);
	if (r < 0)
		return r;
	/* Going on from the same one again is nothing new. */
	set(&c, WPAR_OWNER_RUNNING, WPAR_OWNER_RESTARTED,
	    generation < c.highest ? c.highest + 1 : generation);
	return put(&c, true, err);
}

void wpar_owner_checkpoint(const struct wpar_spec *s, uint64_t generation)
{
	struct change c;

	if (!has_owner(s))
		return;
	begin(s, &c);
	c.only_ours = true;
	set(&c, WPAR_OWNER_RUNNING, WPAR_OWNER_CHECKPOINTED, generation);
	put(&c, false, NULL); /* ignoring: the manifest has the generation, which counts then */
}

void wpar_owner_stopped(const struct wpar_spec *s)
{
	struct change c;

	if (!has_owner(s))
		return;
	begin(s, &c);
	if (c.last.generation == 0)
		return; /* it has never run */
	c.only_ours = true;
	c.to.state = WPAR_OWNER_STOPPED;
	put(&c, false, NULL); /* ignoring: here the kernel says so, and elsewhere --take */
}

int wpar_owner_take(const struct wpar_spec *s, struct par_error **err)
{
	struct change c;
	int r;

	if (!has_owner(s))
		return 0;
	begin(s, &c);
	r = look(&c, true, err);
	if (r < 0)
		return r;
	set(&c, WPAR_OWNER_STOPPED, c.last.last, c.highest);
	return put(&c, true, err);
}

void wpar_owner_forget(const struct wpar_spec *s)
{
	autofree char *path = has_owner(s) ? record_path(s) : NULL;

	if (!path)
		return;
	wpar_fence_remove(s);
	unlink(path);
}
