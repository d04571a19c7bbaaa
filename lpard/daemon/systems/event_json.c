/* SPDX-License-Identifier: Apache-2.0 */
/* Events as JSON: see event_json.h. */
#include "lpard/daemon/systems/event_json.h"

#include "lpard/common/json.h"
#include "lpard/common/text.h"

#include <string.h>

#define TEXT_MAX 4096 /* bytes of each text */

/* A member that is not given is left out. */
static int put_text(struct json_object *o, const char *key, const char *text)
{
	autofree char *clean = text ? strdup(text) : NULL;

	if (!text)
		return 0;
	par_text_clean(clean, TEXT_MAX, PAR_TEXT_LINES);
	return clean ? par_json_put_string(o, key, clean) : -ENOMEM;
}

static int put_number(struct json_object *o, const char *key, uint64_t n)
{
	return par_json_put(o, key, json_object_new_int64((int64_t)n));
}

static int put_lpar(struct json_object *o, const struct lpar_event *e)
{
	if (!e->uuid)
		return 0;
	if (put_text(o, "lpar", e->lpar) < 0 || put_text(o, "uuid", e->uuid) < 0)
		return -ENOMEM;
	return e->lpar_id ? put_number(o, "lpar_id", e->lpar_id) : 0;
}

static int put_states(struct json_object *o, const struct lpar_event *e)
{
	if (e->type == LPAR_EVENT_STATE && put_text(o, "was", lpar_state_text(e->was)) < 0)
		return -ENOMEM;
	if (e->type == LPAR_EVENT_STATE || e->type == LPAR_EVENT_LPAR_ADDED)
		return put_text(o, "now", lpar_state_text(e->now));
	return 0;
}

static int put_job(struct json_object *o, const struct lpar_event *e)
{
	if (!e->job)
		return 0;
	if (put_number(o, "job", e->job) < 0 || put_text(o, "operation", e->operation) < 0)
		return -ENOMEM;
	if (e->type == LPAR_EVENT_JOB_PROGRESS)
		return put_number(o, "percent", e->percent);
	return put_text(o, "result", e->result);
}

static int put_audit(struct json_object *o, const struct lpar_event *e)
{
	if (e->type != LPAR_EVENT_AUDIT)
		return put_job(o, e);
	if (put_text(o, "user", e->user) < 0 || put_text(o, "operation", e->operation) < 0)
		return -ENOMEM;
	return put_text(o, "result", e->result);
}

static struct json_object *make_event(const struct lpar_event *e)
{
	auto_json o = json_object_new_object();

	if (put_number(o, "number", e->number) < 0 || put_number(o, "time_ms", e->time_ms) < 0 ||
	    put_text(o, "event", lpar_event_name(e->type)) < 0 ||
	    put_text(o, "system", e->system) < 0 || put_lpar(o, e) < 0 || put_states(o, e) < 0 ||
	    put_text(o, "code", e->code) < 0 || put_text(o, "text", e->text) < 0 ||
	    put_audit(o, e) < 0)
		return NULL;
	return take_ptr(o);
}

struct json_object *lpar_event_json(const struct lpar_event *e)
{
	struct json_object *o;

	if (e->json && *e->json)
		return json_object_get(*e->json);
	o = make_event(e);
	if (o && e->json)
		*e->json = json_object_get(o);
	return o;
}
