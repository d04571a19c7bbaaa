/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A network made anew: see again.h.  CRIU makes a link with a number of its own, and one that was
 * down has lost its routes: the plan makes both right, as it did at the start.
 */
#include "wparctl/network/again.h"

#include "wparctl/network/apply.h"
#include "wparctl/network/netlink.h"

#include <linux/rtnetlink.h>
#include <net/if.h>

/* One request about the LPAR's interface @name; one that is not there needs none. */
static int ask_link(struct wpar_nl *nl, const char *name, int type, unsigned int change)
{
	const struct ifinfomsg link = { .ifi_index = (int)if_nametoindex(name),
					.ifi_change = change };
	struct nl_msg *m;
	int result = 0, r;

	if (link.ifi_index == 0)
		return 0;
	m = wpar_nl_message(type, 0, &link, sizeof(link));
	if (!m)
		return -ENOMEM;
	r = wpar_nl_batch(nl, &m, 1, &result);
	nlmsg_free(m);
	if (r < 0)
		return r;
	return result == -ENODEV ? 0 : result;
}

int wpar_net_links_down(const struct wpar_net_plan *p)
{
	auto_nl nl = { 0 };
	int r = wpar_nl_open(&nl);

	if (r < 0)
		return r;
	for (size_t i = 0; i < p->n; i++) {
		if (p->steps[i].kind != WPAR_NET_LINK)
			continue;
		r = ask_link(&nl, p->steps[i].device, RTM_NEWLINK, IFF_UP);
		if (r < 0)
			return r;
	}
	return 0;
}

int wpar_net_apply_again(const struct wpar_net_plan *p, const char *const *links, size_t n,
			 pid_t pid, struct par_error **err)
{
	const struct wpar_net_plan none = { 0 };
	auto_nl nl = { 0 };
	int r;

	if (p->n == 0 && n == 0)
		return 0;
	r = wpar_nl_open(&nl);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "the network cannot be set up");
	for (size_t i = 0; i < n; i++) {
		r = ask_link(&nl, links[i], RTM_DELLINK, 0);
		if (r < 0)
			return par_fail(err, PAR_E_SYSTEM, r, "the interface %s cannot be removed",
					links[i]);
	}
	/* Rules and proxies of before do not go with a link. */
	r = wpar_net_undo(p, err);
	if (r < 0)
		return r;
	r = wpar_net_apply_change(&none, p, pid, err);
	if (r < 0)
		wpar_net_undo(p, NULL);
	return r;
}
