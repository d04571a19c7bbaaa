/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The port over a real libvirt when things go wrong behind its back: libvirtd killed and started
 * again, domains changed by virsh, guests that flood or never read, damaged images.
 *
 *	HV_IMAGE	folder of a boot image whose console asks for a login
 *
 * Runs in a frame of its own: it kills the libvirtd of that frame.
 */
#include "tests/unit/harness.h"
#include "firmware/image.h"
#include "lpard/common/event.h"
#include "lpard/core/model/partition.h"
#include "lpard/hypervisor/hypervisor.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define UUID "6C706172-0000-4000-8000-0000000000FA"

static struct hv *hv;
static struct fw_image image;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct par_buf heard;

static void on_event(const struct hv_event *e, void *user)
{
	(void)user;
	pthread_mutex_lock(&lock);
	if (e->type == HV_EVENT_CONNECTION)
		par_buf_printf(&heard, "connection %s\n",
			       e->connection == HV_CONNECTION_UP ? "up" : "down");
	else
		par_buf_printf(&heard, "%s %s %s\n", hv_event_name(e->type), e->name, e->detail);
	pthread_mutex_unlock(&lock);
}

static bool has_heard(const char *text)
{
	bool found = false;

	for (int i = 0; i < 1000 && !found; i++) {
		pthread_mutex_lock(&lock);
		found = heard.data && strstr(heard.data, text);
		pthread_mutex_unlock(&lock);
		if (!found)
			usleep(20000);
	}
	return found;
}

static void forget_events(void)
{
	pthread_mutex_lock(&lock);
	par_buf_clear(&heard);
	pthread_mutex_unlock(&lock);
}

static void ok(int r, struct par_error **err)
{
	ck_assert_msg(r == 0, "%s", *err && (*err)->msg ? (*err)->msg : "failed without a reason");
}

static void fails(int r, enum par_error_id id, struct par_error **err)
{
	ck_assert_msg(r < 0, "it did not fail");
	ck_assert_ptr_nonnull(*err);
	ck_assert_msg((*err)->id == id, "%s: %s", par_error_name((*err)->id), (*err)->msg);
	par_error_free(err);
}

static void shell(const char *command)
{
	int status = system(command);

	ck_assert_msg(status == 0, "\"%s\" ended with %d", command, status);
}

static struct lpar_partition *make(const char *name)
{
	struct lpar_system sys = { .mem_mib = 65536, .procs = 16 };
	struct lpar_set none = { 0 };
	struct lpar_usage usage = { 0 };
	struct lpar_partition *p = NULL;
	auto_attrs attrs = { 0 };
	auto_error err = NULL;
	autofree char *text = par_strdup_printf(
		"name=%s,profile_name=default,lpar_env=aixlinux,min_mem=512,desired_mem=1024,"
		"max_mem=4096,proc_mode=shared,sharing_mode=uncap,uncap_weight=128,min_procs=1,"
		"desired_procs=1,max_procs=4,min_proc_units=0.1,desired_proc_units=0.5,"
		"max_proc_units=4.0",
		name);

	ok(par_attrs_parse(text, &attrs, &err), &err);
	ok(lpar_partition_create(&sys, &none, UUID, &attrs, &p, &err), &err);
	ok(lpar_profile_apply(p, NULL, &sys, &usage, &err), &err);
	return p;
}

static void define(const struct lpar_partition *p, const struct fw_image *i)
{
	struct hv_definition d = { .part = p, .image = i };
	autofree char *disk = NULL;
	auto_error err = NULL;

	if (i) {
		ok(hv->ops->image_ensure(hv, i, NULL, &err), &err);
		ok(hv->ops->disk_ensure(hv, UUID, i, 0, HV_DISK_FIRST, &disk, &err), &err);
	}
	ok(hv->ops->define(hv, &d, &err), &err);
}

/* A test that failed before may have left its LPAR. */
static void clean(void)
{
	hv->ops->stop(hv, UUID, HV_STOP_IMMEDIATE, NULL);
	hv->ops->undefine(hv, UUID, NULL);
	hv->ops->disk_remove(hv, UUID, NULL);
}

static void setup(void)
{
	struct hv_config config = { .system = "faults", .uri = "qemu:///system" };
	auto_error err = NULL;

	ck_assert_ptr_nonnull(getenv("HV_IMAGE"));
	ok(fw_image_load(getenv("HV_IMAGE"), &image, &err), &err);
	ok(hv_open(&config, on_event, NULL, &hv, &err), &err);
	ok(hv->ops->wait_up(hv, 10000, &err), &err);
	clean();
}

static void teardown(void)
{
	clean();
	hv_close(&hv);
	fw_image_done(&image);
	par_buf_done(&heard);
}

/* Reads to @text or, without one, to the end of the stream. */
static bool read_until(int fd, const char *text)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint64_t deadline = par_now_ms() + 90000;
	auto_buf all = { 0 };
	char chunk[65536];

	while (par_now_ms() < deadline) {
		ssize_t n;

		if (poll(&p, 1, 500) <= 0)
			continue;
		n = read(fd, chunk, sizeof(chunk));
		if (n == 0 || (n < 0 && errno != EAGAIN))
			return text == NULL;
		if (n > 0)
			par_buf_put(&all, chunk, (size_t)n);
		if (text && all.data && strstr(all.data, text))
			return true;
	}
	return false;
}

START_TEST(libvirtd_restarts)
{
	auto_partition p = make("faults");
	auto_hv_record before = { 0 }, after = { 0 };
	auto_hv_records all = { 0 };
	autofd int console = -1, again = -1;
	auto_error err = NULL;

	define(p, &image);
	ok(hv->ops->start(hv, UUID, false, &err), &err);
	ok(hv->ops->get(hv, UUID, &before, &err), &err);
	ok(hv->ops->console_open(hv, UUID, false, &console, &err), &err);
	forget_events();
	shell("kill -9 $(cat /run/libvirtd.pid)");
	ck_assert(has_heard("connection down"));
	ck_assert(read_until(console, NULL));
	fails(hv->ops->list(hv, &all, &err), PAR_E_DISCONNECTED, &err);
	fails(hv->ops->start(hv, UUID, false, &err), PAR_E_DISCONNECTED, &err);
	/* Until the last of its threads has ended it holds its pid file. */
	shell("for i in $(seq 100); do libvirtd -d && exit 0; sleep 0.2; done; exit 1");
	ck_assert(has_heard("connection up"));
	ok(hv->ops->get(hv, UUID, &after, &err), &err);
	ck_assert_int_eq(after.live.state, HV_RUN_RUNNING);
	ck_assert_int_eq(after.live.run_id, before.live.run_id);
	ok(hv->ops->console_open(hv, UUID, false, &again, &err), &err);
	ck_assert(read_until(again, "login: "));
	ok(hv->ops->stop(hv, UUID, HV_STOP_IMMEDIATE, &err), &err);
	ck_assert(has_heard("stopped faults destroyed"));
}
END_TEST

START_TEST(changed_behind_our_back)
{
	auto_partition p = make("faults");
	auto_hv_record r = { 0 }, r2 = { 0 }, r3 = { 0 };
	auto_hv_records all = { 0 };
	auto_error err = NULL;

	define(p, NULL);
	shell("virsh -q domrename faults other >/dev/null");
	ck_assert(has_heard("defined other"));
	ok(hv->ops->get(hv, UUID, &r, &err), &err);
	ck_assert_str_eq(r.part->name, "other");
	/* Memory and processors as virsh left them, not as we once wrote them. */
	shell("virsh -q setvcpus other 3 --config >/dev/null && "
	      "echo \"<memory model='dimm'><target><size unit='MiB'>256</size><node>0</node>"
	      "</target></memory>\" >dimm.xml && "
	      "virsh -q detach-device other dimm.xml --config >/dev/null");
	ok(hv->ops->get(hv, UUID, &r2, &err), &err);
	ck_assert_uint_eq(r2.live.vcpus, 3);
	ck_assert_uint_eq(r2.live.mem_mib, 768);
	shell("virsh -q start other >/dev/null");
	ck_assert(has_heard("started other"));
	shell("virsh -q suspend other >/dev/null");
	ck_assert(has_heard("paused other"));
	ok(hv->ops->get(hv, UUID, &r3, &err), &err);
	ck_assert_int_eq(r3.live.state, HV_RUN_PAUSED);
	shell("virsh -q destroy other >/dev/null; virsh -q undefine other >/dev/null");
	ck_assert(has_heard("undefined other"));
	ok(hv->ops->list(hv, &all, &err), &err);
	ck_assert_uint_eq(all.n, 0);
	fails(hv->ops->start(hv, UUID, false, &err), PAR_E_NOT_FOUND, &err);
}
END_TEST

/* A domain that is not ours is never shown, and never touched by its UUID or name. */
START_TEST(foreign_domain)
{
	auto_partition p = make("foreign");
	struct hv_definition d = { .part = p };
	auto_hv_record r = { 0 };
	auto_hv_records all = { 0 };
	auto_error err = NULL;

	shell("printf '%s' \"<domain type='qemu'><name>foreign</name><uuid>" UUID "</uuid>"
	      "<memory unit='MiB'>256</memory><os><type arch='ppc64le' machine='pseries'>hvm"
	      "</type></os></domain>\" >foreign.xml && virsh -q define foreign.xml >/dev/null");
	ok(hv->ops->list(hv, &all, &err), &err);
	ck_assert_uint_eq(all.n, 0);
	fails(hv->ops->get(hv, UUID, &r, &err), PAR_E_NOT_FOUND, &err);
	fails(hv->ops->undefine(hv, UUID, &err), PAR_E_NOT_FOUND, &err);
	fails(hv->ops->start(hv, UUID, false, &err), PAR_E_NOT_FOUND, &err);
	fails(hv->ops->define(hv, &d, &err), PAR_E_EXISTS, &err);
	fails(hv->ops->save(hv, p, &err), PAR_E_NOT_FOUND, &err);
	shell("virsh -q undefine foreign >/dev/null");
}
END_TEST

/* Metadata that somebody damaged hides its own LPAR only. */
START_TEST(damaged_metadata)
{
	auto_partition p = make("faults");
	auto_hv_record r = { 0 };
	auto_hv_records all = { 0 };
	auto_error err = NULL;

	define(p, NULL);
	shell("virsh -q metadata faults https://lpard.org/xmlns/lpar/1 --key lpard --set "
	      "'<lpar version=\"1\"><partition/></lpar>' >/dev/null");
	ck_assert(has_heard("defined faults metadata"));
	ok(hv->ops->get(hv, UUID, &r, &err), &err);
	ck_assert_ptr_nonnull(strstr(r.part->damaged, "no name, uuid or lpar_id"));
	ck_assert_str_eq(r.part->name, "faults");
	hv_record_done(&r);
	ok(hv->ops->list(hv, &all, &err), &err);
	ck_assert_uint_eq(all.n, 1);
	ck_assert_uint_eq(all.damaged, 1);
	ck_assert_ptr_nonnull(all.v[0].part->damaged);
	/* The damaged LPAR can be written again, and removed. */
	ok(hv->ops->save(hv, p, &err), &err);
	ok(hv->ops->get(hv, UUID, &r, &err), &err);
	ck_assert_ptr_null(r.part->damaged);
}
END_TEST

/* A guest that never reads its channel (it stands in the firmware) stops the writer. */
START_TEST(guest_does_not_read)
{
	static char chunk[65536];
	auto_partition p = make("faults");
	autofd int channel = -1, console = -1;
	auto_hv_record r = { 0 };
	auto_error err = NULL;
	uint64_t sent = 0, quiet_since = par_now_ms();

	define(p, NULL);
	ok(hv->ops->start(hv, UUID, false, &err), &err);
	ok(hv->ops->channel_open(hv, UUID, &channel, &err), &err);
	while (sent < UINT64_C(256) << 20 && par_now_ms() < quiet_since + 2000) {
		ssize_t n = write(channel, chunk, sizeof(chunk));

		ck_assert_msg(n > 0 || errno == EAGAIN, "write: %s", strerror(errno));
		if (n > 0) {
			sent += (uint64_t)n;
			quiet_since = par_now_ms();
		} else {
			usleep(1000);
		}
	}
	fprintf(stderr, "the channel took %llu KiB from a writer nobody reads\n",
		(unsigned long long)sent / 1024);
	ck_assert_uint_lt(sent, UINT64_C(64) << 20);
	/* The full stream holds up nothing else: other calls, other streams. */
	quiet_since = par_now_ms();
	ok(hv->ops->get(hv, UUID, &r, &err), &err);
	ok(hv->ops->console_open(hv, UUID, false, &console, &err), &err);
	ck_assert_uint_lt(par_now_ms() - quiet_since, 2000);
	ok(hv->ops->stop(hv, UUID, HV_STOP_IMMEDIATE, &err), &err);
	ck_assert(read_until(channel, NULL));
}
END_TEST

/* A console that nobody reads costs a bounded amount, and goes on afterwards. */
START_TEST(console_not_read)
{
	auto_partition p = make("faults");
	autofd int console = -1;
	auto_error err = NULL;

	define(p, &image);
	ok(hv->ops->start(hv, UUID, false, &err), &err);
	ok(hv->ops->console_open(hv, UUID, false, &console, &err), &err);
	ck_assert(read_until(console, "login: "));
	ck_assert_int_eq(write(console, "root\n", 5), 5);
	sleep(2);
	ck_assert_int_eq(write(console, "yes | head -c 1500000; echo fl''ood-end\n", 40), 40);
	sleep(15);
	ck_assert(read_until(console, "flood-end"));
}
END_TEST

static void copy_image(const char *to, const char *damage)
{
	autofree char *command =
		par_strdup_printf("rm -rf %s && cp -r --sparse=always %s %s && cd %s && %s", to,
				  image.folder, to, to, damage);

	shell(command);
}

START_TEST(damaged_image)
{
	auto_fw_image changed = { 0 }, cut = { 0 }, gone = { 0 };
	auto_error err = NULL;

	copy_image("bad1", "printf X | dd of=vmlinux bs=1 seek=1000 conv=notrunc status=none && "
			   "sed -i 's/\"sha256\": *\"...../\"sha256\": \"00000/' image.json");
	ok(fw_image_load("bad1", &changed, &err), &err);
	fails(hv->ops->image_ensure(hv, &changed, NULL, &err), PAR_E_CORRUPT, &err);
	copy_image("bad2", "truncate -s -1 root.img && "
			   "sed -i 's/\"sha256\": *\"...../\"sha256\": \"11111/' image.json");
	ok(fw_image_load("bad2", &cut, &err), &err);
	fails(hv->ops->image_ensure(hv, &cut, NULL, &err), PAR_E_CORRUPT, &err);
	copy_image("bad3", "rm initrd.img && "
			   "sed -i 's/\"sha256\": *\"...../\"sha256\": \"22222/' image.json");
	ok(fw_image_load("bad3", &gone, &err), &err);
	fails(hv->ops->image_ensure(hv, &gone, NULL, &err), PAR_E_CORRUPT, &err);
	/* Nothing of them is left, whole or not. */
	shell("! virsh -q vol-list lpard | grep -E '^ *(00000|11111|22222)'");
}
END_TEST

static int die_at_once(const char *what, uint64_t done, uint64_t total, void *user)
{
	(void)user;
	if (strcmp(what, "kernel") == 0 && done < total)
		_exit(77);
	return 0;
}

/* A process that dies in the middle of an upload leaves nothing that counts. */
START_TEST(killed_upload)
{
	auto_partition p = make("faults");
	auto_error err = NULL;
	int status;
	pid_t pid;

	ok(hv->ops->image_remove(hv, &image, &err), &err);
	pid = fork();
	if (pid == 0) {
		execl("/proc/self/exe", "hv_faults", "upload", (char *)NULL);
		_exit(1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(WEXITSTATUS(status), 77);
	shell("virsh -q vol-list lpard | grep -q vmlinux");
	shell("! virsh -q vol-list lpard | grep -q vmlinux.complete");
	define(p, &image);
	shell("virsh -q vol-list lpard | grep -q vmlinux.complete");
}
END_TEST

/* The other process of killed_upload. */
static int upload_and_die(void)
{
	struct hv_config config = { .system = "faults", .uri = "qemu:///system" };
	struct hv_progress progress = { .fn = die_at_once };

	if (fw_image_load(getenv("HV_IMAGE"), &image, NULL) == 0 &&
	    hv_open(&config, on_event, NULL, &hv, NULL) == 0 &&
	    hv->ops->wait_up(hv, 10000, NULL) == 0)
		hv->ops->image_ensure(hv, &image, &progress, NULL);
	return 1;
}

/* A case each, so that CK_RUN_CASE picks one. */
static void add(Suite *suite, const char *name, const TTest *test)
{
	TCase *tc = tcase_create(name);

	tcase_set_timeout(tc, 300);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, test);
	suite_add_tcase(suite, tc);
}

static Suite *faults_suite(void)
{
	Suite *suite = suite_create("hv_faults");

	add(suite, "damaged_image", damaged_image);
	add(suite, "killed_upload", killed_upload);
	add(suite, "changed_behind_our_back", changed_behind_our_back);
	add(suite, "foreign_domain", foreign_domain);
	add(suite, "damaged_metadata", damaged_metadata);
	add(suite, "guest_does_not_read", guest_does_not_read);
	add(suite, "console_not_read", console_not_read);
	add(suite, "libvirtd_restarts", libvirtd_restarts);
	return suite;
}

int main(int argc, char **argv)
{
	static const par_suite_fn makers[] = { faults_suite };

	if (argc > 1 && strcmp(argv[1], "upload") == 0)
		return upload_and_die();
	return par_test_run(makers, 1);
}
