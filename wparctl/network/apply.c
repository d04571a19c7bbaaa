/* SPDX-License-Identifier: Apache-2.0 */
/* Carries out a plan: see apply.h. */
#include "wparctl/network/apply.h"

#include "lpard/common/fs.h"
#include "wparctl/network/announce.h"
#include "wparctl/network/message.h"
#include "wparctl/network/netlink.h"
#include "wparctl/network/record.h"

#include <sched.h>
#include <string.h>
#include <sys/syscall.h>

/* The requests of some steps of a plan, and which step each is of. */
struct requests {
	struct nl_msg **msgs;
	const struct wpar_net_step **steps;
	int *results;
	size_t n;
};

static void requests_done(struct requests *q)
{
	for (size_t i = 0; i < q->n; i++)
		nlmsg_free(q->msgs[i]);
	free(q->msgs);
	free(q->steps);
	free(q->results);
}

static int requests_init(struct requests *q, size_t n_steps)
{
	const size_t most = n_steps * WPAR_NET_MESSAGES_MOST + 1;

	*q = (struct requests){ .msgs = calloc(most, sizeof(struct nl_msg *)),
				.steps = calloc(most, sizeof(*q->steps)),
				.results = calloc(most, sizeof(int)) };
	return q->msgs && q->steps && q->results ? 0 : -ENOMEM;
}

static int requests_add(struct requests *q, const struct wpar_net_plan *p,
			const struct wpar_net_step *s, enum wpar_net_action action, pid_t pid)
{
	int n = wpar_net_messages(p, s, action, pid, q->msgs + q->n);

	for (int i = 0; i < n; i++)
		q->steps[q->n++] = s;
	return n < 0 ? n : 0;
}

/* A setting of the kernel; one that is right already is left alone. */
static int set(const char *folder, const char *device, const char *name, const char *value)
{
	char path[128];
	auto_buf now = { 0 };
	int r;

	snprintf(path, sizeof(path), "/proc/sys/net/%s/%s/%s", folder, device, name);
	r = par_fs_read(path, 32, &now);
	if (r < 0)
		return r;
	if (strncmp(now.data, value, strlen(value)) == 0 && now.data[strlen(value)] == '\n')
		return 0;
	return par_fs_write_str(AT_FDCWD, path, value);
}

static int fail_step(const struct wpar_nl *nl, const struct wpar_net_step *s, int r,
		     struct par_error **err)
{
	char buf[WPAR_IP_TEXT];

	wpar_ip_text(&s->ip, buf);
	switch (s->kind) {
	case WPAR_NET_LINK:
		return wpar_nl_fail(nl, r, err,
				    "the interface %s of the workload partition cannot be made",
				    s->inner);
	case WPAR_NET_FILTER:
		return wpar_nl_fail(nl, r, err,
				    "the filter of %s cannot be set (does the kernel have "
				    "sch_ingress and cls_bpf?)",
				    s->device);
	case WPAR_NET_ROUTE:
		if (r == -EEXIST)
			return par_fail(err, PAR_E_EXISTS, 0,
					"the address %s is routed elsewhere already", buf);
		break;
	case WPAR_NET_FORWARD:
	case WPAR_NET_OUTER_UP:
	case WPAR_NET_TABLE:
	case WPAR_NET_RULE:
	case WPAR_NET_PROXY:
	case WPAR_NET_INNER_UP:
	case WPAR_NET_ADDRESS:
	case WPAR_NET_INNER_ROUTE:
	case WPAR_NET_ANNOUNCE:
		break;
	}
	if (s->ip.family == AF_UNSPEC)
		return wpar_nl_fail(nl, r, err, "the interface %s cannot be set up", s->device);
	return wpar_nl_fail(nl, r, err, "the address or route %s cannot be set on %s", buf,
			    s->device);
}

/* The LPAR stays no router for others than it was: it keeps what router advertisements say. */
static int keep_router_advertisements(void)
{
	struct if_nameindex *all = if_nameindex();
	int r = 0;

	for (struct if_nameindex *i = all; i && i->if_index && r == 0; i++) {
		char path[128];
		auto_buf now = { 0 };

		snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/accept_ra", i->if_name);
		if (par_fs_read(path, 32, &now) == 0 && now.data[0] == '1')
			r = par_fs_write_str(AT_FDCWD, path, "2");
	}
	if_freenameindex(all);
	return r == -ENOENT ? 0 : r;
}

static int forward(const struct wpar_net_step *s)
{
	auto_buf now = { 0 };
	int r;

	if (s->ip.family == AF_INET) {
		r = set("ipv4/conf", s->device, "forwarding", "1");
		return r < 0 ? r : set("ipv4/neigh", s->device, "proxy_delay", "0");
	}
	r = par_fs_read("/proc/sys/net/ipv6/conf/all/forwarding", 32, &now);
	if (r < 0)
		return r;
	if (now.data[0] == '0')
		r = keep_router_advertisements();
	if (r < 0)
		return r;
	r = set("ipv6/conf", "all", "forwarding", "1");
	if (r < 0)
		return r;
	r = set("ipv6/conf", s->device, "proxy_ndp", "1");
	if (r < 0)
		return r;
	return set("ipv6/neigh", s->device, "proxy_delay", "0");
}

static int forward_all(const struct wpar_net_plan *p, struct par_error **err)
{
	for (size_t i = 0; i < p->n; i++) {
		int r = p->steps[i].kind == WPAR_NET_FORWARD ? forward(&p->steps[i]) : 0;

		if (r < 0)
			return par_fail(err, PAR_E_SYSTEM, r,
					"%s cannot be made to forward packets", p->steps[i].device);
	}
	return 0;
}

/* What the kernel says of something to be removed that is not there. */
static bool is_gone(int r)
{
	return r == -ENODEV || r == -ENOENT || r == -ESRCH || r == -ENXIO || r == -EADDRNOTAVAIL;
}

/* Of one side; the first step that failed is the error. */
static int run_steps(const struct wpar_net_plan *p, enum wpar_net_action action, bool inside,
		     pid_t pid, struct wpar_nl *nl, const struct wpar_net_step **ret_failed,
		     int *ret_result)
{
	par_cleanup(requests_done) struct requests q = { 0 };
	int r = requests_init(&q, p->n);

	for (size_t i = 0; i < p->n && r == 0; i++) {
		if (wpar_net_step_is_inside(&p->steps[i]) == inside)
			r = requests_add(&q, p, &p->steps[i], action, pid);
	}
	if (r < 0)
		return r;
	r = wpar_nl_batch(nl, q.msgs, q.n, q.results);
	for (size_t i = 0; i < q.n && r == 0; i++) {
		if (q.results[i] == 0 || (action == WPAR_NET_UNDO && is_gone(q.results[i])))
			continue;
		*ret_failed = q.steps[i];
		*ret_result = q.results[i];
		return 0;
	}
	return r;
}

static int run_side(const struct wpar_net_plan *p, bool inside, pid_t pid, struct wpar_nl *nl,
		    const struct wpar_net_step **ret_failed, int *ret_result)
{
	return run_steps(p, WPAR_NET_DO, inside, pid, nl, ret_failed, ret_result);
}

static int fail_netlink(int r, struct par_error **err)
{
	return par_fail(err, PAR_E_SYSTEM, r, "the network cannot be set up");
}

int wpar_net_apply_outer(const struct wpar_net_plan *p, pid_t pid, struct par_error **err)
{
	const struct wpar_net_step *failed = NULL;
	auto_nl nl = { 0 };
	int result = 0, r = wpar_nl_open(&nl);

	if (r < 0)
		return fail_netlink(r, err);
	r = forward_all(p, err);
	if (r < 0)
		return r;
	r = run_side(p, false, pid, &nl, &failed, &result);
	if (r == 0 && failed && failed->kind == WPAR_NET_LINK && result == -EEXIST) {
		/* One whose namespace has ended a moment ago. */
		failed = NULL;
		wpar_net_undo(p, NULL);
		r = run_side(p, false, pid, &nl, &failed, &result);
	}
	if (r == 0 && !failed)
		return 0;
	wpar_net_undo(p, NULL);
	return r < 0 ? fail_netlink(r, err) : fail_step(&nl, failed, result, err);
}

int wpar_net_apply_inner(const struct wpar_net_plan *p, struct par_error **err)
{
	const struct wpar_net_step *failed = NULL;
	auto_nl nl = { 0 };
	int result = 0, r = wpar_nl_open(&nl);

	if (r < 0)
		return fail_netlink(r, err);
	r = run_side(p, true, 0, &nl, &failed, &result);
	if (r < 0)
		return fail_netlink(r, err);
	return failed ? fail_step(&nl, failed, result, err) : 0;
}

static void announce(const struct wpar_net_plan *p)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct wpar_net_step *s = &p->steps[i];

		/* Ignoring: who had the address before is found out by a timeout, too. */
		if (s->kind == WPAR_NET_ANNOUNCE)
			wpar_net_announce_one(s->index, s->mac, &s->ip);
	}
}

static bool has_announcements(const struct wpar_net_plan *p)
{
	for (size_t i = 0; i < p->n; i++) {
		if (p->steps[i].kind == WPAR_NET_ANNOUNCE)
			return true;
	}
	return false;
}

void wpar_net_announce(const struct wpar_net_plan *p, bool aside)
{
	if (!has_announcements(p))
		return;
	if (!aside) {
		announce(p);
		return;
	}
	/* Nobody waits for it: no signal tells of its end, and init takes it over. */
	if (syscall(SYS_clone, 0, NULL, NULL, NULL, NULL) != 0)
		return;
	syscall(SYS_close_range, 0u, ~0u, 0u);
	announce(p);
	_exit(0);
}

static int ask_kernel(struct wpar_nl *nl, struct requests *q)
{
	int r = wpar_nl_open(nl);

	return r < 0 ? r : wpar_nl_batch(nl, q->msgs, q->n, q->results);
}

static int fail_undo(const struct wpar_net_plan *p, int error, struct par_error **err)
{
	return par_fail(err, PAR_E_SYSTEM, error, "the network of '%s' cannot be taken back",
			p->name);
}

/* Addresses and routes over a link go with it. */
static int undo(const struct wpar_net_plan *p, bool links, struct par_error **err)
{
	par_cleanup(requests_done) struct requests q = { 0 };
	auto_nl nl = { 0 };
	int r = requests_init(&q, p->n);

	for (size_t i = p->n; i-- > 0 && r == 0;) {
		const struct wpar_net_step *s = &p->steps[i];

		if (s->kind == WPAR_NET_PROXY || s->kind == WPAR_NET_RULE ||
		    s->kind == WPAR_NET_TABLE || (links && s->kind == WPAR_NET_LINK))
			r = requests_add(&q, p, s, WPAR_NET_UNDO, 0);
	}
	if (r < 0)
		return fail_undo(p, r, err);
	if (q.n == 0)
		return 0;
	r = ask_kernel(&nl, &q);
	if (r < 0)
		return fail_undo(p, r, err);
	for (size_t i = 0; i < q.n; i++) {
		r = q.results[i];
		if (r == 0 || is_gone(r))
			continue;
		return wpar_nl_fail(&nl, r, err, "the network of '%s' cannot be taken back",
				    p->name);
	}
	return 0;
}

int wpar_net_undo(const struct wpar_net_plan *p, struct par_error **err)
{
	return undo(p, true, err);
}

/* A socket stays in the namespace that it was made in. */
static int open_inside(pid_t pid, struct wpar_nl *ret)
{
	autofd int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), theirs = -1;
	char path[64];
	int r;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	theirs = open(path, O_RDONLY | O_CLOEXEC);
	if (own < 0 || theirs < 0 || setns(theirs, CLONE_NEWNET) < 0)
		return -errno;
	r = wpar_nl_open(ret);
	/* Whatever this process does next would be done to the WPAR's network. */
	if (setns(own, CLONE_NEWNET) < 0)
		abort();
	return r;
}

int wpar_net_apply_change(const struct wpar_net_plan *gone, const struct wpar_net_plan *new,
			  pid_t pid, struct par_error **err)
{
	const struct {
		const struct wpar_net_plan *plan;
		enum wpar_net_action action;
		bool inside;
	} parts[] = { { gone, WPAR_NET_UNDO, true },
		      { gone, WPAR_NET_UNDO, false },
		      { new, WPAR_NET_DO, false },
		      { new, WPAR_NET_DO, true } };
	auto_nl outer = { 0 }, inner = { 0 };
	int r = wpar_nl_open(&outer);

	if (r < 0)
		return fail_netlink(r, err);
	r = open_inside(pid, &inner);
	if (r < 0)
		return fail_netlink(r, err);
	r = forward_all(new, err);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(parts) && r == 0; i++) {
		struct wpar_nl *nl = parts[i].inside ? &inner : &outer;
		const struct wpar_net_step *failed = NULL;
		int result = 0;

		r = run_steps(parts[i].plan, parts[i].action, parts[i].inside, pid, nl, &failed,
			      &result);
		if (r < 0)
			return fail_netlink(r, err);
		if (failed)
			r = fail_step(nl, failed, result, err);
	}
	return r;
}

int wpar_net_clear(const char *name, struct par_error **err)
{
	auto_net_plan p = { 0 };
	int r = wpar_net_record_read(name, &p, err);

	return r < 0 ? r : undo(&p, false, err);
}
