/* SPDX-License-Identifier: Apache-2.0 */
/* Calls to methods: see dispatch.h.  org.varlink.service is answered here, all else by a handler.
 */
#include "lpard/daemon/methods/dispatch.h"

#include "lpard/common/json.h"
#include "lpard/common/log.h"

#include <string.h>

#define INTERFACE "org.lpard"
#define SERVICE	  "org.varlink.service"

struct method {
	const char *name;
	enum lpar_role role;
	unsigned int flags;
	const char *in, *out, *text;
	void (*fn)(struct lpar_daemon *d, struct lpar_call *call);
};

static const struct method methods[] = {
#define X(name, role, flags, in, out, text) \
	{ #name, LPAR_ROLE_##role, flags, in, out, text, lpar_method_##name },
#include "lpard/daemon/methods/methods.def"
#undef X
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

char *lpar_interface_text(void)
{
	auto_buf b = { 0 };

	put_comment(&b,
		    "LPARs of one or more managed systems, in the HMC's terms. A system is named\n"
		    "by its name or its MTMS, an LPAR by lpar (its name) or id.");
	par_buf_puts(&b, "interface " INTERFACE "\n\n"
			 "# A name=value, name+=value or name-=value of configuration data\n"
			 "type Attribute (name: string, op: (set, add, remove), value: string)\n\n"
			 "type Progress (lpar: string, percent: int, stage: string)\n");
	for (size_t i = 0; i < PAR_ARRAY_SIZE(methods); i++) {
		par_buf_putc(&b, '\n');
		put_comment(&b, methods[i].text);
		par_buf_printf(&b, "method %s(%s) -> (%s)\n", methods[i].name, methods[i].in,
			       methods[i].out);
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

/* Is "NAME:" a parameter in the method's own text?  Types within parentheses do not count. */
static bool has_parameter(const struct method *m, const char *name)
{
	size_t len = strlen(name);
	int depth = 0;

	if (len == 0)
		return false;
	for (const char *p = m->in; *p; p++) {
		bool starts = p == m->in || (p[-1] == ' ' && depth == 0);

		if (*p == '(')
			depth++;
		else if (*p == ')')
			depth--;
		else if (starts && depth == 0 && strncmp(p, name, len) == 0 && p[len] == ':')
			return true;
	}
	return false;
}

static bool parameters_known(const struct method *m, struct lpar_call *call)
{
	json_object_object_foreach (call->parameters, key, value) {
		(void)value;
		if (!has_parameter(m, key)) {
			autofree char *name = strdup(key);

			lpar_call_fail_service(&call, "InvalidParameter", "parameter", name);
			return false;
		}
	}
	return true;
}

static void refuse(struct lpar_call *call, const struct method *m)
{
	auto_error err = NULL;

	par_log(PAR_LOG_WARNING, "peer=%u/%d refused: %s needs the role %s, the caller has %s",
		(unsigned int)call->peer.uid, (int)call->peer.pid, m->name, lpar_role_name(m->role),
		lpar_role_name(call->peer.role));
	par_fail(&err, PAR_E_NOT_PERMITTED, 0,
		 "You do not have the authority to perform this operation.");
	lpar_call_fail(&call, &err);
}

static void run(struct lpar_daemon *d, struct lpar_call *call, const struct method *m)
{
	auto_error err = NULL;

	if (call->peer.role < m->role) {
		refuse(call, m);
		return;
	}
	if (!parameters_known(m, call))
		return;
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
	m->fn(d, call);
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
			run(daemon, call, &methods[i]);
			return;
		}
	}
	name = strdup(call->method);
	lpar_call_fail_service(&call, "MethodNotFound", "method", name);
}
