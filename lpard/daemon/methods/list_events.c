/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ListEvents: what lssvcevents lists.  Console events are the entries of the journal; serviceable
 * events of hardware there are none, but who asks for them by right names is told so.  The journal
 * is read on a worker.
 */
#include "lpard/common/cmd.h"
#include "lpard/common/json.h"
#include "lpard/core/messages.h"
#include "lpard/daemon/journal/journal.h"
#include "lpard/daemon/methods/common.h"

#include <string.h>
#include <time.h>

#define DAYS_USUAL 7
#define REPLY_MAX  (32u << 20) /* bytes of texts in one answer; the oldest are left out */

struct query {
	struct lpar_daemon *daemon;
	struct lpar_call *call; /* NULL: the caller has left */
	struct lpar_journal_view view;
	bool console;
	uint64_t from_ms;
	char system[64]; /* "": of all */
	struct par_strv fields;
	struct par_strv names, severities, categories; /* filters; empty: all */
	struct json_object *rows;
	size_t bytes;
	struct par_error *err;
};

/* Values of an entry of the journal.  Each prints nothing where the entry has nothing. */

static const char *entry_text(struct json_object *entry, const char *key)
{
	const char *text = "";

	(void)par_json_string(entry, key, false, &text, NULL);
	return par_streq(text, "-") ? "" : text;
}

static uint64_t entry_number(struct json_object *entry, const char *key)
{
	uint64_t n = 0;

	(void)par_json_u64(entry, key, false, INT64_MAX, &n, NULL);
	return n;
}

static bool entry_failed(struct json_object *entry)
{
	const char *result = entry_text(entry, "result");

	return !par_streq(result, "ok") && !par_streq(result, "started") &&
	       !par_starts_with(result, "status ") && !par_starts_with(result, "signal ");
}

static void put_time(struct par_buf *b, struct json_object *entry)
{
	time_t t = (time_t)(entry_number(entry, "time_ms") / 1000);
	char text[32];
	struct tm tm;

	if (localtime_r(&t, &tm) && strftime(text, sizeof(text), "%m/%d/%Y %H:%M:%S", &tm) > 0)
		par_buf_puts(b, text);
}

static void put_severity(struct par_buf *b, struct json_object *entry)
{
	par_buf_puts(b, entry_failed(entry) ? "error" : "info");
}

/* A call that the caller's role does not allow: which system was meant was not looked at. */
static bool entry_refused(struct json_object *entry)
{
	return par_streq(entry_text(entry, "result"), par_error_name(PAR_E_NOT_PERMITTED));
}

/* lpard's own life, or what somebody did with it */
static void put_category(struct par_buf *b, struct json_object *entry)
{
	bool own = !*entry_text(entry, "system") && !entry_refused(entry);

	par_buf_puts(b, own ? "console" : "system");
}

static void put_duration(struct par_buf *b, struct json_object *entry)
{
	uint64_t ms = entry_number(entry, "took_ms");

	par_buf_printf(b, "%llu.%03u", (unsigned long long)(ms / 1000), (unsigned int)(ms % 1000));
}

static void put_uid(struct par_buf *b, struct json_object *entry)
{
	par_buf_put_u64(b, entry_number(entry, "uid"));
}

static void put_end(struct par_buf *b, struct json_object *entry)
{
	const char *result = entry_text(entry, "result");

	if (par_streq(result, "started")) {
		par_buf_puts(b, " started.");
		return;
	}
	if (par_streq(result, LPAR_JOURNAL_INTERRUPTED)) {
		par_buf_printf(b, " was interrupted: %s.", entry_text(entry, "text"));
		return;
	}
	if (par_streq(result, "ok"))
		par_buf_puts(b, " succeeded after ");
	else if (entry_failed(entry))
		par_buf_puts(b, " failed after ");
	else
		par_buf_printf(b, " ended with %s after ", result);
	put_duration(b, entry);
	par_buf_puts(b, " s");
	if (entry_failed(entry))
		par_buf_printf(b, ": %s",
			       *entry_text(entry, "text") ? entry_text(entry, "text") : result);
	if (b->len > 0 && b->data[b->len - 1] != '.')
		par_buf_putc(b, '.');
}

/* A sentence with all of it: apart from this, the usual listing has only the time. */
static void put_sentence(struct par_buf *b, struct json_object *entry)
{
	const char *lpar = entry_text(entry, "lpar"), *system = entry_text(entry, "system");

	par_buf_printf(b, "User name %s: %s", entry_text(entry, "user"),
		       entry_text(entry, "operation"));
	if (!*lpar && !*system && !entry_refused(entry))
		par_buf_puts(b, " of lpard");
	if (*lpar)
		par_buf_printf(b, " of the partition %s", lpar);
	if (*system)
		par_buf_printf(b, " on the managed system %s", system);
	put_end(b, entry);
	if (*entry_text(entry, "detail"))
		par_buf_printf(b, " %s", entry_text(entry, "detail"));
	if (*entry_text(entry, "command"))
		par_buf_printf(b, " %s: %s",
			       par_streq(entry_text(entry, "operation"), "RunCommand") ? "Command"
										       : "Data",
			       entry_text(entry, "command"));
}

/* What an event has; the first ones are IBM's and listed when -F names none. */
static const struct column {
	const char *name;
	void (*put)(struct par_buf *b, struct json_object *entry);
	const char *text;   /* else: this member, as it is */
	const char *number; /* else: this one */
	bool own;	    /* listed only when it is named */
} columns[] = {
	{ "time", put_time },
	{ "userid", .text = "user" },
	{ "pid", .number = "pid" },
	{ "name", .text = "operation" },
	{ "category", put_category },
	{ "severity", put_severity },
	{ "time_bin", .number = "time_ms" },
	{ "text", put_sentence },
	{ "uid", put_uid, .own = true },
	{ "sys_name", .text = "system", .own = true },
	{ "lpar_name", .text = "lpar", .own = true },
	{ "lpar_id", .number = "lpar_id", .own = true },
	{ "job", .number = "job", .own = true },
	{ "result", .text = "result", .own = true },
	{ "reason", .text = "text", .own = true },
	{ "duration", put_duration, .own = true },
	{ "detail", .text = "detail", .own = true },
	{ "command", .text = "command", .own = true },
};
static const char *const usual[] = { "time", "text" };

/* Of serviceable events: names that clients ask for. */
static const char *const hardware[] = {
	"problem_num",
	"pmh_num",
	"refcode",
	"status",
	"first_time",
	"last_time",
	"sys_name",
	"reporting_name",
	"sys_mtms",
	"reporting_mtms",
	"enclosure_mtms",
	"failing_mtms",
	"text",
	"firmware_fix",
	"created_time",
	"analyzing_sfp",
	"analyzing_mtms",
	"refcode_extension",
	"ref_code_extn",
	"sys_refcode",
	"fru_details",
	"firmware_pkg_name",
	"firmware_pkg_status",
	"severity",
	"lpar_id",
	"lpar_name",
	"lpar_hostname",
	"lpar_os_type",
	"notification_type",
	"notification_status",
	"duplicate_count",
	"sys_log_id",
	"platform_log_id",
	"subsystem_id",
	"creator_id",
	"symptom",
	"failing_lpar_id",
	"failing_lpar_name",
	"fru_part_nums",
	"fru_phys_locs",
	"first_time_bin",
	"last_time_bin",
	"created_time_bin",
};
static const char *const hardware_filters[] = { "status",	 "problem_nums",  "refcodes",
						"fru_part_nums", "fru_phys_locs", "reporting_mtms",
						"failing_mtms" };

static const struct column *find_column(const char *name)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(columns); i++) {
		if (strcmp(columns[i].name, name) == 0)
			return &columns[i];
	}
	return NULL;
}

static bool has_word(const char *const *words, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(words[i], word) == 0)
			return true;
	}
	return false;
}

/* False: the entry has no such thing. */
static bool put_column(struct par_buf *b, const struct column *c, struct json_object *entry)
{
	if (c->put)
		c->put(b, entry);
	else if (c->text)
		par_buf_puts(b, entry_text(entry, c->text));
	else if (!c->own || entry_number(entry, c->number) != 0)
		par_buf_put_u64(b, entry_number(entry, c->number));
	return b->len > 0 || !c->own;
}

static bool passes(const struct par_strv *wanted, const char *column, struct json_object *entry)
{
	auto_buf b = { 0 };

	if (wanted->n == 0)
		return true;
	(void)put_column(&b, find_column(column), entry);
	return par_strv_find(wanted, b.data ? b.data : "") >= 0;
}

/* On the worker: one row. */
static int take_entry(struct json_object *entry, void *user)
{
	struct query *q = user;
	struct json_object *row;

	if ((q->system[0] && !par_streq(entry_text(entry, "system"), q->system)) ||
	    !passes(&q->names, "name", entry) || !passes(&q->severities, "severity", entry) ||
	    !passes(&q->categories, "category", entry) || q->bytes > REPLY_MAX)
		return 0;
	row = json_object_new_array();
	if (!row || json_object_array_add(q->rows, row) != 0) {
		json_object_put(row);
		return -ENOMEM;
	}
	for (size_t i = 0; i < q->fields.n; i++) {
		struct json_object *value = NULL;
		auto_buf b = { 0 };

		if (put_column(&b, find_column(q->fields.v[i]), entry)) {
			value = json_object_new_string(b.data ? b.data : "");
			q->bytes += b.len + 8;
			if (!value)
				return -ENOMEM;
		}
		if (b.failed || json_object_array_add(row, value) != 0) {
			json_object_put(value);
			return -ENOMEM;
		}
	}
	return 0;
}

static void read_on_worker(void *user)
{
	struct query *q = user;

	(void)lpar_journal_read(&q->view, q->from_ms, take_entry, q, &q->err);
}

static void query_free(struct query *q)
{
	lpar_journal_view_done(&q->view);
	par_strv_done(&q->fields);
	par_strv_done(&q->names);
	par_strv_done(&q->severities);
	par_strv_done(&q->categories);
	json_object_put(q->rows);
	par_error_free(&q->err);
	free(q);
}

static void answer(struct query *q)
{
	auto_json o = json_object_new_object();

	if (q->call && !q->err &&
	    (par_json_put_strv(o, "names", q->fields.v, q->fields.n) < 0 ||
	     par_json_put(o, "rows", json_object_get(q->rows)) < 0))
		par_oom(&q->err);
	if (q->call && q->err)
		lpar_call_fail(&q->call, &q->err);
	else if (q->call)
		lpar_call_reply(&q->call, take_ptr(o));
	query_free(q);
}

static void read_done(void *user)
{
	answer(user);
}

static void on_caller_gone(struct lpar_call *call, void *user)
{
	struct query *q = user;

	(void)call;
	q->call = NULL;
}

/* The columns: those asked for, or the usual ones. */
static int read_fields(struct query *q, const struct lpar_params_ListEvents *p,
		       struct par_error **err)
{
	for (size_t i = 0; i < p->fields.n; i++) {
		const char *name = p->fields.v[i];

		if (q->console ? !find_column(name)
			       : !has_word(hardware, PAR_ARRAY_SIZE(hardware), name))
			return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, LPAR_MSG_INVALID_ATTRIBUTE,
					name);
		if (par_strv_add(&q->fields, name) < 0)
			return par_oom(err);
	}
	for (size_t i = 0; p->fields.n == 0 && i < PAR_ARRAY_SIZE(columns); i++) {
		const char *name = columns[i].name;

		if (!columns[i].own &&
		    (p->all_fields || has_word(usual, PAR_ARRAY_SIZE(usual), name)) &&
		    par_strv_add(&q->fields, name) < 0)
			return par_oom(err);
	}
	return 0;
}

static struct par_strv *filter_of(struct query *q, const char *name)
{
	if (strcmp(name, "name") == 0 || strcmp(name, "names") == 0)
		return &q->names;
	if (strcmp(name, "severities") == 0)
		return &q->severities;
	return strcmp(name, "categories") == 0 ? &q->categories : NULL;
}

static int read_filters(struct query *q, const struct lpar_criteria *filter, struct par_error **err)
{
	for (size_t i = 0; i < filter->n; i++) {
		const struct lpar_criterion *c = &filter->v[i];
		struct par_strv *to = q->console ? filter_of(q, c->name) : &q->names;

		if (!to || (!q->console &&
			    !has_word(hardware_filters, PAR_ARRAY_SIZE(hardware_filters), c->name)))
			return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, LPAR_MSG_INVALID_FILTER,
					c->name);
		for (size_t k = 0; k < c->values.n; k++) {
			if (par_strv_add(to, c->values.v[k]) < 0)
				return par_oom(err);
		}
	}
	return 0;
}

/* Midnight so many days before the last one, or so many minutes ago; ms since 1970 */
static uint64_t from_when(const struct lpar_params_ListEvents *p)
{
	uint64_t days = p->days == UINT64_MAX ? DAYS_USUAL : p->days;
	time_t now = time(NULL), from;
	struct tm tm;

	if (p->minutes != UINT64_MAX) {
		from = now - (time_t)p->minutes * 60;
	} else {
		localtime_r(&now, &tm);
		tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
		tm.tm_isdst = -1;
		tm.tm_mday -= (int)days;
		from = mktime(&tm);
	}
	return from > 0 ? (uint64_t)from * 1000 : 0;
}

static int read_query(struct query *q, const struct lpar_params_ListEvents *p,
		      struct par_error **err)
{
	struct lpar_managed *system = p->system ? lpar_managed_find(q->daemon, p->system) : NULL;
	int r;

	q->console = strcmp(p->type, "console") == 0;
	if (!q->console && strcmp(p->type, "hardware") != 0)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, PAR_MSG_BAD_PARAMETERS, "-t");
	if (p->days != UINT64_MAX && p->minutes != UINT64_MAX)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, PAR_MSG_BAD_PARAMETERS, "-d,-i");
	if (p->system && !system)
		return lpar_method_no_system(q->daemon, p->system, err);
	if (system)
		snprintf(q->system, sizeof(q->system), "%s", system->name);
	q->from_ms = from_when(p);
	r = read_fields(q, p, err);
	return r < 0 ? r : read_filters(q, &p->filter, err);
}

void lpar_method_ListEvents(struct lpar_daemon *d, struct lpar_call *call,
			    struct lpar_params_ListEvents *params)
{
	struct query *q = calloc(1, sizeof(*q));
	auto_error err = NULL;
	int r;

	if (!q) {
		par_oom(&err);
		lpar_call_fail(&call, &err);
		return;
	}
	*q = (struct query){ .daemon = d, .rows = json_object_new_array() };
	q->view = (struct lpar_journal_view){ .fd = { -1, -1 } };
	r = q->rows ? read_query(q, params, &err) : -ENOMEM;
	if (r < 0) {
		if (!err)
			par_oom(&err);
		query_free(q);
		lpar_call_fail(&call, &err);
		return;
	}
	q->call = call;
	if (!q->console) {
		answer(q);
		return;
	}
	call->gone = on_caller_gone;
	call->gone_user = q;
	lpar_journal_look(d->journal, &q->view);
	if (par_workers_run(d->workers, read_on_worker, read_done, q) < 0) {
		par_oom(&q->err);
		answer(q);
	}
}
