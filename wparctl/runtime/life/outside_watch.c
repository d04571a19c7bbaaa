/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mounts that are seen from outside: see outside_watch.h.  Every mount in the LPAR wakes each
 * monitor, and to look costs the more the more is mounted: so the next look waits the longer the
 * more often there was nothing to see.
 */
#include "wparctl/runtime/life/outside_watch.h"

#include "lpard/common/event.h"
#include "lpard/common/fs.h"
#include "wparctl/filesystem/mount_change.h"
#include "wparctl/filesystem/mount_list.h"
#include "wparctl/filesystem/outside.h"
#include "wparctl/runtime/launch/launch.h"
#include "wparctl/runtime/launch/reset.h"
#include "wparctl/runtime/life/change_active.h"
#include "wparctl/runtime/life/lock.h"
#include "wparctl/runtime/life/outside_show.h"
#include "wparctl/runtime/life/wpar_log.h"

#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT_MS	     50
#define WAIT_MOST_MS 10000
#define BUSY_MS	     200 /* when another has the WPAR's lock */
#define LOOK_S	     60
#define QUIET_MS     20000 /* after that, the next event counts as the first */

/* What had come inside, as a plan like @like. */
static int plan_record(const char *name, const struct wpar_mount_plan *like,
		       struct wpar_mount_plan *ret)
{
	autofree char *text = wpar_outside_read_record(name);
	char *save = NULL, *line = text ? strtok_r(text, "\n", &save) : NULL;
	auto_buf lines = { 0 };

	/* The same lines as of /proc/self/mountinfo, as far as they count. */
	while (line && (line = strtok_r(NULL, "\n", &save))) {
		unsigned int flags = (unsigned int)strtoul(line, NULL, 10);
		const char *target = strchr(line, ' ');

		if (target)
			par_buf_printf(&lines, "0 0 0:0 / %s%s %s,%s,%s -\n", like->directory,
				       target + 1, flags & WPAR_OP_READONLY ? "ro" : "rw",
				       flags & WPAR_OP_NOSUID ? "nosuid" : "suid",
				       flags & WPAR_OP_NOEXEC ? "noexec" : "exec");
	}
	return wpar_outside_others(like, lines.data ? lines.data : "", ret, NULL);
}

/* The WPAR's own mounts come by other ways; here they only go. */
static void leave_own(struct wpar_mount_plan *add)
{
	size_t kept = 0;

	for (size_t i = 0; i < add->n_ops; i++) {
		struct wpar_mount_op *op = &add->ops[i];

		if (!wpar_outside_may_go(op)) {
			add->ops[kept++] = *op;
			continue;
		}
		free(op->target);
		free(op->source);
	}
	add->n_ops = kept;
}

static int bring_inside(const struct wpar_spec *s, const struct wpar_mount_plan *p,
			struct par_error **err)
{
	auto_mount_plan have = { 0 }, want = { 0 }, record = { 0 };
	auto_mount_change change = { 0 };
	auto_buf mountinfo = { 0 };
	int r = wpar_mounts_below(p->directory, &mountinfo);

	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "the mounts cannot be read");
	r = wpar_outside_others(p, mountinfo.data, &want, err);
	if (r < 0)
		return r;
	r = plan_record(s->name, p, &have);
	if (r < 0)
		return r;
	r = wpar_mount_change_build(&have, &want, &change, err);
	if (r < 0 || wpar_mount_change_is_empty(&change))
		return r;
	/* Again, for the change has taken what it needs of the first. */
	r = wpar_outside_others(p, mountinfo.data, &record, err);
	if (r < 0)
		return r;
	leave_own(&change.add);
	r = wpar_mount_change_is_empty(&change) ? 0 : wpar_change_mounts(s, &change, true, err);
	if (r < 0)
		return r;
	wpar_outside_write_record(s->name, &record);
	return 0;
}

/*
 * Of what is mounted, and of what has come inside: a command may have brought something inside that
 * root has unmounted again since.  0: not known.
 */
static uint64_t mark_of(const char *record)
{
	autofree char *directory = strdup(record);

	/* To look at a directory of a server could take as long as it likes. */
	if (!directory || wpar_outside_needs_server(directory))
		return 0;
	return wpar_outside_mark(directory, record);
}

static int look_inside(const char *name, struct par_error **err)
{
	auto_mount_plan p = { 0 };
	auto_spec s = { 0 };
	int r = wpar_spec_load(name, &s, err);

	if (r < 0)
		return r;
	r = wpar_launch_plan(&s, &p, err);
	return r < 0 ? r : bring_inside(&s, &p, err);
}

/* Before and after the look: what is mounted meanwhile makes the next event's mark another one. */
static uint64_t look_marked(const char *name)
{
	auto_error why = NULL;
	autofree char *before = wpar_outside_read_record(name), *after = NULL;
	uint64_t mark = before ? mark_of(before) : 0;

	if (look_inside(name, &why) < 0)
		wpar_event_log(name, "mount", why);
	after = wpar_outside_read_record(name);
	return before && after && strcmp(before, after) == 0 ? mark : 0;
}

/*
 * What a command, or a request from inside, is about to do is not undone; false: not now.
 * @ret_mark	of what was seen, while nobody else had the lock
 */
static bool look(const char *name, uint64_t *ret_mark)
{
	autofd int lock = -1;

	if (wpar_lock_busy(name) || wpar_lock(name, &lock, NULL) < 0)
		return false;
	/* rmwpar came first: what it has removed stays removed, the lock's file too. */
	if (!wpar_spec_is_there(name))
		wpar_lock_forget(name);
	else
		*ret_mark = look_marked(name);
	return true;
}

/* What a look came to. */
struct looked {
	bool done; /* false: not now */
	uint64_t mark;
};

__attribute__((noreturn)) static void look_and_tell(const char *name, pid_t monitor, int fd)
{
	struct looked l = { 0 };

	/* Nothing of the monitor's outlives that: files inside would wait for it. */
	wpar_child_only(monitor, &fd, 1);
	alarm(LOOK_S);
	l.done = look(name, &l.mark);
	_exit(write(fd, &l, sizeof(l)) == sizeof(l) ? 0 : 1);
}

/* By a process of its own: what a look leaves in its heap would stay as long as the WPAR runs. */
static bool look_apart(const char *name, uint64_t *ret_mark)
{
	const pid_t monitor = getpid();
	struct looked l = { 0 };
	autofd int ours = -1;
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return false;
	ours = fds[0];
	pid = fork();
	if (pid == 0)
		look_and_tell(name, monitor, fds[1]);
	close(fds[1]);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (read(ours, &l, sizeof(l)) != sizeof(l) || !l.done)
		return false;
	*ret_mark = l.mark;
	return true;
}

void wpar_outside_begin(struct wpar_outside_watch *o)
{
	*o = (struct wpar_outside_watch){ .wait_ms = WAIT_MS };
	o->mountinfo = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	o->fd = o->mountinfo;
	wpar_outside_event(o);
}

void wpar_outside_event(struct wpar_outside_watch *o)
{
	int64_t now = (int64_t)par_now_ms();

	if (o->due_ms)
		return;
	if (now - o->last_ms > QUIET_MS)
		o->wait_ms = WAIT_MS;
	o->due_ms = now + o->wait_ms;
	o->fd = -1;
}

int wpar_outside_timeout(const struct wpar_outside_watch *o)
{
	return o->due_ms ? par_left_ms((uint64_t)o->due_ms) : -1;
}

void wpar_outside_look(struct wpar_outside_watch *o, const char *name)
{
	autofree char *record = NULL;
	uint64_t mark;

	if (!o->due_ms || (int64_t)par_now_ms() < o->due_ms)
		return;
	o->due_ms = 0;
	o->fd = o->mountinfo;
	record = wpar_outside_read_record(name);
	if (!record)
		return;
	mark = mark_of(record);
	if (mark && mark == o->mark) {
		o->wait_ms = o->wait_ms * 2 < WAIT_MOST_MS ? o->wait_ms * 2 : WAIT_MOST_MS;
	} else {
		o->wait_ms = WAIT_MS;
		o->mark = 0;
		if (!look_apart(name, &o->mark)) {
			o->fd = -1;
			o->due_ms = (int64_t)par_now_ms() + BUSY_MS;
		}
	}
	o->last_ms = (int64_t)par_now_ms();
}
