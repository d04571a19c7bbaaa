/* SPDX-License-Identifier: Apache-2.0 */
/* Which virtio port is the agent's: by its name in /sys, whatever else is there. */
#include "wparctl/agent/transport.h"

#include "harness.h"
#include "lpard/common/fs.h"

#include <errno.h>
#include <string.h>

static char sysfs[64];

static void make_sysfs(void)
{
	snprintf(sysfs, sizeof(sysfs), "/tmp/par-transport-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(sysfs));
}

static void remove_sysfs(void)
{
	autofd int above = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	ck_assert_int_eq(par_fs_remove_tree(above, sysfs + strlen("/tmp/")), 0);
}

static void make_port(const char *port, const char *name)
{
	autofree char *folder = par_strdup_printf("%s/class/virtio-ports/%s", sysfs, port);
	autofree char *path = par_strdup_printf("%s/name", folder);

	ck_assert_int_eq(par_fs_mkdirs(folder, 0755), 0);
	ck_assert_int_eq(par_fs_replace_volatile(AT_FDCWD, path, name, strlen(name), 0444), 0);
}

START_TEST(none)
{
	autofree char *path = NULL;

	ck_assert_int_eq(wpar_port_find(sysfs, &path), -ENOENT);
	make_port("vport1p0", "org.libvirt.console.0\n");
	make_port("vport1p1", "org.lpard.agent.00\n");
	make_port("vport1p2", "");
	ck_assert_int_eq(wpar_port_find(sysfs, &path), -ENOENT);
	ck_assert_ptr_null(path);
}
END_TEST

START_TEST(found)
{
	autofree char *path = NULL;

	make_port("vport1p0", "org.libvirt.console.0\n");
	make_port("vport2p3", "org.lpard.agent.0\n");
	make_port("vport2p4", "org.lpard.agent.1\n");
	ck_assert_int_eq(wpar_port_find(sysfs, &path), 0);
	ck_assert_str_eq(path, "/dev/vport2p3");
}
END_TEST

static Suite *transport_suite(void)
{
	Suite *s = suite_create("transport");
	TCase *t = tcase_create("transport");

	tcase_set_tags(t, "no-valgrind"); /* valgrind does not know openat2 */
	tcase_add_checked_fixture(t, make_sysfs, remove_sysfs);
	tcase_add_test(t, none);
	tcase_add_test(t, found);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(transport_suite)
