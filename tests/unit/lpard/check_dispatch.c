/* SPDX-License-Identifier: Apache-2.0 */
/* dispatch.c: names, roles and parameters of calls, by real methods over the fake hypervisor. */
#include "daemon_over_fake.h"
#include "lpard/daemon/methods/dispatch.h"

#include <grp.h>

static struct over_fake o;

static void setup(void)
{
	over_fake_start(&o, "[system SYS]\nuri = fake:///?lpars=2\n");
}

static void teardown(void)
{
	over_fake_end(&o);
}

static const struct {
	const char *call, *answer; /* the answer's beginning */
} exchanges[] = {
	{ "{\"method\":\"org.lpard.GetVersion\"}", "{\"parameters\":{\"version\":" },
	{ "{\"method\":\"org.lpard.Nothing\"}",
	  "{\"error\":\"org.varlink.service.MethodNotFound\",\"parameters\":{\"method\":\"org.lpard."
	  "Nothing\"}}" },
	{ "{\"method\":\"org.other.List\"}",
	  "{\"error\":\"org.varlink.service.InterfaceNotFound\",\"parameters\":{\"interface\":\"org."
	  "other\"}}" },
	{ "{\"method\":\"org.lpard.GetVersion\",\"parameters\":{\"x\":1}}",
	  "{\"error\":\"org.varlink.service.InvalidParameter\",\"parameters\":{\"parameter\":\"x\"}}" },
	/* Parameters come before systems: what a call is wrong by does not depend on the frame. */
	{ "{\"method\":\"org.lpard.Save\",\"parameters\":{\"system\":\"NONE\",\"profile\":1}}",
	  "{\"error\":\"org.lpard.InvalidArgument\",\"parameters\":{\"message\":\"\\\"profile\\\" "
	  "must be a string\"}}" },
	{ "{\"method\":\"org.lpard.Apply\",\"parameters\":{\"system\":\"NONE\"}}",
	  "{\"error\":\"org.lpard.NotFound\",\"parameters\":{\"message\":\"HSCL8018 The managed system "
	  "NONE was not found." },
	{ "{\"method\":\"org.lpard.Apply\",\"parameters\":{\"system\":\"SYS\"}}",
	  "{\"error\":\"org.lpard.InvalidArgument\",\"parameters\":{\"message\":\"Either \\\"lpar\\\" or "
	  "\\\"id\\\" must be given\"}}" },
	{ "{\"method\":\"org.lpard.Remove\",\"parameters\":{\"system\":\"SYS\",\"id\":1,\"resource\":"
	  "\"prof\"}}",
	  "{\"error\":\"org.lpard.InvalidArgument\",\"parameters\":{\"message\":\"\\\"profile\\\" is "
	  "missing\"}}" },
	{ "{\"method\":\"org.lpard.Remove\",\"parameters\":{\"system\":\"SYS\",\"id\":1,\"resource\":"
	  "\"sys\"}}",
	  "{\"error\":\"org.lpard.InvalidArgument\",\"parameters\":{\"message\":\"\\\"resource\\\" must "
	  "be lpar or prof\"}}" },
	{ "{\"method\":\"org.lpard.OpenTerminal\",\"parameters\":{\"system\":\"SYS\",\"id\":1}}",
	  "{\"error\":\"org.lpard.Protocol\"," },
	{ "{\"method\":\"org.lpard.List\",\"parameters\":{\"resource\":\"lpar\"}}",
	  "{\"error\":\"org.lpard.InvalidArgument\",\"parameters\":{\"message\":\"\\\"system\\\" is "
	  "missing\"}}" },
	{ "{\"method\":\"org.lpard.List\",\"parameters\":{\"resource\":\"lpar\",\"system\":\"SYS\","
	  "\"fields\":[\"name\"],\"filter\":[{\"name\":\"lpar_ids\",\"values\":[\"2\"]}]}}",
	  "{\"parameters\":{\"names\":[\"name\"],\"rows\":[[\"fake0002\"]],"
	  "\"numbers\":[false]}}" },
	{ "{\"method\":\"org.lpard.List\",\"parameters\":{\"resource\":\"sys\",\"system\":\"NONE\"}}",
	  "{\"error\":\"org.lpard.NotFound\"," },
	{ "{\"method\":\"org.lpard.ChangeState\",\"parameters\":{\"resource\":\"sys\",\"system\":"
	  "\"SYS\",\"operation\":\"on\",\"all\":true}}",
	  "{\"error\":\"org.lpard.NotSupported\"," },
	{ "{\"method\":\"org.lpard.ChangeState\",\"parameters\":{\"resource\":\"lpar\",\"system\":"
	  "\"SYS\",\"operation\":\"on\",\"all\":true,\"ids\":[1]}}",
	  "{\"error\":\"org.lpard.InvalidArgument\"," },
	{ "{\"method\":\"org.varlink.service.GetInterfaceDescription\",\"parameters\":{\"interface\":"
	  "1}}",
	  "{\"error\":\"org.varlink.service.InvalidParameter\"," },
};

START_TEST(answers)
{
	int fd = over_fake_dial(&o);
	const char *text = exchanges[_i].call, *heard;

	ck_assert_int_gt(write(fd, text, strlen(text) + 1), 0);
	heard = over_fake_hear(&o, fd);
	ck_assert_ptr_nonnull(heard);
	ck_assert_msg(par_starts_with(heard, exchanges[_i].answer), "%s: %s", text, heard);
	close(fd);
}
END_TEST

START_TEST(describes_itself)
{
	autofree char *text = lpar_interface_text();

	ck_assert_ptr_nonnull(text);
	ck_assert_ptr_nonnull(strstr(text, "\nmethod GetVersion() -> (version: string, "));
	ck_assert_ptr_nonnull(strstr(text, "\nmethod Save(system: string, lpar: ?string, id: ?int, "
					   "profile: string, force: ?bool) -> ()\n"));
	ck_assert_ptr_nonnull(strstr(text, "operation: (on, shutdown, osshutdown), "));
}
END_TEST

/* Nobody but an operator changes something, and a viewer may look; who may not is told so before
 * anything else is looked at. */
START_TEST(roles)
{
	static const struct {
		uid_t uid;
		const char *version, *change;
	} peers[] = {
		{ 0, "\"version\"", "HSCL8018" },
		{ 65534, "NotPermitted", "NotPermitted" },
	};
	int fd;

	if (getuid() != 0)
		return;
	ck_assert_int_eq(chmod(o.folder, 0755), 0);
	ck_assert_int_eq(chmod(o.socket, 0666), 0);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(peers); i++) {
		ck_assert_int_eq(setegid(peers[i].uid), 0);
		ck_assert_int_eq(setgroups(0, NULL), 0);
		ck_assert_int_eq(seteuid(peers[i].uid), 0);
		fd = over_fake_dial(&o);
		ck_assert_int_eq(seteuid(0), 0);
		ck_assert_int_eq(setegid(0), 0);
		over_fake_say(fd, "GetVersion", "{}", "");
		ck_assert_ptr_nonnull(strstr(over_fake_hear(&o, fd), peers[i].version));
		over_fake_say(fd, "Apply", "{\"system\":\"NONE\"}", "");
		ck_assert_ptr_nonnull(strstr(over_fake_hear(&o, fd), peers[i].change));
		close(fd);
	}
}
END_TEST

/* While the daemon stops nothing is begun. */
START_TEST(stopping)
{
	o.daemon.stopping = true;
	ck_assert_ptr_nonnull(strstr(over_fake_call(&o, "GetVersion", "{}"), "being stopped"));
	o.daemon.stopping = false;
}
END_TEST

static Suite *dispatch_suite(void)
{
	Suite *s = suite_create("dispatch");
	TCase *t = tcase_create("dispatch");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, answers, 0, PAR_ARRAY_SIZE(exchanges));
	tcase_add_test(t, describes_itself);
	tcase_add_test(t, roles);
	tcase_add_test(t, stopping);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(dispatch_suite)
