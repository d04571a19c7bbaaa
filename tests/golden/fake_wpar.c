/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fake-wpar - the WPAR commands over a runtime that only pretends, for golden tests without root
 *
 * The state of NAME is the letter in $WPARS_ROOT/state/NAME (D when there is none); operations
 * change it and say what the real ones say.  `fail` in $WPARS_ROOT/fail/NAME makes them fail.
 */
#include "lpard/common/cmd.h"
#include "lpard/common/fs.h"
#include "wparctl/filesystem/rootfs.h"
#include "wparctl/network/facts.h"
#include "wparctl/network/resolve.h"
#include "wparctl/resources/cgroup.h"
#include "wparctl/runtime/runtime.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

extern const struct par_cmd wpar_cmd_chwpar, wpar_cmd_clogin, wpar_cmd_lswpar, wpar_cmd_mkwpar,
	wpar_cmd_rebootwpar, wpar_cmd_rmwpar, wpar_cmd_startwpar, wpar_cmd_stopwpar,
	wpar_cmd_wparexec;

int wpar_state_get(const struct wpar_spec *s, enum wpar_state *ret, struct par_error **err)
{
	autofree char *path = wpar_path("/state/%s", s->name);
	autofile FILE *f = fopen(path, "r");
	int c = f ? fgetc(f) : 'D';

	(void)err;
	*ret = WPAR_STATE_DEFINED;
	for (int i = WPAR_STATE_DEFINED; i <= WPAR_STATE_ERROR; i++) {
		if (wpar_state_letter((enum wpar_state)i) == c)
			*ret = (enum wpar_state)i;
	}
	return 0;
}

/* Nothing runs on this machine: each may have traces, and its state is what the fake says. */
void wpar_traces_take(struct wpar_traces *ret)
{
	*ret = (struct wpar_traces){ 0 };
}

void wpar_traces_done(struct wpar_traces *t)
{
	(void)t;
}

bool wpar_traces_may_be(const struct wpar_traces *t, const char *name)
{
	(void)t;
	(void)name;
	return true;
}

int wpar_state_get_among(const struct wpar_traces *traces, const struct wpar_spec *s,
			 enum wpar_state *ret, struct par_error **err)
{
	(void)traces;
	return wpar_state_get(s, ret, err);
}

int wpar_state_probe(const struct wpar_spec *s, enum wpar_state *ret, struct par_error **err)
{
	return wpar_state_get(s, ret, err);
}

static void set_state(const struct wpar_spec *s, char letter)
{
	autofree char *path = wpar_path("/state/%s", s->name);
	autofree char *folder = wpar_path("/state");
	FILE *f;

	mkdir(folder, 0755);
	f = fopen(path, "w");
	if (f) {
		fputc(letter, f);
		fclose(f);
	}
}

/* Every limit can be set here. */
bool wpar_cgroup_has_controller(const char *controller)
{
	(void)controller;
	return true;
}

void wpar_lock_forget(const char *name)
{
	(void)name;
}

int wpar_kill_and_lock(const char *name, int *ret_fd, struct par_error **err)
{
	return wpar_lock(name, ret_fd, err);
}

int wpar_clear(const char *name, struct par_error **err)
{
	(void)name;
	(void)err;
	return 0;
}

void wpar_clear_ended(const struct wpar_spec *s)
{
	(void)s;
}

void wpar_event_log(const char *name, const char *event, const struct par_error *why)
{
	(void)name;
	(void)event;
	(void)why;
}

void wpar_event_log_detail(const char *name, const char *event, const char *detail,
			   const struct par_error *why)
{
	(void)detail;
	wpar_event_log(name, event, why);
}

void wpar_owner_forget(const struct wpar_spec *s)
{
	(void)s;
}

void wpar_console_log_remove(const char *name)
{
	(void)name;
}

void wpar_console_log_rename(const char *name, const char *new_name)
{
	(void)name;
	(void)new_name;
}

int wpar_pending_begin(const char *name, const char *command, size_t len)
{
	(void)name;
	(void)command;
	(void)len;
	return 0;
}

bool wpar_pending_is(const char *name, const char *command, size_t len)
{
	(void)name;
	(void)command;
	(void)len;
	return false;
}

void wpar_pending_end(const char *name)
{
	(void)name;
}

void wpar_id_range_release(const struct wpar_spec *s)
{
	(void)s;
}

int wpar_repair(const struct wpar_spec *s, struct par_error **err)
{
	(void)s;
	(void)err;
	return 0;
}

/* An LPAR with two networks; the second one's interface is down. */
int wpar_net_has_addresses(bool *ret, struct par_error **err)
{
	(void)err;
	*ret = true;
	return 0;
}

int wpar_net_facts_get(struct wpar_net_facts *ret, struct par_error **err)
{
	static const struct {
		const char *name, *address, *address6;
		unsigned int prefix;
		bool up;
	} interfaces[] = { { "lo", "127.0.0.1", "::1", 8, true },
			   { "en0", "10.1.2.2", "fd05::2", 24, true },
			   { "en1", "10.9.0.1", NULL, 16, false } };

	(void)err;
	*ret = (struct wpar_net_facts){ .ipv6 = true, .n_interfaces = PAR_ARRAY_SIZE(interfaces) };
	ret->interfaces = par_check_alloc(calloc(ret->n_interfaces, sizeof(*ret->interfaces)));
	for (size_t i = 0; i < ret->n_interfaces; i++) {
		struct wpar_net_interface *n = &ret->interfaces[i];

		snprintf(n->name, sizeof(n->name), "%s", interfaces[i].name);
		n->index = (int)i + 1;
		n->up = interfaces[i].up;
		n->loopback = i == 0;
		n->has_neighbours = i > 0;
		n->n_subnets = interfaces[i].address6 ? 2 : 1;
		n->subnets = par_check_alloc(calloc(n->n_subnets, sizeof(*n->subnets)));
		n->subnets[0].prefix = interfaces[i].prefix;
		wpar_ip_parse(interfaces[i].address, &n->subnets[0].ip);
		if (n->n_subnets > 1) {
			n->subnets[1].prefix = 64;
			wpar_ip_parse(interfaces[i].address6, &n->subnets[1].ip);
		}
	}
	return 0;
}

void wpar_net_facts_done(struct wpar_net_facts *f)
{
	for (size_t i = 0; i < f->n_interfaces; i++)
		free(f->interfaces[i].subnets);
	free(f->interfaces);
}

/* near1 has an address on en0's network, far1 one elsewhere. */
size_t wpar_net_resolve(const char *name, struct wpar_ip *ret)
{
	if (strcmp(name, "far1") == 0)
		return wpar_ip_parse("192.0.2.7", ret);
	if (strcmp(name, "near1") != 0)
		return 0;
	return (size_t)(wpar_ip_parse("192.0.2.8", &ret[0]) + wpar_ip_parse("10.1.2.8", &ret[1]) +
			wpar_ip_parse("10.1.2.9", &ret[2]) + wpar_ip_parse("fd05::8", &ret[3]));
}

static bool must_fail(const struct wpar_spec *s)
{
	autofree char *path = wpar_path("/fail/%s", s->name);

	return access(path, F_OK) == 0;
}

int wpar_lock(const char *name, int *ret_fd, struct par_error **err)
{
	autofree char *path = wpar_path("/lock-%s", name);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0)
		return par_fail(err, PAR_E_BUSY, 0, "busy");
	*ret_fd = fd;
	return 0;
}

void wpar_lock_give_up(int fd)
{
	flock(fd, LOCK_UN);
}

int wpar_lock_again(const char *name, int fd, int *ret_fd, struct par_error **err)
{
	close(fd);
	return wpar_lock(name, ret_fd, err);
}

int wpar_rootfs_create(const struct wpar_spec *s, const struct wpar_rootfs_source *from,
		       const struct wpar_report *report, struct par_error **err)
{
	autofree char *folder = wpar_path("%s", s->directory);
	autofree char *upper = wpar_path("%s/upper", s->directory);
	autofree char *parent = wpar_path("/wpars");

	mkdir(parent, 0755);
	/* What an image's services are put into. */
	if (mkdir(folder, 0755) < 0 || (s->version.image_digest && mkdir(upper, 0755) < 0))
		return par_fail(err, PAR_E_SYSTEM, errno, "could not create '%s'", folder);
	if (from && !s->version.image_digest) {
		autofd int top = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		return from->fill(from->user, top, folder, s, err);
	}
	report->say(WPAR_NOTE_STEP, "x ./usr", report->user);
	if (must_fail(s))
		return par_fail(err, PAR_E_NO_SPACE, 0, "There is no space left.");
	return 0;
}

int wpar_rootfs_complete(const char *name)
{
	(void)name;
	return 0;
}

int wpar_rootfs_mark_migrating(const struct wpar_spec *s, struct par_error **err)
{
	(void)s;
	(void)err;
	return 0;
}

int wpar_rootfs_mark_complete(const struct wpar_spec *s, struct par_error **err)
{
	(void)s;
	(void)err;
	return 0;
}

bool wpar_rootfs_is_migrating(const char *name)
{
	(void)name;
	return false;
}

int wpar_rootfs_mount_points(const struct wpar_spec *s, struct par_error **err)
{
	(void)s;
	(void)err;
	return 0;
}

int wpar_rootfs_remove(const struct wpar_spec *s, struct par_error **err)
{
	autofree char *folder = wpar_path("%s", s->directory);

	autofd int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)err;
	if (fd >= 0)
		par_fs_remove_tree(fd, "upper");
	rmdir(folder);
	return 0;
}

int wpar_rootfs_move(const struct wpar_spec *old, const struct wpar_spec *new,
		     struct par_error **err)
{
	autofree char *from = wpar_path("%s", old->directory);
	autofree char *to = wpar_path("%s", new->directory);

	return strcmp(from, to) == 0 || rename(from, to) == 0
		       ? 0
		       : par_fail(err, PAR_E_SYSTEM, errno, "could not rename '%s'", from);
}

void wpar_rootfs_forget_name(const char *name)
{
	(void)name;
}

int wpar_change_live(const struct wpar_spec *from, const struct wpar_spec *to, bool lazy,
		     const struct wpar_report *report, struct par_error **err)
{
	(void)from;
	(void)lazy;
	if (must_fail(to))
		return par_fail(err, PAR_E_SYSTEM, 0, "The change fails.");
	if (report)
		report->say(WPAR_NOTE_VERBOSE, "(changed while it runs)", report->user);
	return 0;
}

int wpar_id_range_pick(struct wpar_spec *s, const struct wpar_claims *others,
		       struct par_error **err)
{
	(void)others;
	(void)err;
	s->key = 1;
	s->idbase = s->idrange = 65536;
	return 0;
}

int wpar_start(const struct wpar_spec *s, const struct wpar_report *report, struct par_error **err)
{
	autofree char *said = par_strdup_printf("Mounting %s", s->directory);

	if (must_fail(s))
		return par_fail(err, PAR_E_SYSTEM, 0, "The start fails.");
	report->say(WPAR_NOTE_STEP, "Mounting all workload partition file systems.", report->user);
	report->say(WPAR_NOTE_VERBOSE, said, report->user);
	set_state(s, 'A');
	return 0;
}

enum wpar_hold wpar_hold_of(const char *name)
{
	autofree char *path = wpar_path("/state/%s", name);
	autofile FILE *f = fopen(path, "r");

	return f && fgetc(f) == 'L' ? WPAR_HOLD_LOADED : WPAR_HOLD_NONE;
}

bool wpar_hold_was_released(const char *name)
{
	(void)name;
	return false;
}

int wpar_start_held(const struct wpar_spec *s, enum wpar_hold hold,
		    const struct wpar_report *report, struct par_error **err)
{
	(void)hold;
	(void)err;
	report->say(WPAR_NOTE_STEP, "Loading workload partition.", report->user);
	set_state(s, 'L');
	return 0;
}

int wpar_start_finish(const struct wpar_spec *s, const struct par_strv *environment,
		      const struct wpar_report *report, struct par_error **err)
{
	(void)err;
	report->say(WPAR_NOTE_STEP, "Verifying workload partition startup.", report->user);
	for (size_t i = 0; i < environment->n; i++)
		report->say(WPAR_NOTE_STEP, environment->v[i], report->user);
	set_state(s, 'A');
	return 0;
}

int wpar_start_plan(const struct wpar_spec *s, struct par_buf *out, struct par_error **err)
{
	(void)err;
	return par_buf_printf(out, "plan of %s\n", s->name);
}

int wpar_stop(const struct wpar_spec *s, const struct wpar_stop_opts *opts,
	      const struct wpar_report *report, struct par_error **err)
{
	(void)err;
	if (report)
		report->say(WPAR_NOTE_STEP,
			    opts->hard ? "(hard)"
				       : "Shutting down all workload partition processes.",
			    report->user);
	set_state(s, 'D');
	return 0;
}

int wpar_enter(const struct wpar_spec *s, const struct wpar_login *login, struct par_error **err)
{
	(void)err;
	printf("in %s as %s:", s->name, login->user);
	for (char *const *p = login->argv; p && *p; p++)
		printf(" [%s]", *p);
	printf("\n");
	return 7;
}

int wpar_enter_call(const struct wpar_spec *s, int (*call)(void *user), void *user,
		    struct par_buf *outputs, struct par_error **err)
{
	(void)s;
	(void)call;
	(void)user;
	(void)outputs;
	(void)err;
	return 0;
}

int wpar_exec_check_user(const char *user, struct par_error **err)
{
	if (strcmp(user, "nobody") == 0)
		return 0;
	return par_fail(err, PAR_E_NOT_FOUND, 0, "-l %s: /etc/passwd has no such user", user);
}

int wpar_exec(const struct wpar_spec *s, const struct wpar_exec_command *command,
	      const struct wpar_report *report, struct par_error **err)
{
	const struct par_strv *environment = command->variables;
	char *const *argv = command->argv;

	(void)err;
	report->say(WPAR_NOTE_STEP, "Loading workload partition.", report->user);
	printf("in %s:", s->name);
	for (size_t i = 0; i < environment->n; i++)
		printf(" {%s}", environment->v[i]);
	for (; *argv; argv++)
		printf(" [%s]", *argv);
	printf("\n");
	fflush(stdout);
	return 3;
}

static const struct par_cmd *const commands[] = {
	&wpar_cmd_chwpar,     &wpar_cmd_clogin,
	&wpar_cmd_lswpar,     &wpar_cmd_mkwpar,
	&wpar_cmd_rebootwpar, &wpar_cmd_rmwpar,
	&wpar_cmd_startwpar,  &wpar_cmd_stopwpar,
	&wpar_cmd_wparexec,   NULL,
};

int main(int argc, char **argv)
{
	return par_cmd_main("fake-wpar", "WPAR commands over a pretended runtime", commands, argc,
			    argv);
}

void wpar_change_settle(const struct wpar_spec *now)
{
	(void)now;
}
