/* SPDX-License-Identifier: Apache-2.0 */
/* What lpard may ask: see methods.h. */
#include "wparctl/agent/methods.h"

#include "lpard/common/json.h"
#include "lpard/wire/wire.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <string.h>
#include <sys/utsname.h>

#define ARGV_MAX 4096
#define ENV_MAX	 4096

static const struct {
	const char *name;
	enum wpar_method method;
} methods[] = {
	{ "org.lpard.agent.Run", WPAR_METHOD_RUN },
	{ "org.lpard.agent.Info", WPAR_METHOD_INFO },
	{ "org.lpard.agent.Shutdown", WPAR_METHOD_SHUTDOWN },
};

static const char *const base_environment[] = {
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
	"HOME=/root",
	"USER=root",
	"LOGNAME=root",
	"SHELL=/bin/sh",
};

void wpar_call_done(struct wpar_call *c)
{
	struct wpar_run *r = &c->run;

	par_strv_done(&r->argv);
	par_strv_done(&r->environment);
	free(r->directory);
	free(r->program);
	*r = (struct wpar_run){ 0 };
}

static size_t name_len(const char *setting)
{
	return strcspn(setting, "=");
}

static bool is_setting(const char *s)
{
	size_t len = name_len(s);

	if (len == 0 || s[len] != '=' || (s[0] >= '0' && s[0] <= '9'))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_",
			    s[i]))
			return false;
	}
	return true;
}

/* The base settings that @asked does not override, then @asked. */
static int merge_environment(const struct par_strv *asked, struct par_strv *ret,
			     struct par_error **err)
{
	for (size_t i = 0; i < asked->n; i++) {
		if (!is_setting(asked->v[i]))
			return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
					"'%.100s' is no environment setting", asked->v[i]);
	}
	for (size_t b = 0; b < PAR_ARRAY_SIZE(base_environment); b++) {
		size_t len = name_len(base_environment[b]) + 1;
		bool overridden = false;

		for (size_t i = 0; i < asked->n; i++)
			overridden |= strncmp(asked->v[i], base_environment[b], len) == 0;
		if (!overridden && par_strv_add(ret, base_environment[b]) < 0)
			return par_oom(err);
	}
	for (size_t i = 0; i < asked->n; i++) {
		if (par_strv_add(ret, asked->v[i]) < 0)
			return par_oom(err);
	}
	return 0;
}

static int parse_run(struct json_object *o, struct wpar_run *run, struct par_error **err)
{
	static const char *const known[] = { "argv", "environment", "directory", "tty",
					     "rows", "columns",	    NULL };
	auto_strv asked = { 0 };
	const char *directory = "/";
	uint64_t rows = 0, columns = 0;
	int r = par_json_only(o, known, err);

	if (r < 0)
		return r;
	r = par_json_strv(o, "argv", true, ARGV_MAX, &run->argv, err);
	if (r < 0)
		return r;
	r = par_json_strv(o, "environment", false, ENV_MAX, &asked, err);
	if (r < 0)
		return r;
	r = par_json_string(o, "directory", false, &directory, err);
	if (r < 0)
		return r;
	r = par_json_bool(o, "tty", false, &run->tty, err);
	if (r < 0)
		return r;
	r = par_json_u64(o, "rows", false, UINT16_MAX, &rows, err);
	if (r < 0)
		return r;
	r = par_json_u64(o, "columns", false, UINT16_MAX, &columns, err);
	if (r < 0)
		return r;
	r = merge_environment(&asked, &run->environment, err);
	if (r < 0)
		return r;
	if (run->argv.n == 0 || run->argv.v[0][0] == '\0')
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "there is no command to run");
	run->rows = (uint16_t)rows;
	run->columns = (uint16_t)columns;
	run->directory = strdup(directory);
	return run->directory ? 0 : par_oom(err);
}

static int parse_shutdown(struct json_object *o, struct wpar_call *c, struct par_error **err)
{
	static const char *const known[] = { "restart", "immediate", NULL };
	int r = par_json_only(o, known, err);

	if (r < 0)
		return r;
	r = par_json_bool(o, "restart", false, &c->restart, err);
	if (r < 0)
		return r;
	return par_json_bool(o, "immediate", false, &c->immediate, err);
}

int wpar_call_parse(const void *data, size_t len, struct wpar_call *ret, struct par_error **err)
{
	auto_wire_call wire = { 0 };
	int r;

	*ret = (struct wpar_call){ 0 };
	r = par_wire_decode_call(data, len, &wire, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < PAR_ARRAY_SIZE(methods); i++) {
		if (strcmp(methods[i].name, wire.method) != 0)
			continue;
		ret->method = methods[i].method;
		if (ret->method == WPAR_METHOD_RUN)
			r = parse_run(wire.parameters, &ret->run, err);
		else if (ret->method == WPAR_METHOD_SHUTDOWN)
			r = parse_shutdown(wire.parameters, ret, err);
		if (r < 0)
			wpar_call_done(ret);
		return r;
	}
	return par_fail(err, PAR_E_NOT_SUPPORTED, 0, "the agent has no method '%s'", wire.method);
}

/* The first line of a small file, without white space around it; "" when there is none. */
static void read_line(const char *root, const char *path, char *line, size_t size)
{
	autofree char *full = par_strdup_printf("%s%s", root, path);
	autofile FILE *f = full ? fopen(full, "re") : NULL;

	line[0] = '\0';
	if (f && fgets(line, (int)size, f))
		memmove(line, par_trim(line), strlen(par_trim(line)) + 1);
}

/* NAME=value or NAME="value" of os-release. */
static void os_release(const char *root, const char *name, char *value, size_t size)
{
	autofree char *path = par_strdup_printf("%s/etc/os-release", root);
	autofile FILE *f = path ? fopen(path, "re") : NULL;
	size_t len = strlen(name);
	char line[512];

	value[0] = '\0';
	while (f && fgets(line, sizeof(line), f)) {
		char *v = line + len + 1;

		if (strncmp(line, name, len) != 0 || line[len] != '=')
			continue;
		v = par_trim(v);
		if (*v == '"') {
			v++;
			v[strcspn(v, "\"")] = '\0';
		}
		snprintf(value, size, "%.*s", (int)size - 1, v);
	}
}

/* The first address of an interface that is up and no loopback; "" when there is none yet. */
static void own_address(char *ret, size_t size)
{
	struct ifaddrs *all = NULL;

	ret[0] = '\0';
	if (getifaddrs(&all) < 0)
		return;
	for (struct ifaddrs *a = all; a && !ret[0]; a = a->ifa_next) {
		const struct sockaddr_in *in = (const void *)a->ifa_addr;

		if (in && in->sin_family == AF_INET && (a->ifa_flags & IFF_UP) &&
		    !(a->ifa_flags & IFF_LOOPBACK))
			inet_ntop(AF_INET, &in->sin_addr, ret, (socklen_t)size);
	}
	freeifaddrs(all);
}

int wpar_info_put(const char *root, struct par_buf *b)
{
	static const struct {
		const char *key, *name;
	} release[] = { { "os_id", "ID" },
			{ "os_name", "PRETTY_NAME" },
			{ "os_version", "VERSION_ID" } };
	auto_json o = json_object_new_object();
	struct utsname uts;
	char value[256];
	const char *text;

	if (!o || uname(&uts) < 0)
		return -ENOMEM;
	par_json_put_string(o, "agent", PAR_VERSION);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(release); i++) {
		os_release(root, release[i].name, value, sizeof(value));
		par_json_put_string(o, release[i].key, value);
	}
	par_json_put_string(o, "kernel", uts.release);
	par_json_put_string(o, "machine", uts.machine);
	par_json_put_string(o, "hostname", uts.nodename);
	own_address(value, sizeof(value));
	par_json_put_string(o, "ipaddr", value);
	par_json_put(o, "page_size", json_object_new_int64(sysconf(_SC_PAGESIZE)));
	read_line(root, "/proc/sys/kernel/random/boot_id", value, sizeof(value));
	par_json_put_string(o, "boot_id", value);
	text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN);
	return text ? par_buf_puts(b, text) : -ENOMEM;
}
