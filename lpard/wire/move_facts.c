/* SPDX-License-Identifier: Apache-2.0 */
/* Facts for a move, as tables: see move_facts.h. */
#include "lpard/wire/move_facts.h"

#include <limits.h>
#include <string.h>

#define NAME_MOST   256	 /* bytes of names, versions, addresses */
#define VALUE_MOST  1024 /* of what is said in words */
#define FILES_MOST  8192
#define CLAIMS_MOST 8192
#define SMALL_MOST  1024 /* addresses, file systems, devices of one WPAR */

#define ROW(type, key_, kind_, ...)                                                     \
	{                                                                               \
		.key = #key_, .kind = PAR_JSON_##kind_, .offset = offsetof(type, key_), \
		__VA_ARGS__                                                             \
	}
#define TEXT(type, key)		   ROW(type, key, TEXT, .max = NAME_MOST)
#define WORDS(type, key)	   ROW(type, key, TEXT, .max = VALUE_MOST)
#define PATH(type, key)		   ROW(type, key, TEXT, .max = PATH_MAX)
#define NUMBER(type, key)	   ROW(type, key, NUMBER, .max = 0)
#define FLAG(type, key)		   ROW(type, key, FLAG, .max = 0)
#define TEXTS(type, key, most_)	   ROW(type, key, TEXTS, .max = PATH_MAX, .most = most_)
#define ROWS(type, key, of_, most) ROW(type, key, ROWS, .max = most, .of = &of_##_form)
#define FORM(name, type)                                                                    \
	static const struct par_json_form name##_form = { .rows = name##_rows,              \
							  .n = PAR_ARRAY_SIZE(name##_rows), \
							  .size = sizeof(type) }

static const struct par_json_row file_rows[] = {
	PATH(struct par_move_file, path),
	NUMBER(struct par_move_file, size),
	TEXT(struct par_move_file, build_id),
};
FORM(file, struct par_move_file);

static const struct par_json_row address_rows[] = {
	TEXT(struct par_move_address, address),
	TEXT(struct par_move_address, interface),
	TEXT(struct par_move_address, mac),
	TEXT(struct par_move_address, subnet),
};
FORM(address, struct par_move_address);

static const struct par_json_row file_system_rows[] = {
	PATH(struct par_move_file_system, directory), TEXT(struct par_move_file_system, vfs),
	PATH(struct par_move_file_system, device),    TEXT(struct par_move_file_system, host),
	NUMBER(struct par_move_file_system, size),    FLAG(struct par_move_file_system, local),
	TEXT(struct par_move_file_system, token),
};
FORM(file_system, struct par_move_file_system);

static const struct par_json_row obstacle_rows[] = {
	TEXT(struct par_move_obstacle, test),
	WORDS(struct par_move_obstacle, value),
	WORDS(struct par_move_obstacle, remedy),
};
FORM(obstacle, struct par_move_obstacle);

static const struct par_json_row wpar_rows[] = {
	TEXT(struct par_move_wpar, name),
	TEXT(struct par_move_wpar, type),
	TEXT(struct par_move_wpar, state),
	TEXT(struct par_move_wpar, hostname),
	PATH(struct par_move_wpar, directory),
	TEXT(struct par_move_wpar, image),
	TEXT(struct par_move_wpar, program),
	ROW(struct par_move_wpar, idbase, NUMBER, .max = UINT32_MAX),
	ROW(struct par_move_wpar, idrange, NUMBER, .max = UINT32_MAX),
	NUMBER(struct par_move_wpar, memory),
	NUMBER(struct par_move_wpar, disk),
	FLAG(struct par_move_wpar, checkpointable),
	FLAG(struct par_move_wpar, autostart),
	ROWS(struct par_move_wpar, addresses, address, SMALL_MOST),
	ROWS(struct par_move_wpar, file_systems, file_system, SMALL_MOST),
	TEXTS(struct par_move_wpar, devices, SMALL_MOST),
	TEXTS(struct par_move_wpar, kexts, SMALL_MOST),
	ROWS(struct par_move_wpar, files, file, FILES_MOST),
	ROWS(struct par_move_wpar, obstacles, obstacle, SMALL_MOST),
};
FORM(wpar, struct par_move_wpar);

static const struct par_json_row claim_rows[] = {
	TEXT(struct par_move_claim, name),
	TEXT(struct par_move_claim, hostname),
	PATH(struct par_move_claim, directory),
	ROW(struct par_move_claim, idbase, NUMBER, .max = UINT32_MAX),
	ROW(struct par_move_claim, idrange, NUMBER, .max = UINT32_MAX),
	TEXTS(struct par_move_claim, addresses, SMALL_MOST),
};
FORM(claim, struct par_move_claim);

static const struct par_json_row own_test_rows[] = {
	TEXT(struct par_move_own_test, name),
	WORDS(struct par_move_own_test, value),
	FLAG(struct par_move_own_test, passed),
	FLAG(struct par_move_own_test, optional),
};
FORM(own_test, struct par_move_own_test);

static const struct par_json_row facts_rows[] = {
	NUMBER(struct par_move_facts, format),
	TEXT(struct par_move_facts, product),
	TEXT(struct par_move_facts, host),
	TEXT(struct par_move_facts, os),
	TEXT(struct par_move_facts, machine),
	TEXT(struct par_move_facts, kernel),
	NUMBER(struct par_move_facts, page_size),
	ROW(struct par_move_facts, hwcap, BITS, .max = 0),
	ROW(struct par_move_facts, hwcap2, BITS, .max = 0),
	ROW(struct par_move_facts, criu, NUMBER, .max = UINT32_MAX),
	TEXT(struct par_move_facts, network_lock),
	FLAG(struct par_move_facts, guard_pages),
	FLAG(struct par_move_facts, time_namespaces),
	FLAG(struct par_move_facts, soft_dirty),
	FLAG(struct par_move_facts, userfaultfd),
	FLAG(struct par_move_facts, tools),
	NUMBER(struct par_move_facts, memory),
	NUMBER(struct par_move_facts, memory_free),
	ROW(struct par_move_facts, processors, NUMBER, .max = UINT32_MAX),
	NUMBER(struct par_move_facts, room),
	NUMBER(struct par_move_facts, time_ms),
	ROWS(struct par_move_facts, claims, claim, CLAIMS_MOST),
	TEXTS(struct par_move_facts, addresses, SMALL_MOST),
	ROWS(struct par_move_facts, own_tests, own_test, SMALL_MOST),
	ROWS(struct par_move_facts, wpars, wpar, 1),
	ROWS(struct par_move_facts, files, file, FILES_MOST),
	ROWS(struct par_move_facts, networks, address, SMALL_MOST),
	TEXTS(struct par_move_facts, tokens, SMALL_MOST),
	TEXTS(struct par_move_facts, devices, SMALL_MOST),
	TEXTS(struct par_move_facts, kexts, SMALL_MOST),
	FLAG(struct par_move_facts, program),
};
FORM(facts, struct par_move_facts);

void par_move_facts_done(struct par_move_facts *f)
{
	par_json_form_done(&facts_form, f);
}

static int read_object(struct json_object *o, struct par_move_facts *f, struct par_error **err)
{
	int r = par_json_form_read(&facts_form, o, f, err);

	if (r < 0)
		return r;
	if (f->format != PAR_MOVE_FORMAT)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"its wparctl is of another version, %s, and says it in the format "
				"%llu; this one reads %d: bring both to the same version",
				f->product ? f->product : "?", (unsigned long long)f->format,
				PAR_MOVE_FORMAT);
	return 0;
}

int par_move_facts_read(const char *text, size_t len, struct par_move_facts *ret,
			struct par_error **err)
{
	auto_json o = NULL;
	auto_move_facts f = { 0 };
	int r;

	if (len > PAR_MOVE_FACTS_MOST)
		return par_fail(err, PAR_E_TOO_LARGE, 0, "it says more than %u bytes",
				PAR_MOVE_FACTS_MOST);
	r = par_json_parse(text, len, &o, err);
	if (r < 0)
		return r;
	r = read_object(o, &f, err);
	if (r < 0)
		return r;
	*ret = f;
	f = (struct par_move_facts){ 0 };
	return 0;
}

int par_move_facts_write(const struct par_move_facts *f, struct par_buf *out)
{
	auto_json o = json_object_new_object();
	const char *text;

	if (!o || par_json_form_write(&facts_form, f, o) < 0)
		return -ENOMEM;
	text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY |
							 JSON_C_TO_STRING_NOSLASHESCAPE);
	if (!text)
		return -ENOMEM;
	par_buf_puts(out, text);
	return par_buf_putc(out, '\n');
}
