/* SPDX-License-Identifier: Apache-2.0 */
/* What a plan leaves: see record.h. */
#include "wparctl/network/record.h"

#include "lpard/common/fs.h"

#include <string.h>

#define RECORD_MOST (256 * 1024)
#define CHANGING    "changing\n" /* at the beginning: a line that is no step */

/* KIND DEVICE INDEX TABLE PREF HOSTS UNREACHABLE PREFIX IP GATEWAY; "-" for an address that is none
 */
static void put_ip(struct par_buf *out, const struct wpar_ip *ip)
{
	char buf[WPAR_IP_TEXT];

	par_buf_printf(out, " %s", ip->family == AF_UNSPEC ? "-" : wpar_ip_text(ip, buf));
}

static const char *word_of(enum wpar_net_step_kind kind)
{
	return kind == WPAR_NET_LINK	? "link"
	       : kind == WPAR_NET_PROXY ? "proxy"
	       : kind == WPAR_NET_RULE	? "rule"
	       : kind == WPAR_NET_TABLE ? "table"
					: NULL;
}

int wpar_net_record_print(const struct wpar_net_plan *p, struct par_buf *out)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct wpar_net_step *s = &p->steps[i];

		if (!word_of(s->kind))
			continue;
		par_buf_printf(out, "%s %s %d %u %u %d %d %u", word_of(s->kind), s->device,
			       s->index, s->table, s->pref, s->hosts_only, s->unreachable,
			       s->prefix);
		put_ip(out, &s->ip);
		put_ip(out, &s->gateway);
		par_buf_putc(out, '\n');
	}
	return out->failed ? -ENOMEM : 0;
}

static bool parse_line(const char *line, struct wpar_net_step *ret)
{
	static const enum wpar_net_step_kind kinds[] = { WPAR_NET_LINK, WPAR_NET_PROXY,
							 WPAR_NET_RULE, WPAR_NET_TABLE };
	char word[8], ip[WPAR_IP_TEXT], gateway[WPAR_IP_TEXT];
	struct wpar_net_step s = { 0 };
	int hosts, unreachable;

	/* NOLINTNEXTLINE(cert-err34-c): a file of our own, in a folder of root's */
	if (sscanf(line, "%7s %15s %d %u %u %d %d %u %45s %45s", word, s.device, &s.index, &s.table,
		   &s.pref, &hosts, &unreachable, &s.prefix, ip, gateway) != 10)
		return false;
	s.hosts_only = hosts;
	s.unreachable = unreachable;
	if (!wpar_ip_parse(ip, &s.ip))
		s.ip = (struct wpar_ip){ 0 };
	if (!wpar_ip_parse(gateway, &s.gateway))
		s.gateway = (struct wpar_ip){ 0 };
	for (size_t i = 0; i < PAR_ARRAY_SIZE(kinds); i++) {
		if (strcmp(word_of(kinds[i]), word) != 0)
			continue;
		s.kind = kinds[i];
		*ret = s;
		return true;
	}
	return false;
}

int wpar_net_record_parse(char *text, struct wpar_net_plan *ret)
{
	char *save = NULL;

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		struct wpar_net_step s, *more;

		if (!parse_line(line, &s))
			continue;
		more = reallocarray(ret->steps, ret->n + 1, sizeof(*more));
		if (!more)
			return -ENOMEM;
		ret->steps = more;
		ret->steps[ret->n++] = s;
	}
	return 0;
}

static char *record_path(const char *name)
{
	return wpar_path(WPAR_RUN_DIR "/%s/network", name);
}

static int write_record(const struct wpar_net_plan *p, const char *mark, struct par_error **err)
{
	autofree char *path = record_path(p->name);
	auto_buf text = { 0 };
	int r;

	par_buf_puts(&text, mark);
	if (wpar_net_record_print(p, &text) < 0 || !path)
		return par_oom(err);
	r = par_fs_replace_volatile(AT_FDCWD, path, text.data ? text.data : "", text.len, 0644);
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "'%s' cannot be written", path) : 0;
}

int wpar_net_record_write(const struct wpar_net_plan *p, struct par_error **err)
{
	return write_record(p, "", err);
}

int wpar_net_record_write_changing(const struct wpar_net_plan *p, struct par_error **err)
{
	return write_record(p, CHANGING, err);
}

bool wpar_net_record_is_changing(const char *name)
{
	autofree char *path = record_path(name);
	auto_buf text = { 0 };

	return path && par_fs_read(path, RECORD_MOST, &text) == 0 && text.data &&
	       strncmp(text.data, CHANGING, strlen(CHANGING)) == 0;
}

int wpar_net_record_read(const char *name, struct wpar_net_plan *ret, struct par_error **err)
{
	autofree char *path = record_path(name);
	auto_buf text = { 0 };
	int r = path ? par_fs_read(path, RECORD_MOST, &text) : -ENOMEM;

	*ret = (struct wpar_net_plan){ 0 };
	snprintf(ret->name, sizeof(ret->name), "%s", name);
	if (r == -ENOENT || (r == 0 && !text.data))
		return 0;
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "'%s' cannot be read", path);
	return wpar_net_record_parse(text.data, ret) < 0 ? par_oom(err) : 0;
}
