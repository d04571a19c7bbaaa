/* SPDX-License-Identifier: Apache-2.0 */
/* The record of who runs a WPAR: see owner_record.h. */
#include "wparctl/runtime/life/owner_record.h"

#include "lpard/common/json.h"
#include "wparctl/spec/spec.h"

#include <string.h>

#define FORMAT 1

static const char *const states[] = {
	[WPAR_OWNER_STOPPED] = "stopped", [WPAR_OWNER_RUNNING] = "running", NULL
};
static const char *const events[] = { [WPAR_OWNER_STARTED] = "started",
				      [WPAR_OWNER_CHECKPOINTED] = "checkpointed",
				      [WPAR_OWNER_RESTARTED] = "restarted",
				      NULL };

static int put_number(struct json_object *o, const char *key, uint64_t v)
{
	return par_json_put(o, key, json_object_new_int64((int64_t)v));
}

int wpar_owner_print(const struct wpar_owner *o, struct par_buf *out)
{
	auto_json j = json_object_new_object();
	const char *text;

	if (!j || put_number(j, "format", FORMAT) < 0 ||
	    par_json_put_string(j, "uuid", o->uuid) < 0 ||
	    par_json_put_string(j, "name", o->name) < 0 ||
	    par_json_put_string(j, "lpar", o->lpar) < 0 ||
	    par_json_put_string(j, "machine", o->machine) < 0 ||
	    put_number(j, "generation", o->generation) < 0 ||
	    par_json_put_string(j, "state", states[o->state]) < 0 ||
	    par_json_put_string(j, "last", events[o->last]) < 0 ||
	    put_number(j, "since_ms", o->since_ms) < 0)
		return -ENOMEM;
	text = json_object_to_json_string_ext(j, JSON_C_TO_STRING_PLAIN);
	if (!text)
		return -ENOMEM;
	par_buf_puts(out, text);
	return par_buf_putc(out, '\n');
}

/* A printable word that fits. */
static int get_word(struct json_object *o, const char *key, char *ret, size_t size,
		    struct par_error **err)
{
	const char *text = NULL;
	int r = par_json_string(o, key, true, &text, err);

	if (r < 0)
		return r;
	if (!*text || strlen(text) >= size || !par_printable(text))
		return par_fail(err, PAR_E_CORRUPT, 0, "'%s' is not a word", key);
	memcpy(ret, text, strlen(text) + 1);
	return 0;
}

/* One of a list of words, as its number. */
static int get_choice(struct json_object *o, const char *key, const char *const *words,
		      unsigned int *ret, struct par_error **err)
{
	const char *text = NULL;
	int r = par_json_string(o, key, true, &text, err);

	if (r < 0)
		return r;
	for (unsigned int i = 0; words[i]; i++) {
		if (strcmp(text, words[i]) == 0) {
			*ret = i;
			return 0;
		}
	}
	return par_fail(err, PAR_E_CORRUPT, 0, "'%s' is none of the words for it", key);
}

static int get_rest(struct json_object *j, struct wpar_owner *o, struct par_error **err)
{
	unsigned int state = 0, last = 0;
	int r = get_choice(j, "state", states, &state, err);

	if (r < 0)
		return r;
	o->state = (enum wpar_owner_state)state;
	r = get_choice(j, "last", events, &last, err);
	if (r < 0)
		return r;
	o->last = (enum wpar_owner_event)last;
	r = par_json_u64(j, "generation", true, INT64_MAX - 1, &o->generation, err);
	return r < 0 ? r : par_json_u64(j, "since_ms", true, INT64_MAX, &o->since_ms, err);
}

static int get_all(struct json_object *j, struct wpar_owner *o, struct par_error **err)
{
	static const char *const known[] = { "format",	   "uuid",  "name", "lpar",	"machine",
					     "generation", "state", "last", "since_ms", NULL };
	uint64_t format = 0;
	int r = par_json_u64(j, "format", true, INT64_MAX, &format, err);

	if (r < 0)
		return r;
	if (format != FORMAT)
		return par_fail(err, PAR_E_CORRUPT, 0, "it has another format");
	r = par_json_only(j, known, err);
	if (r < 0)
		return r;
	r = get_word(j, "uuid", o->uuid, sizeof(o->uuid), err);
	if (r < 0)
		return r;
	if (!par_uuid_valid(o->uuid))
		return par_fail(err, PAR_E_CORRUPT, 0, "'uuid' is none");
	r = get_word(j, "name", o->name, sizeof(o->name), err);
	if (r < 0)
		return r;
	r = wpar_name_check(o->name, err);
	if (r < 0)
		return r;
	r = get_word(j, "lpar", o->lpar, sizeof(o->lpar), err);
	if (r < 0)
		return r;
	r = get_word(j, "machine", o->machine, sizeof(o->machine), err);
	return r < 0 ? r : get_rest(j, o, err);
}

static int parse(const char *text, size_t len, struct wpar_owner *o, struct par_error **err)
{
	auto_json j = NULL;
	int r = par_json_parse(text, len, &j, err);

	if (r < 0)
		return r;
	if (!json_object_is_type(j, json_type_object))
		return par_fail(err, PAR_E_CORRUPT, 0, "it is no object");
	return get_all(j, o, err);
}

int wpar_owner_parse(const char *text, size_t len, struct wpar_owner *ret, struct par_error **err)
{
	struct wpar_owner o = { 0 };
	auto_error why = NULL;

	if (parse(text, len, &o, &why) < 0)
		return par_fail(err, PAR_E_CORRUPT, 0, "%s", par_error_text(why));
	*ret = o;
	return 0;
}

bool wpar_owner_is_others(const struct wpar_owner *o, const char *machine)
{
	return o->state == WPAR_OWNER_RUNNING && strcmp(o->machine, machine) != 0;
}

static void print_time(uint64_t ms, char ret[PAR_UTC_SIZE])
{
	par_utc_text((int64_t)(ms / 1000), ret);
}

int wpar_owner_fail_others(const struct wpar_owner *o, const char *name, const char *where,
			   struct par_error **err)
{
	char since[PAR_UTC_SIZE];

	print_time(o->since_ms, since);
	return par_fail(err, PAR_E_WRONG_STATE, 0,
			"workload partition '%s' runs in LPAR '%s' since %s, says the record on "
			"%s; stop it there, or, when that LPAR does not run any more, take it over "
			"with 'wparctl owner --take %s'",
			name, o->lpar, since, where, name);
}

int wpar_owner_check_stale(const struct wpar_owner *o, const char *name, uint64_t generation,
			   uint64_t taken_ms, struct par_error **err)
{
	static const char *const what[] = { [WPAR_OWNER_STARTED] = "was started anew",
					    [WPAR_OWNER_CHECKPOINTED] = "had a later checkpoint",
					    [WPAR_OWNER_RESTARTED] = "went on from another one" };
	char taken[PAR_UTC_SIZE], since[PAR_UTC_SIZE];

	if (generation >= o->generation)
		return 0;
	print_time(taken_ms, taken);
	print_time(o->since_ms, since);
	return par_fail(
		err, PAR_E_WRONG_STATE, 0,
		"the checkpoint is of %s, generation %llu, and workload partition '%s' %s at %s, "
		"generation %llu: what its processes did in between would be lost, while its files "
		"stay as they are now; give -F to go on from it all the same",
		taken, (unsigned long long)generation, name, what[o->last], since,
		(unsigned long long)o->generation);
}
