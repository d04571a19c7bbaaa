/* SPDX-License-Identifier: Apache-2.0 */
/* Commands of ordinary users, decided: see user_session.h. */
#include "wparctl/operations/user_session.h"

#include "wparctl/operations/user_again.h"
#include "wparctl/operations/user_peer.h"
#include "wparctl/operations/user_request.h"
#include "wparctl/rbac/decide.h"
#include "wparctl/rbac/rbac_files.h"
#include "wparctl/runtime/life/wpar_log.h"
#include "wparctl/spec/spec.h"

#include <string.h>
#include <time.h>

#define TERM_MAX 64

/* Who has it, of a WPAR that there is, and its type; NULL for one that is to be made. */
static int find_owner(const struct wpar_user_request *q, char **ret, bool *ret_application,
		      struct par_error **err)
{
	auto_spec s = { 0 };
	int r = wpar_spec_load(q->name, &s, q->creates ? NULL : err);

	*ret = NULL;
	if (r < 0)
		return q->creates ? 0 : r;
	*ret_application = s.type == WPAR_APPLICATION;
	*ret = strdup(s.owner ? s.owner : "root");
	return *ret ? 0 : par_oom(err);
}

static int decide(const struct wpar_user_request *q, const char *user, struct par_buf *why,
		  struct par_error **err)
{
	struct wpar_rbac_object object = { .name = q->name };
	autofree char *owner = NULL;
	auto_rbac db;
	int r = find_owner(q, &owner, &object.application, err);

	wpar_rbac_init(&db);
	if (r < 0)
		return r;
	object.owner = owner;
	r = wpar_rbac_load(&db, err);
	return r < 0 ? r : wpar_rbac_decide(&db, user, q->rights, &object, why, err);
}

/* Who asks, for what, and whether it is allowed; each as far as it goes. */
struct asked {
	char *user;
	struct wpar_user_request q;
	struct par_buf how;
};

/* A name of a terminal's sort, not a path to a description of one. */
static bool is_term(const char *setting)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-_.";
	const char *value = setting + strlen("TERM=");

	return par_starts_with(setting, "TERM=") && *value && *value != '.' &&
	       strlen(value) <= TERM_MAX && value[strspn(value, letters)] == '\0';
}

/* What the command of wparexec has; to wparexec itself it means nothing. */
static int put_variables(const struct par_strv *asked, struct par_strv *ret, struct par_error **err)
{
	for (size_t i = 0; i < asked->n; i++) {
		autofree char *pair = par_strdup_printf(WPAR_USER_VARIABLE "%s", asked->v[i]);

		if (!pair || par_strv_add(ret, pair) < 0)
			return par_oom(err);
	}
	return 0;
}

static int put_environment(const struct par_strv *asked, const struct asked *a,
			   struct par_strv *ret, struct par_error **err)
{
	static const char *const fixed[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root",
					     "SHELL=/bin/sh", "USER=root", "LOGNAME=root" };
	/* Where the agent's own world is: tests. */
	const char *root = getenv("WPARS_ROOT");
	autofree char *named = par_strdup_printf("LPARD_USER=%s", a->user);
	autofree char *rights = par_strdup_printf(WPAR_USER_RIGHTS "=%u", a->q.rights);
	autofree char *moved = root ? par_strdup_printf("WPARS_ROOT=%s", root) : NULL;

	if (!named || !rights || (root && !moved) || par_strv_add(ret, named) < 0 ||
	    par_strv_add(ret, rights) < 0 || (moved && par_strv_add(ret, moved) < 0))
		return par_oom(err);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(fixed); i++) {
		if (par_strv_add(ret, fixed[i]) < 0)
			return par_oom(err);
	}
	for (size_t i = 0; i < asked->n; i++) {
		if (!is_term(asked->v[i]))
			continue;
		if (par_strv_add(ret, asked->v[i]) < 0)
			return par_oom(err);
		break;
	}
	return a->q.is_job ? put_variables(asked, ret, err) : 0;
}

static void log_decision(const struct wpar_user_request *q, const char *command, const char *user,
			 const char *how, const struct par_error *why)
{
	static const struct timespec second = { .tv_sec = 1 };
	autofree char *detail = how ? par_strdup_printf("authorized: %s", how) : NULL;

	/* Whose line it is: see log_who.h. */
	setenv("LPARD_USER", user ? user : "?", 1);
	wpar_event_log_detail(q->name ? q->name : "-", command, detail, why);
	if (why)
		nanosleep(&second, NULL);
}

static int check_asked(const struct par_cmd *const *cmds, int fd, const struct par_strv *argv,
		       struct asked *a, struct par_error **err)
{
	int r = wpar_user_peer(fd, &a->user, err);

	if (r < 0)
		return r;
	r = wpar_user_request_parse(cmds, argv, a->user, &a->q, err);
	if (r < 0)
		return r;
	if (r > 0)
		return par_fail(err, PAR_E_USAGE, 0, "that needs nobody's help");
	return decide(&a->q, a->user, &a->how, err);
}

int wpar_user_session_check(const struct par_cmd *const *cmds, int fd, const struct par_strv *argv,
			    const struct par_strv *environment, struct wpar_user_command *ret,
			    struct par_error **err)
{
	struct asked a = { 0 };
	auto_error why = NULL;
	int r = check_asked(cmds, fd, argv, &a, &why);

	log_decision(&a.q, a.q.command ? a.q.command : "command", a.user, a.how.data,
		     r < 0 ? why : NULL);
	if (r < 0) {
		par_error_move(err, &why);
	} else {
		ret->argv = a.q.argv;
		a.q.argv = (struct par_strv){ 0 };
		ret->interactive = a.q.interactive;
		r = put_environment(environment, &a, &ret->environment, err);
	}
	wpar_user_request_done(&a.q);
	par_buf_done(&a.how);
	free(a.user);
	return r;
}
