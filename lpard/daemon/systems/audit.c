/* SPDX-License-Identifier: Apache-2.0 */
/* The audit line: see audit.h. */
#include "lpard/daemon/systems/audit.h"

#include "lpard/common/log.h"
#include "lpard/daemon/systems/events.h"

#include <pwd.h>
#include <string.h>

#define USERS_MAX 1024

const char *lpar_user_name(uid_t uid)
{
	static struct {
		uid_t uid;
		char name[64];
	} users[USERS_MAX];
	static size_t n;
	const struct passwd *pw;
	size_t i = 0;

	while (i < n && users[i].uid != uid)
		i++;
	if (i < n)
		return users[i].name;
	if (n < USERS_MAX)
		n++;
	else
		i = USERS_MAX - 1;
	pw = getpwuid(uid);
	users[i].uid = uid;
	if (pw)
		snprintf(users[i].name, sizeof(users[i].name), "%s", pw->pw_name);
	else
		snprintf(users[i].name, sizeof(users[i].name), "%u", (unsigned int)uid);
	return users[i].name;
}

/* ` name="value"`; what is in the value cannot end it. */
static void put_text(struct par_buf *b, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	par_buf_printf(b, " %s=\"", name);
	for (; *value; value++)
		par_buf_putc(b, *value == '"' ? '\'' : *value);
	par_buf_putc(b, '"');
}

static void log_line(const struct lpar_audit *a, uint64_t took_ms)
{
	auto_buf b = { 0 };

	if (a->job)
		par_buf_printf(&b, "job=%llu ", (unsigned long long)a->job);
	par_buf_printf(&b, "peer=%u/%d user=%s %s", (unsigned int)a->uid, (int)a->pid,
		       lpar_user_name(a->uid), a->operation);
	if (a->system)
		par_buf_printf(&b, " system=%s", a->system);
	if (a->lpar)
		par_buf_printf(&b, " lpar=%s", a->lpar);
	par_buf_printf(&b, " ms=%llu result=%s", (unsigned long long)took_ms, a->result);
	put_text(&b, "why", a->text);
	put_text(&b, "command", a->command);
	put_text(&b, "detail", a->detail);
	par_log(PAR_LOG_NOTICE, "%s", b.failed ? "an audit line is lost: out of memory" : b.data);
}

void lpar_audit(struct lpar_daemon *d, const struct lpar_audit *a)
{
	uint64_t now_ms = par_now_ms();
	uint64_t took_ms = a->begun_ms && a->begun_ms < now_ms ? now_ms - a->begun_ms : 0;
	struct lpar_event event = {
		.type = LPAR_EVENT_AUDIT,
		.system = a->system ? a->system : "-",
		.uuid = a->uuid && *a->uuid ? a->uuid : NULL,
		.lpar = a->lpar,
		.lpar_id = a->lpar_id,
		.job = a->job,
		.operation = a->operation,
		.result = a->result,
		.text = a->text,
		.uid = (uint32_t)a->uid,
		.pid = (int32_t)a->pid,
		.user = lpar_user_name(a->uid),
		.took_ms = took_ms,
		.command = a->command,
		.detail = a->detail && *a->detail ? a->detail : NULL,
	};

	log_line(a, took_ms);
	lpar_events_publish(d->events, &event);
}
