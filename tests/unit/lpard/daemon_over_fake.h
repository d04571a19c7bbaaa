/* SPDX-License-Identifier: Apache-2.0 */
/*
 * daemon_over_fake.h - the whole daemon in the test's own process, over the fake hypervisor
 *
 *	struct over_fake o;
 *	over_fake_start(&o, "[system SYS]\nuri = fake:///?lpars=3\n");
 *	int client = over_fake_dial(&o);
 *	over_fake_say(&o, client, "ChangeState", "{…}", "");
 *	ck_assert_ptr_nonnull(strstr(over_fake_hear(&o, client), "…"));
 *	over_fake_end(&o);
 *
 * Nothing runs the loop but over_fake_step(), which the helpers that wait call: between two of them
 * a test may look at everything (over_fake_lpar()) and change it.  The workers and the fake
 * hypervisor are real threads.  What is in the URI is described in lpard/hypervisor/fake/fake.h.
 */
#pragma once

#include "harness.h"
#include "lpard/common/json.h"
#include "lpard/common/log.h"
#include "lpard/daemon/life.h"
#include "lpard/daemon/systems/inventory.h"
#include "lpard/daemon/systems/managed_life.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define OVER_FAKE_LIMIT_MS 20000 /* whatever a test waits for happens in less */

struct over_fake {
	struct lpar_daemon daemon;
	struct lpar_daemon_options options;
	char folder[64], config[96], socket[96];
	char text[65536]; /* what over_fake_hear() heard */
};

/* One turn of the loop, of at most a millisecond's wait. */
static inline void over_fake_step(struct over_fake *o)
{
	ck_assert_int_ge(par_event_run_once(o->daemon.loop, 1), 0);
}

/* Turn the loop until CONDITION is true; fails the test when that takes too long. */
#define over_fake_until(o, condition)                                                            \
	do {                                                                                     \
		uint64_t over_fake_end_ms = par_now_ms() + OVER_FAKE_LIMIT_MS;                   \
		while (!(condition)) {                                                           \
			ck_assert_msg(par_now_ms() < over_fake_end_ms, "never: %s", #condition); \
			over_fake_step(o);                                                       \
		}                                                                                \
	} while (0)

/* The configuration's text; what comes before the first [system] is added to it. */
static inline void over_fake_configure(struct over_fake *o, const char *text)
{
	FILE *f = fopen(o->config, "we");

	ck_assert_ptr_nonnull(f);
	fprintf(f, "socket = %s\nimages = %s/images\nlog_level = error\nshutdown_wait_s = 2\n%s",
		o->socket, o->folder, text);
	ck_assert_int_eq(fclose(f), 0);
}

/* The managed system of that name; fails the test when there is none. */
static inline struct lpar_managed *over_fake_system(struct over_fake *o, const char *name)
{
	struct lpar_managed *system = lpar_managed_find(&o->daemon, name);

	ck_assert_msg(system != NULL, "there is no system %s", name);
	return system;
}

/* The LPAR of that name in the system SYS, NULL when there is none */
static inline struct lpar_lpar *over_fake_lpar(struct over_fake *o, const char *name)
{
	struct lpar_lpar *lpar = NULL;

	return lpar_managed_get(over_fake_system(o, "SYS"), name, 0, &lpar, NULL) < 0 ? NULL : lpar;
}

/* @text: the configuration, with a system SYS; returns when SYS is connected and listed */
static inline void over_fake_start(struct over_fake *o, const char *text)
{
	auto_error err = NULL;

	*o = (struct over_fake){ 0 };
	strcpy(o->folder, "/tmp/over_fake.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(o->folder));
	snprintf(o->config, sizeof(o->config), "%s/lpard.conf", o->folder);
	snprintf(o->socket, sizeof(o->socket), "%s/s", o->folder);
	over_fake_configure(o, text);
	o->options = (struct lpar_daemon_options){ .config = o->config };
	ck_assert_msg(lpar_daemon_configure(&o->daemon, &o->options, &err) == 0, "%s",
		      err ? err->msg : "?");
	ck_assert_int_eq(par_event_new(&o->daemon.loop, NULL), 0);
	ck_assert_msg(lpar_daemon_start(&o->daemon, &o->options, &err) == 0, "%s",
		      err ? err->msg : "?");
	over_fake_until(o, lpar_managed_up(over_fake_system(o, "SYS")));
}

/* The end of the daemon, and of all that the test left in its folder */
static inline void over_fake_end(struct over_fake *o)
{
	autofree char *remove = par_strdup_printf("rm -r %s", o->folder);

	lpar_daemon_close(&o->daemon);
	lpar_daemon_free(&o->daemon);
	ck_assert_int_eq(system(remove), 0);
}

/* A new client: a socket that does not block; the test closes it */
static inline int over_fake_dial(struct over_fake *o)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	memcpy(sa.sun_path, o->socket, strlen(o->socket) + 1);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	return fd;
}

/* Send a call; @flags: "", ",\"more\":true", ",\"upgrade\":true" */
static inline void over_fake_say(int fd, const char *method, const char *parameters,
				 const char *flags)
{
	autofree char *text = par_strdup_printf("{\"method\":\"org.lpard.%s\",\"parameters\":%s%s}",
						method, parameters, flags);

	ck_assert_int_eq(write(fd, text, strlen(text) + 1), (ssize_t)strlen(text) + 1);
}

/* The next reply, good until the next call of this; NULL: the daemon closed the connection */
static inline const char *over_fake_hear(struct over_fake *o, int fd)
{
	uint64_t end_ms = par_now_ms() + OVER_FAKE_LIMIT_MS;
	size_t len = 0;

	while (par_now_ms() < end_ms) {
		ssize_t n = read(fd, o->text + len, 1);

		if (n == 0 || (n < 0 && errno != EAGAIN))
			return NULL;
		if (n < 0) {
			over_fake_step(o);
			continue;
		}
		if (o->text[len] == '\0')
			return o->text;
		len++;
		ck_assert_uint_lt(len, sizeof(o->text));
	}
	ck_abort_msg("no reply");
}

/* Call and hear the answer, as a client of its own */
static inline const char *over_fake_call(struct over_fake *o, const char *method,
					 const char *parameters)
{
	int fd = over_fake_dial(o);
	const char *answer;

	over_fake_say(fd, method, parameters, "");
	answer = over_fake_hear(o, fd);
	close(fd);
	ck_assert_ptr_nonnull(answer);
	return answer;
}

/* Make an LPAR that boots no image; @name chooses what fails, see fake.h */
static inline void over_fake_say_make(int fd, const char *name)
{
	static const char *const profile[][2] = {
		{ "profile_name", "default" },
		{ "lpar_env", "aixlinux" },
		{ "min_mem", "256" },
		{ "desired_mem", "512" },
		{ "max_mem", "1024" },
		{ "proc_mode", "shared" },
		{ "sharing_mode", "uncap" },
		{ "uncap_weight", "128" },
		{ "min_procs", "1" },
		{ "desired_procs", "1" },
		{ "max_procs", "2" },
		{ "min_proc_units", "0.1" },
		{ "desired_proc_units", "0.1" },
		{ "max_proc_units", "2.0" },
		{ "boot_image", "none" },
	};
	auto_buf b = { 0 };

	par_buf_printf(&b,
		       "{\"resource\":\"lpar\",\"system\":\"SYS\",\"attributes\":"
		       "[{\"name\":\"name\",\"op\":\"set\",\"value\":\"%s\"}",
		       name);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(profile); i++)
		par_buf_printf(&b, ",{\"name\":\"%s\",\"op\":\"set\",\"value\":\"%s\"}",
			       profile[i][0], profile[i][1]);
	par_buf_puts(&b, "]}");
	over_fake_say(fd, "Create", b.data, "");
}

/* The same, until it is there */
static inline void over_fake_make(struct over_fake *o, const char *name)
{
	int fd = over_fake_dial(o);
	const char *answer;

	over_fake_say_make(fd, name);
	answer = over_fake_hear(o, fd);
	ck_assert_ptr_nonnull(answer);
	ck_assert_str_eq(answer, "{\"parameters\":{}}");
	close(fd);
}

/* Change the state of an LPAR of SYS; @more: further parameters, starting with a comma, or "" */
static inline void over_fake_say_state(int fd, const char *name, const char *operation,
				       const char *more)
{
	autofree char *parameters =
		par_strdup_printf("{\"resource\":\"lpar\",\"system\":\"SYS\",\"lpars\":[\"%s\"],"
				  "\"operation\":\"%s\"%s}",
				  name, operation, more);

	over_fake_say(fd, "ChangeState", parameters, "");
}
