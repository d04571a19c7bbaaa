/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hv_boot URI IMAGE [EXPECT] - boot an LPAR through the hypervisor port alone
 *
 * Defines an LPAR, uploads the image, boots it, shows console and reference codes with the time
 * since the start, opens the agent's channel, and removes it all.  Ends with status 0 when the
 * console came to EXPECT (default: "login: ") and the channel could be opened.
 */
#include "firmware/image.h"
#include "firmware/stage.h"
#include "lpard/common/event.h"
#include "lpard/core/model/partition.h"
#include "lpard/hypervisor/hypervisor.h"

#include <poll.h>
#include <string.h>

#define UUID	"6C706172-0000-4000-8000-000000000001"
#define WAIT_MS 120000

static uint64_t started_ms;

static void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void say(const char *fmt, ...)
{
	va_list ap;

	printf("%7.3f ", started_ms ? (double)(par_now_ms() - started_ms) / 1000 : 0.0);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
}

static void on_event(const struct hv_event *e, void *user)
{
	(void)user;
	say("event %s %s %s %s", hv_event_name(e->type), e->name ? e->name : "", e->detail,
	    e->message ? e->message : "");
}

static int on_progress(const char *what, uint64_t done, uint64_t total, void *user)
{
	(void)user;
	say("upload %s %llu of %llu", what, (unsigned long long)done, (unsigned long long)total);
	return 0;
}

static int make_partition(struct lpar_partition **ret, struct par_error **err)
{
	static const char data[] =
		"name=hvboot,profile_name=default,lpar_env=aixlinux,min_mem=512,desired_mem=1024,"
		"max_mem=4096,proc_mode=shared,sharing_mode=uncap,uncap_weight=128,min_procs=1,"
		"desired_procs=1,max_procs=4,min_proc_units=0.1,desired_proc_units=0.5,"
		"max_proc_units=4.0,boot_mode=norm";
	struct lpar_system sys = { .mem_mib = 65536, .procs = 4 };
	struct lpar_set none = { 0 };
	struct lpar_usage usage = { 0 };
	auto_attrs attrs = { 0 };
	auto_partition p = NULL;
	int r = par_attrs_parse(data, &attrs, err);

	if (r < 0)
		return r;
	r = lpar_partition_create(&sys, &none, UUID, &attrs, &p, err);
	if (r < 0)
		return r;
	r = lpar_profile_apply(p, NULL, &sys, &usage, err);
	if (r < 0)
		return r;
	*ret = take_ptr(p);
	return 0;
}

/* Reads the console to @expect; returns true when it came. */
static bool watch_console(int fd, const char *expect)
{
	struct fw_stage stage = { .now = FW_STAGE_POWER_ON };
	struct pollfd p = { .fd = fd, .events = POLLIN };
	auto_buf all = { 0 };
	char chunk[4096];

	while (par_now_ms() < started_ms + WAIT_MS) {
		ssize_t n;

		if (poll(&p, 1, 1000) <= 0)
			continue;
		n = read(fd, chunk, sizeof(chunk));
		if (n == 0) {
			say("the console ended");
			return false;
		}
		for (ssize_t i = 0; i < n;) {
			enum fw_stage_id before = stage.now;

			i += (ssize_t)fw_stage_feed(&stage, chunk + i, (size_t)(n - i));
			if (stage.now != before)
				say("refcode %-20s %s", fw_stage_info(stage.now)->refcode,
				    fw_stage_info(stage.now)->meaning);
		}
		if (n > 0)
			par_buf_put(&all, chunk, (size_t)n);
		if (all.data && strstr(all.data, expect)) {
			say("\"%s\" came after %zu bytes of console", expect, all.len);
			return true;
		}
	}
	printf("%s\n", all.data ? all.data : "nothing came");
	return false;
}

static bool talk(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char text[256];
	ssize_t n;

	if (write(fd, "hello\n", 6) != 6)
		return false;
	for (int i = 0; i < 50; i++) {
		if (poll(&p, 1, 200) <= 0)
			continue;
		n = read(fd, text, sizeof(text) - 1);
		if (n <= 0)
			return false;
		say("the channel answered with %zd bytes", n);
		return true;
	}
	say("the channel is open; nothing answered");
	return true;
}

static int boot(struct hv *hv, const struct lpar_partition *part, const struct fw_image *image,
		const char *expect, struct par_error **err)
{
	struct hv_definition d = { .part = part, .image = image };
	struct hv_progress progress = { .fn = on_progress };
	auto_hv_record record = { 0 };
	autofd int console = -1, channel = -1;
	autofree char *disk = NULL;
	int r = hv->ops->image_ensure(hv, image, &progress, err);

	if (r < 0)
		return r;
	r = hv->ops->disk_ensure(hv, UUID, image, 0, HV_DISK_FIRST, &disk, err);
	if (r < 0)
		return r;
	r = hv->ops->define(hv, &d, err);
	if (r < 0)
		return r;
	say("defined");
	started_ms = par_now_ms();
	r = hv->ops->start(hv, UUID, false, err);
	if (r < 0)
		return r;
	say("started");
	r = hv->ops->console_open(hv, UUID, false, &console, err);
	if (r < 0)
		return r;
	if (!watch_console(console, expect))
		return par_fail(err, PAR_E_TIMED_OUT, 0, "the console did not come to \"%s\"",
				expect);
	r = hv->ops->channel_open(hv, UUID, &channel, err);
	if (r < 0)
		return r;
	if (!talk(channel))
		return par_fail(err, PAR_E_PROTOCOL, 0, "the channel died");
	r = hv->ops->get(hv, UUID, &record, err);
	if (r < 0)
		return r;
	say("%s: %s, %llu MiB, %u of %u vCPUs", record.part->name,
	    hv_run_state_name(record.live.state), (unsigned long long)record.live.mem_mib,
	    record.live.vcpus, record.live.vcpus_max);
	return 0;
}

static void clean(struct hv *hv)
{
	hv->ops->stop(hv, UUID, HV_STOP_IMMEDIATE, NULL);
	hv->ops->undefine(hv, UUID, NULL);
	hv->ops->disk_remove(hv, UUID, NULL);
}

/* @ret_hv is to be closed in any case. */
static int boot_one(const char *uri, const char *folder, const char *expect, struct hv **ret_hv,
		    struct par_error **err)
{
	struct hv_config config = { .system = "test", .uri = uri };
	auto_fw_image image = { 0 };
	auto_hv_facts facts = { 0 };
	auto_partition part = NULL;
	int r = fw_image_load(folder, &image, err);

	if (r < 0)
		return r;
	r = make_partition(&part, err);
	if (r < 0)
		return r;
	r = hv_open(&config, on_event, NULL, ret_hv, err);
	if (r < 0)
		return r;
	r = (*ret_hv)->ops->wait_up(*ret_hv, 10000, err);
	if (r < 0)
		return r;
	r = (*ret_hv)->ops->facts(*ret_hv, &facts, err);
	if (r < 0)
		return r;
	say("%s: %s, %llu MiB, %u processors, %s, %s*%s", facts.hostname, facts.version,
	    (unsigned long long)facts.mem_mib, facts.processors, fw_accel_name(facts.accel),
	    facts.type_model, facts.serial);
	clean(*ret_hv);
	r = boot(*ret_hv, part, &image, expect, err);
	clean(*ret_hv);
	return r;
}

int main(int argc, char **argv)
{
	auto_error err = NULL;
	struct hv *hv = NULL;
	int r;

	if (argc < 3) {
		fprintf(stderr, "usage: hv_boot URI IMAGE [EXPECT]\n");
		return 2;
	}
	r = boot_one(argv[1], argv[2], argc > 3 ? argv[3] : "login: ", &hv, &err);
	hv_close(&hv);
	if (r < 0)
		fprintf(stderr, "hv_boot: %s\n", par_error_text(err));
	return r < 0 ? 1 : 0;
}
