/* SPDX-License-Identifier: Apache-2.0 */
/* The report on a move as tables: see move_table.h. */
#include "lpard/cli/move_table.h"

#include "lpard/common/json.h"

#include <inttypes.h>
#include <string.h>

#define REPORTS_MOST 65536
#define TESTS_MOST   65536

struct test {
	const char *name, *source, *target, *verdict, *remedy;
	bool required;
};

static int read_test(struct json_object *o, struct test *t, struct par_error **err)
{
	int r = par_json_string(o, "test", true, &t->name, err);

	if (r < 0)
		return r;
	r = par_json_string(o, "source", true, &t->source, err);
	if (r < 0)
		return r;
	r = par_json_string(o, "target", true, &t->target, err);
	if (r < 0)
		return r;
	r = par_json_string(o, "verdict", true, &t->verdict, err);
	if (r < 0)
		return r;
	r = par_json_bool(o, "required", true, &t->required, err);
	return r < 0 ? r : par_json_string(o, "remedy", true, &t->remedy, err);
}

/* The widest value of the column, but no wider than @most. */
static int width_of(struct json_object *tests, const char *key, int least, int most)
{
	int width = least;

	for (size_t i = 0; i < json_object_array_length(tests); i++) {
		const char *text = "";
		int n;

		(void)par_json_string(json_object_array_get_idx(tests, i), key, false, &text, NULL);
		n = (int)par_columns(text);
		width = n > width ? n : width;
	}
	return width > most ? most : width;
}

static const char *or_dash(const char *s)
{
	return *s ? s : "-";
}

static int print_tests(FILE *out, struct json_object *tests, struct par_error **err)
{
	const int name = width_of(tests, "test", 4, 24), value = width_of(tests, "source", 6, 40);

	fprintf(out, "%-*s %-8s %-9s %-*s %s\n", name, "TEST", "VERDICT", "KIND", value, "SOURCE",
		"TARGET");
	for (size_t i = 0; i < json_object_array_length(tests); i++) {
		struct test t = { 0 };
		int r = read_test(json_object_array_get_idx(tests, i), &t, err);

		if (r < 0)
			return r;
		fprintf(out, "%-*s %-8s %-9s %-*s %s\n", name, t.name, t.verdict,
			t.required ? "required" : "optional", value, or_dash(t.source),
			or_dash(t.target));
		if (*t.remedy)
			fprintf(out, "%-*s %s\n", name, "", t.remedy);
	}
	return 0;
}

/* Why a target does not fit, in a few words: the first test that fails, or that it is away. */
static const char *reason_of(struct json_object *report, struct json_object *tests)
{
	const char *error = NULL;

	(void)par_json_string(report, "error", false, &error, NULL);
	if (error)
		return error;
	for (size_t i = 0; i < json_object_array_length(tests); i++) {
		struct test t = { 0 };

		if (read_test(json_object_array_get_idx(tests, i), &t, NULL) == 0 &&
		    strcmp(t.verdict, "failed") == 0)
			return t.name;
	}
	return "-";
}

struct report {
	const char *system, *lpar, *verdict;
	uint64_t rank, failed, warnings, memory_free;
	struct json_object *tests;
};

static int read_report(struct json_object *o, struct report *ret, struct par_error **err)
{
	int r = par_json_string(o, "system", true, &ret->system, err);

	if (r < 0)
		return r;
	r = par_json_string(o, "lpar", true, &ret->lpar, err);
	if (r < 0)
		return r;
	r = par_json_string(o, "verdict", true, &ret->verdict, err);
	if (r < 0)
		return r;
	r = par_json_u64(o, "rank", true, INT64_MAX, &ret->rank, err);
	if (r < 0)
		return r;
	r = par_json_u64(o, "failed", true, INT64_MAX, &ret->failed, err);
	if (r < 0)
		return r;
	r = par_json_u64(o, "warnings", true, INT64_MAX, &ret->warnings, err);
	if (r < 0)
		return r;
	r = par_json_u64(o, "memory_free", true, INT64_MAX, &ret->memory_free, err);
	return r < 0 ? r : par_json_array(o, "tests", true, TESTS_MOST, &ret->tests, err);
}

static bool fits(const struct report *r)
{
	return strncmp(r->verdict, "fits", 4) == 0;
}

static int print_one(FILE *out, struct json_object *o, struct par_error **err)
{
	struct report rep = { 0 };
	const char *error = NULL;
	int r = read_report(o, &rep, err);

	if (r < 0)
		return r;
	(void)par_json_string(o, "error", false, &error, NULL);
	if (error)
		return par_fail(err, PAR_E_DISCONNECTED, 0, "%s", error);
	r = print_tests(out, rep.tests, err);
	return r < 0 ? r : fits(&rep);
}

static int print_line(FILE *out, struct json_object *o, bool details, struct par_error **err)
{
	struct report rep = { 0 };
	int r = read_report(o, &rep, err);

	if (r < 0)
		return r;
	fprintf(out, "%4" PRIu64 " %-16s %-16s %-18s %6" PRIu64 " %8" PRIu64 " %10" PRIu64 " %s\n",
		rep.rank, rep.system, rep.lpar, rep.verdict, rep.failed, rep.warnings,
		rep.memory_free >> 20, reason_of(o, rep.tests));
	if (details && json_object_array_length(rep.tests) > 0)
		r = print_tests(out, rep.tests, err);
	return r < 0 ? r : fits(&rep);
}

int cli_move_print(FILE *out, struct json_object *answer, bool list, bool details,
		   struct par_error **err)
{
	struct json_object *reports = NULL;
	int r = par_json_array(answer, "reports", true, REPORTS_MOST, &reports, err), n = 0;

	if (r < 0)
		return r;
	if (!list && json_object_array_length(reports) == 1)
		return print_one(out, json_object_array_get_idx(reports, 0), err);
	fprintf(out, "%4s %-16s %-16s %-18s %6s %8s %10s %s\n", "RANK", "SYSTEM", "LPAR", "VERDICT",
		"FAILED", "WARNINGS", "FREE (MB)", "FIRST FAILURE");
	for (size_t i = 0; i < json_object_array_length(reports); i++) {
		r = print_line(out, json_object_array_get_idx(reports, i), details, err);
		if (r < 0)
			return r;
		n += r;
	}
	return n;
}
