/* SPDX-License-Identifier: Apache-2.0 */
/* Calls to methods: see dispatch.h.  org.varlink.service is answered here, all else by a handler.
 */
#include "lpard/daemon/methods/dispatch.h"

#include "lpard/common/json.h"
#include "lpard/core/messages.h"
#include "lpard/daemon/methods/methods.h"
#include "lpard/daemon/systems/audit.h"
#include "lpard/daemon/systems/event_json.h"

#include <string.h>

#define INTERFACE "org.lpard"
#define SERVICE	  "org.varlink.service"

static const char *const lpar_definable_words[] = {
	[LPAR_DEFINABLE_LPAR] = "lpar",
	[LPAR_DEFINABLE_PROF] = "prof",
	NULL,
};

struct method {
	const char *name;
	enum lpar_role role;
	unsigned int flags;
	const char *in, *out, *text; /* in: each followed by ", " */
	void (*call)(struct lpar_daemon *d, struct lpar_call *call);
};

/* Fill the struct of a call's parameters.  False: a parameter was refused, the call is answered. */
static bool take_parameters(struct lpar_call *call, struct json_object *parameters,
			    const struct lpar_param *rows, void *params)
{
	const char *unknown = lpar_params_unknown(rows, parameters);
	auto_error err = NULL;

	if (unknown) {
		lpar_call_fail_service(&call, "InvalidParameter", "parameter", unknown);
		return false;
	}
	if (lpar_params_read(rows, parameters, params, &err) < 0) {
		lpar_call_fail(&call, &err);
		return false;
	}
	return true;
}

/* What is done before each handler.  The parameters outlive the call, which the handler may answer
 * before it has done with them. */
#define PARAM(n, c_type, text, type_, ...) \
	{ .name = #n, .type = type_, .offset = offsetof(self, n), __VA_ARGS__ },
#define X(name, role, flags, in, out, text)                                    \
	static void call_##name(struct lpar_daemon *d, struct lpar_call *call) \
	{                                                                      \
		typedef struct lpar_params_##name self;                        \
		static const struct lpar_param rows[] = { in{ 0 } };           \
		auto_json parameters = json_object_get(call->parameters);      \
		self params = {};                                              \
                                                                               \
		if (take_parameters(call, parameters, rows, &params))          \
			lpar_method_##name(d, call, &params);                  \
		lpar_params_done(rows, &params);                               \
	}
#include "lpard/daemon/methods/methods.def"
#undef X
#undef PARAM

static const struct method methods[] = {
#define PARAM(n, c_type, text, type, ...) #n ": " text ", "
#define X(name, role, flags, in, out, text) \
	{ #name, LPAR_ROLE_##role, flags, "" in, out, text, call_##name },
#include "lpard/daemon/methods/methods.def"
#undef X
#undef PARAM
};

static const char service_text[] =
	"# The Varlink Service Interface is provided by every varlink service.\n"
	"interface org.varlink.service\n\n"
	"method GetInfo() -> (vendor: string, product: string, version: string, url: string, "
	"interfaces: []string)\n\n"
	"method GetInterfaceDescription(interface: string) -> (description: string)\n\n"
	"error InterfaceNotFound (interface: string)\n"
	"error MethodNotFound (method: string)\n"
	"error MethodNotImplemented (method: string)\n"
	"error InvalidParameter (parameter: string)\n"
	"error PermissionDenied ()\n"
	"error ExpectedMore ()\n";

static void put_comment(struct par_buf *b, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		par_buf_puts(b, "# ");
		par_buf_put(b, text, len);
		par_buf_putc(b, '\n');
		text += len + (text[len] == '\n');
	}
}

static void put_event_type(struct par_buf *b)
{
	par_buf_puts(
		b,
		"\n# An event of Subscribe. number: one more than that of the event before;\n"
		"# time_ms: since 1970; lpar, lpar_id, uuid: of an LPAR. By its name it has besides:\n");
#define X(id, name, text) par_buf_puts(b, "# " name ": " text "\n");
#include "lpard/daemon/systems/events.def"
#undef X
	par_buf_puts(b, LPAR_EVENT_VARLINK);
}

char *lpar_interface_text(void)
{
	auto_buf b = { 0 };

	put_comment(&b,
		    "LPARs of one or more managed systems, in the HMC's terms. A system is named\n"
		    "by its name or its MTMS, an LPAR by lpar (its name) or id.");
	par_buf_puts(
		&b,
		"interface " INTERFACE "\n\n"
		"# A name=value, name+=value or name-=value of configuration data\n"
		"type Attribute (name: string, op: " PAR_WORDS_TYPE(
			PAR_ATTR_OP_WORDS) ", value: string)\n\n"
					   "type Progress (lpar: string, percent: int, stage: string)\n"
					   "type Image (name: string, os: string, version: string, suite: string, "
					   "kernel: string, page_size: int, bytes: int, is_default: bool, "
					   "lpars: [](system: string, lpar: string), damage: ?string)\n"
					   "type MoveReport (system: string, lpar: string, rank: int, verdict: string, "
					   "failed: int, warnings: int, memory_free: int, error: ?string, "
					   "tests: [](test: string, source: string, target: string, required: bool, "
					   "verdict: string, remedy: string))\n");
	put_event_type(&b);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(methods); i++) {
		const struct method *m = &methods[i];
		size_t len = strlen(m->in);

		par_buf_putc(&b, '\n');
		put_comment(&b, m->text);
		par_buf_printf(&b, "method %s(%.*s) -> (%s)\n", m->name, len ? (int)len - 2 : 0,
			       m->in, m->out);
	}
#define X(id, name, err, status, meaning) \
	par_buf_printf(&b, "\n# %s\nerror %s (message: string)\n", meaning, name);
#include "lpard/common/errors.def"
#undef X
	return par_buf_steal(&b);
}

static void get_info(struct lpar_call *call)
{
	auto_json a = json_object_new_object();
	static const char *const interfaces[] = { SERVICE, INTERFACE };
	auto_error err = NULL;

	if (par_json_put_string(a, "vendor", "lpard") < 0 ||
	    par_json_put_string(a, "product", "lpard") < 0 ||
	    par_json_put_string(a, "version", PAR_VERSION) < 0 ||
	    par_json_put_string(a, "url", "https://lpard.org/") < 0 ||
	    par_json_put_strv(a, "interfaces", (char *const *)interfaces,
			      PAR_ARRAY_SIZE(interfaces)) < 0) {
		par_oom(&err);
		lpar_call_fail(&call, &err);
		return;
	}
	lpar_call_reply(&call, take_ptr(a));
}

static void get_description(struct lpar_call *call)
{
	auto_json a = json_object_new_object();
	autofree char *text = NULL, *name = NULL;
	const char *asked = NULL;

	if (par_json_string(call->parameters, "interface", true, &asked, NULL) < 0) {
		lpar_call_fail_service(&call, "InvalidParameter", "parameter", "interface");
		return;
	}
	if (strcmp(asked, INTERFACE) == 0)
		text = lpar_interface_text();
	else if (strcmp(asked, SERVICE) == 0)
		text = strdup(service_text);
	if (!text || par_json_put_string(a, "description", text) < 0) {
		name = strdup(asked);
		lpar_call_fail_service(&call, "InterfaceNotFound", "interface", name);
		return;
	}
	lpar_call_reply(&call, take_ptr(a));
}

static void dispatch_service(struct lpar_call *call, const char *method)
{
	autofree char *full = NULL;

	if (strcmp(method, "GetInfo") == 0) {
		get_info(call);
	} else if (strcmp(method, "GetInterfaceDescription") == 0) {
		get_description(call);
	} else {
		full = strdup(call->method);
		lpar_call_fail_service(&call, "MethodNotFound", "method", full);
	}
}

static void refuse_role(struct lpar_daemon *d, struct lpar_call *call, const struct method *m)
{
	auto_error err = NULL;
	char why[96];

	snprintf(why, sizeof(why), "refused: needs the role %s, the caller has %s",
		 lpar_role_name(m->role), lpar_role_name(call->peer.role));
	lpar_audit(d, &(struct lpar_audit){ .uid = call->peer.uid,
					    .pid = call->peer.pid,
					    .operation = m->name,
					    .result = par_error_name(PAR_E_NOT_PERMITTED),
					    .text = why });
	par_fail(&err, PAR_E_NOT_PERMITTED, 0, LPAR_MSG_NO_AUTHORITY);
	lpar_call_fail(&call, &err);
}

static void call_method(struct lpar_daemon *d, struct lpar_call *call, const struct method *m)
{
	auto_error err = NULL;

	if (call->peer.role < m->role) {
		refuse_role(d, call, m);
		return;
	}
	if (d->stopping) {
		par_fail(&err, PAR_E_DISCONNECTED, 0, "lpard is being stopped");
		lpar_call_fail(&call, &err);
		return;
	}
	if ((m->flags & LPAR_METHOD_UPGRADE) && !call->upgrade) {
		par_fail(&err, PAR_E_PROTOCOL, 0, "\"%s\" must be called with \"upgrade\"",
			 m->name);
		lpar_call_fail(&call, &err);
		return;
	}
	if ((m->flags & LPAR_METHOD_MORE) && !call->more) {
		lpar_call_fail_service(&call, "ExpectedMore", NULL, NULL);
		return;
	}
	m->call(d, call);
}

void lpar_dispatch(struct lpar_call *call, void *daemon)
{
	const char *dot = strrchr(call->method, '.');
	size_t len = (size_t)(dot - call->method);
	autofree char *name = NULL;

	if (len == strlen(SERVICE) && strncmp(call->method, SERVICE, len) == 0) {
		dispatch_service(call, dot + 1);
		return;
	}
	if (len != strlen(INTERFACE) || strncmp(call->method, INTERFACE, len) != 0) {
		name = strndup(call->method, len);
		lpar_call_fail_service(&call, "InterfaceNotFound", "interface", name);
		return;
	}
	for (size_t i = 0; i < PAR_ARRAY_SIZE(methods); i++) {
		if (strcmp(methods[i].name, dot + 1) == 0) {
			call_method(daemon, call, &methods[i]);
			return;
		}
	}
	name = strdup(call->method);
	lpar_call_fail_service(&call, "MethodNotFound", "method", name);
}
