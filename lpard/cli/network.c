/* SPDX-License-Identifier: Apache-2.0 */
/* The network settings of this machine: see network.h. */
#include "lpard/cli/network.h"
#include "lpard/common/fs.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <string.h>

#define MAX_FILE (256 * 1024)

void cli_network_done(struct cli_network *n)
{
	par_buf_done(&n->domain);
	par_buf_done(&n->addresses);
	par_buf_done(&n->masks);
	par_buf_done(&n->nameservers);
	par_buf_done(&n->suffixes);
}

static void put_element(struct par_buf *list, const char *text)
{
	if (!par_printable(text))
		return;
	par_buf_printf(list, "%s%s", list->len ? "," : "", text);
}

void cli_network_resolver(char *text, struct cli_network *ret)
{
	while (text) {
		char *line = strsep(&text, "\n");
		const char *key, *word;

		line[strcspn(line, "#;")] = '\0';
		key = strsep(&line, " \t");
		while ((word = strsep(&line, " \t\r"))) {
			if (*word == '\0')
				continue;
			if (strcmp(key, "nameserver") == 0)
				put_element(&ret->nameservers, word);
			else if (strcmp(key, "search") == 0 || strcmp(key, "domain") == 0)
				put_element(&ret->suffixes, word);
		}
	}
}

/* Columns: interface, destination, gateway…; addresses in hexadecimal, as they lie in memory. */
void cli_network_routes(const char *text, struct cli_network *ret)
{
	while (*text) {
		unsigned int destination, gateway;
		struct in_addr in;

		if (sscanf(text, "%*s %x %x", &destination, &gateway) == 2 && destination == 0 &&
		    gateway != 0) {
			in.s_addr = gateway;
			inet_ntop(AF_INET, &in, ret->gateway, sizeof(ret->gateway));
			return;
		}
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
}

static void read_addresses(struct cli_network *n)
{
	struct ifaddrs *all = NULL;

	if (getifaddrs(&all) < 0)
		return;
	for (struct ifaddrs *a = all; a; a = a->ifa_next) {
		const struct sockaddr_in *in = (const void *)a->ifa_addr;
		const struct sockaddr_in *mask = (const void *)a->ifa_netmask;
		char text[INET_ADDRSTRLEN];

		if (!in || !mask || in->sin_family != AF_INET || !(a->ifa_flags & IFF_UP) ||
		    (a->ifa_flags & IFF_LOOPBACK))
			continue;
		put_element(&n->addresses, inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text)));
		put_element(&n->masks, inet_ntop(AF_INET, &mask->sin_addr, text, sizeof(text)));
	}
	freeifaddrs(all);
}

int cli_network_read(struct cli_network *ret, struct par_error **err)
{
	auto_buf resolver = { 0 }, routes = { 0 };
	char *dot;

	if (gethostname(ret->hostname, sizeof(ret->hostname) - 1) < 0)
		ret->hostname[0] = '\0';
	read_addresses(ret);
	if (par_fs_read("/etc/resolv.conf", MAX_FILE, &resolver) == 0 && resolver.data)
		cli_network_resolver(resolver.data, ret);
	if (par_fs_read("/proc/net/route", MAX_FILE, &routes) == 0 && routes.data)
		cli_network_routes(routes.data, ret);
	dot = strchr(ret->hostname, '.');
	if (dot) {
		*dot = '\0';
		par_buf_puts(&ret->domain, dot + 1);
	} else if (ret->suffixes.len) {
		par_buf_put(&ret->domain, ret->suffixes.data, strcspn(ret->suffixes.data, ","));
	}
	/* Texts that are printed, never NULL. */
	par_buf_puts(&ret->domain, "");
	par_buf_puts(&ret->addresses, "");
	par_buf_puts(&ret->masks, "");
	par_buf_puts(&ret->nameservers, "");
	par_buf_puts(&ret->suffixes, "");
	if (ret->domain.failed || ret->addresses.failed || ret->masks.failed ||
	    ret->nameservers.failed || ret->suffixes.failed)
		return par_oom(err);
	return 0;
}
