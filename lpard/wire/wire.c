/* SPDX-License-Identifier: Apache-2.0 */
/* Varlink messages: see wire.h. */
#include "lpard/wire/wire.h"

#include "lpard/common/json.h"
#include "lpard/common/text.h"

#include <ctype.h>
#include <string.h>

#define OUR_PREFIX     "org.lpard."
#define SERVICE_PREFIX "org.varlink.service."
#define MESSAGE_MAX    65536 /* bytes of an error: many LPARs may have failed, a line each */

void par_wire_call_done(struct par_wire_call *c)
{
	free(c->method);
	json_object_put(c->parameters);
	*c = (struct par_wire_call){ 0 };
}

void par_wire_reply_done(struct par_wire_reply *r)
{
	free(r->error);
	json_object_put(r->parameters);
	*r = (struct par_wire_reply){ 0 };
}

/* Interface names are dotted; at least one dot, no empty part, letters, digits and dashes. */
static bool name_valid(const char *s)
{
	size_t len = strlen(s);
	bool dotted = false;

	if (len == 0 || len > 255 || s[0] == '.' || s[len - 1] == '.')
		return false;
	for (const char *p = s; *p; p++) {
		if (*p == '.') {
			dotted = true;
			if (p[1] == '.')
				return false;
		} else if (!isascii(*p) || (!isalnum((unsigned char)*p) && *p != '-')) {
			return false;
		}
	}
	return dotted;
}

/* Errors of the getters become protocol errors: a message of wrong form, not a wrong value. */
static int protocol_error(int r, struct par_error **err)
{
	if (r < 0 && err && *err && (*err)->id == PAR_E_INVALID_ARGUMENT) {
		(*err)->id = PAR_E_PROTOCOL;
		(*err)->errnum = EPROTO;
		return -EPROTO;
	}
	return r;
}

static int decode_object(const char *text, size_t len, const char *const *known,
			 struct json_object **ret, struct par_error **err)
{
	auto_json obj = NULL;
	int r = par_json_parse(text, len, &obj, err);

	if (r < 0)
		return r;
	if (!json_object_is_type(obj, json_type_object))
		return par_fail(err, PAR_E_PROTOCOL, 0, "The message is not an object");
	r = par_json_only(obj, known, err);
	if (r < 0)
		return protocol_error(r, err);
	*ret = take_ptr(obj);
	return 0;
}

static int decode_parameters(struct json_object *obj, struct json_object **ret,
			     struct par_error **err)
{
	struct json_object *p = NULL;
	int r = par_json_object(obj, "parameters", false, &p, err);

	if (r < 0)
		return protocol_error(r, err);
	*ret = p ? json_object_get(p) : json_object_new_object();
	return *ret ? 0 : par_oom(err);
}

static int take_name(const char *name, const char *key, char **ret, struct par_error **err)
{
	if (!name_valid(name))
		return par_fail(err, PAR_E_PROTOCOL, 0, "\"%s\" is no valid name", key);
	*ret = strdup(name);
	return *ret ? 0 : par_oom(err);
}

int par_wire_decode_call(const char *text, size_t len, struct par_wire_call *ret,
			 struct par_error **err)
{
	static const char *const known[] = { "method", "parameters", "more",
					     "oneway", "upgrade",    NULL };
	auto_wire_call c = { 0 };
	auto_json obj = NULL;
	const char *method = NULL;
	int r;

	if (len > PAR_WIRE_MAX_CALL)
		return par_fail(err, PAR_E_TOO_LARGE, 0, "The message is too large");
	r = decode_object(text, len, known, &obj, err);
	if (r < 0)
		return r;
	r = par_json_string(obj, "method", true, &method, err);
	if (r < 0)
		return protocol_error(r, err);
	r = par_json_bool(obj, "more", false, &c.more, err);
	if (r < 0)
		return protocol_error(r, err);
	r = par_json_bool(obj, "oneway", false, &c.oneway, err);
	if (r < 0)
		return protocol_error(r, err);
	r = par_json_bool(obj, "upgrade", false, &c.upgrade, err);
	if (r < 0)
		return protocol_error(r, err);
	if (c.oneway + c.more + c.upgrade > 1)
		return par_fail(err, PAR_E_PROTOCOL, 0,
				"Only one of \"more\", \"oneway\" and \"upgrade\" is possible");
	r = take_name(method, "method", &c.method, err);
	if (r < 0)
		return r;
	r = decode_parameters(obj, &c.parameters, err);
	if (r < 0)
		return r;
	*ret = c;
	c = (struct par_wire_call){ 0 };
	return 0;
}

int par_wire_decode_reply(const char *text, size_t len, struct par_wire_reply *ret,
			  struct par_error **err)
{
	static const char *const known[] = { "parameters", "continues", "error", NULL };
	auto_wire_reply reply = { 0 };
	auto_json obj = NULL;
	const char *error = NULL;
	int r;

	if (len > PAR_WIRE_MAX_REPLY)
		return par_fail(err, PAR_E_TOO_LARGE, 0, "The message is too large");
	r = decode_object(text, len, known, &obj, err);
	if (r < 0)
		return r;
	r = par_json_string(obj, "error", false, &error, err);
	if (r < 0)
		return protocol_error(r, err);
	r = par_json_bool(obj, "continues", false, &reply.continues, err);
	if (r < 0)
		return protocol_error(r, err);
	r = error ? take_name(error, "error", &reply.error, err) : 0;
	if (r < 0)
		return r;
	r = decode_parameters(obj, &reply.parameters, err);
	if (r < 0)
		return r;
	*ret = reply;
	reply = (struct par_wire_reply){ 0 };
	return 0;
}

static int put_flag(struct json_object *obj, const char *key, bool value)
{
	return value ? par_json_put(obj, key, json_object_new_boolean(true)) : 0;
}

static int put_message(struct json_object *obj, struct par_buf *out, struct par_error **err)
{
	size_t len = 0;
	const char *text = json_object_to_json_string_length(
		obj, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len);

	if (!text || par_buf_put(out, text, len + 1) < 0)
		return par_oom(err);
	return 0;
}

int par_wire_encode_call(const struct par_wire_call *c, struct par_buf *out, struct par_error **err)
{
	auto_json obj = json_object_new_object();

	if (par_json_put_string(obj, "method", c->method) < 0 ||
	    (c->parameters &&
	     par_json_put(obj, "parameters", json_object_get(c->parameters)) < 0) ||
	    put_flag(obj, "more", c->more) < 0 || put_flag(obj, "oneway", c->oneway) < 0 ||
	    put_flag(obj, "upgrade", c->upgrade) < 0)
		return par_oom(err);
	return put_message(obj, out, err);
}

int par_wire_encode_reply(const struct par_wire_reply *r, struct par_buf *out,
			  struct par_error **err)
{
	auto_json obj = json_object_new_object();

	if ((r->error && par_json_put_string(obj, "error", r->error) < 0) ||
	    par_json_put(obj, "parameters",
			 r->parameters ? json_object_get(r->parameters)
				       : json_object_new_object()) < 0 ||
	    put_flag(obj, "continues", r->continues) < 0)
		return par_oom(err);
	return put_message(obj, out, err);
}

int par_wire_encode_error(const struct par_error *e, struct par_buf *out)
{
	struct par_error none = { .id = PAR_E_SYSTEM, .errnum = EIO };
	auto_wire_reply r = { 0 };
	autofree char *text = NULL, *hint = NULL;

	if (!e)
		e = &none;
	/* Messages are read on terminals, and may quote what anybody has sent. */
	text = strdup(par_error_text(e));
	par_text_clean(text, MESSAGE_MAX, PAR_TEXT_LINES);
	r.error = par_strdup_printf("%s%s", OUR_PREFIX, par_error_name(e->id));
	r.parameters = json_object_new_object();
	if (!r.error || !text || par_json_put_string(r.parameters, "message", text) < 0)
		return -ENOMEM;
	hint = e->hint ? strdup(e->hint) : NULL;
	par_text_clean(hint, MESSAGE_MAX, PAR_TEXT_LINE);
	if (hint && par_json_put_string(r.parameters, "hint", hint) < 0)
		return -ENOMEM;
	return par_wire_encode_reply(&r, out, NULL);
}

static int reply_error(const struct par_wire_reply *r, struct par_error **err)
{
	const char *text = NULL, *hint = NULL;
	int status;

	if (!r->error)
		return 0;
	(void)par_json_string(r->parameters, "message", false, &text, NULL);
	if (par_starts_with(r->error, OUR_PREFIX)) {
		status = par_fail(err, par_error_from_name(r->error + strlen(OUR_PREFIX)), 0, "%s",
				  text ? text : r->error);
		(void)par_json_string(r->parameters, "hint", false, &hint, NULL);
		if (hint)
			par_error_hint(err, "%s", hint);
		return status;
	}
	if (strcmp(r->error, SERVICE_PREFIX "InvalidParameter") == 0) {
		(void)par_json_string(r->parameters, "parameter", false, &text, NULL);
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "The parameter \"%s\" is wrong",
				text ? text : "?");
	}
	if (par_starts_with(r->error, SERVICE_PREFIX))
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0, "The daemon does not know this: %s",
				r->error + strlen(SERVICE_PREFIX));
	return par_fail(err, PAR_E_SYSTEM, EPROTO, "The daemon answered \"%s\"", r->error);
}

int par_wire_reply_error(const struct par_wire_reply *r, struct par_error **err)
{
	int result = reply_error(r, err);

	/* The other side may be a guest, or relay what a guest has said. */
	if (result < 0 && err && *err)
		par_text_clean((*err)->msg, MESSAGE_MAX, PAR_TEXT_LINES);
	return result;
}

void par_wire_in_done(struct par_wire_in *in)
{
	par_buf_done(&in->buf);
	in->start = 0;
	in->scanned = 0;
}

int par_wire_feed(struct par_wire_in *in, const void *data, size_t len)
{
	if (in->start > 0) {
		par_buf_drop(&in->buf, in->start);
		in->start = 0;
	}
	return par_buf_put(&in->buf, data, len);
}

int par_wire_next(struct par_wire_in *in, const char **ret_text, size_t *ret_len,
		  struct par_error **err)
{
	size_t have = in->buf.len - in->start;
	const char *text, *end = NULL;
	size_t len;

	if (have > 0)
		end = memchr(in->buf.data + in->start + in->scanned, '\0', have - in->scanned);
	len = end ? (size_t)(end - (in->buf.data + in->start)) : have;
	if (len > in->max)
		return par_fail(err, PAR_E_TOO_LARGE, 0, "The message is larger than %zu bytes",
				in->max);
	if (!end) {
		in->scanned = have;
		return 0;
	}
	text = in->buf.data + in->start;
	in->start += len + 1;
	in->scanned = 0;
	*ret_text = text;
	*ret_len = len;
	return 1;
}

void par_wire_trim(struct par_wire_in *in)
{
	if (in->start == in->buf.len && in->buf.cap > PAR_WIRE_KEEP)
		par_wire_in_done(in);
}

const char *par_wire_rest(const struct par_wire_in *in, size_t *ret_len)
{
	*ret_len = in->buf.len - in->start;
	return in->buf.data ? in->buf.data + in->start : "";
}
