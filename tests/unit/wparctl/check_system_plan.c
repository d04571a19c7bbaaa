/* SPDX-License-Identifier: Apache-2.0 */
/* check_system_plan.c - what a copy of the running system has, and the hosts that it knows */
#include "harness.h"
#include "wparctl/backup/system_plan.h"
#include "wparctl/filesystem/native.h"

#include <regex.h>
#include <string.h>

static const char mounts[] = "20 1 254:0 / / rw - ext4 /dev/vda rw\n"
			     "21 20 0:21 / /proc rw - proc proc rw\n"
			     "22 20 254:1 / /home rw shared:1 - xfs /dev/vdb rw\n"
			     "23 20 254:2 / /srv/a\\040b rw - ext4 /dev/vdc rw\n"
			     "24 20 0:40 / /net rw - nfs4 server:/x rw\n"
			     "25 20 0:41 / /mem rw - tmpfs tmpfs rw\n"
			     "26 20 254:0 /srv/part /mnt rw - ext4 /dev/vda rw\n"
			     "27 20 254:3 / /wpars/dev/data rw - ext4 /dev/loop0 rw\n"
			     "28 20 254:4 / /over rw - ext4 /dev/vde rw\n"
			     "29 28 0:42 / /over rw - nfs server:/y rw\n"
			     "30 20 0:43 / /pool rw - zfs pool rw\n"
			     "31 20 0:44 /@a /bt rw - btrfs /dev/vdf rw\n"
			     "32 31 0:44 /@b /bt/b rw - btrfs /dev/vdf rw\n"
			     "no line\n";

static struct wpar_system_facts facts_of(const struct par_strv *bases)
{
	return (struct wpar_system_facts){
		.mountinfo = mounts,
		.swaps = "Filename Type Size Used Priority\n"
			 "/dev/vdg partition 1 0 -2\n/swap\\040a.b file 1 0 -3\n",
		.name = "copy",
		.base = "/wpars/copy",
		.bases = bases,
		.prefix = "",
	};
}

static bool has_tree(const struct wpar_system_plan *p, const char *directory, uint64_t id)
{
	for (size_t i = 0; i < p->n_trees; i++) {
		if (strcmp(p->trees[i].directory, directory) == 0)
			return p->trees[i].id == id;
	}
	return false;
}

static bool is_empty(const struct wpar_system_plan *p, const char *directory)
{
	return par_strv_find(&p->empty, directory) >= 0;
}

static bool is_left_out(const struct wpar_system_plan *p, const char *name)
{
	bool found = false;

	for (size_t i = 0; i < p->patterns.n; i++) {
		regex_t re;

		ck_assert_int_eq(regcomp(&re, p->patterns.v[i], REG_NOSUB), 0);
		found |= regexec(&re, name, 0, NULL, 0) == 0;
		regfree(&re);
	}
	return found;
}

START_TEST(file_systems)
{
	auto_strv bases = { 0 };
	const struct wpar_system_facts f = facts_of(&bases);
	auto_system_plan p = { 0 };

	ck_assert_int_eq(wpar_system_plan_make(&f, &p), 0);
	ck_assert_str_eq(p.trees[0].directory, "/");
	ck_assert(has_tree(&p, "/home", 22) && has_tree(&p, "/srv/a b", 23));
	ck_assert(has_tree(&p, "/pool", 30) && has_tree(&p, "/bt", 31) &&
		  has_tree(&p, "/bt/b", 32));
	ck_assert_uint_eq(p.n_trees, 6);
	/* Of others, second mounts, what lies over one, the kernel's, other WPARs'. */
	ck_assert(is_empty(&p, "/net") && is_empty(&p, "/mem") && is_empty(&p, "/mnt"));
	ck_assert(is_empty(&p, "/over") && is_empty(&p, "/proc") && is_empty(&p, "/wpars"));
	ck_assert_uint_eq(p.passed.n, 4);
	ck_assert_str_eq(p.passed.v[0], "/net: nfs4");
	ck_assert_str_eq(p.passed.v[3], "/over: nfs");
}
END_TEST

/* Bind mounts: "mount --bind /tmp/bb /srv/bound" is the root's /tmp/bb, and so on. */
#define ROOT_MOUNT "20 1 254:0 / / rw - ext4 /dev/vda rw\n"
#define DATA_MOUNT "22 20 254:1 / /data rw - ext4 /dev/vdb rw\n"

static void plan_of(const char *mountinfo, struct wpar_system_plan *p)
{
	auto_strv bases = { 0 };
	struct wpar_system_facts f = facts_of(&bases);

	f.mountinfo = mountinfo;
	ck_assert_int_eq(wpar_system_plan_make(&f, p), 0);
}

/* What is copied nowhere else is copied where it is seen. */
START_TEST(second_mounts)
{
	auto_system_plan p = { 0 }, hidden = { 0 }, late = { 0 }, part = { 0 };

	plan_of(ROOT_MOUNT "23 20 254:0 /tmp/bb /srv/bound rw - ext4 /dev/vda rw\n"
			   "24 20 254:0 /srv/x /srv/y rw - ext4 /dev/vda rw\n",
		&p);
	ck_assert(has_tree(&p, "/srv/bound", 23) && !is_empty(&p, "/srv/bound"));
	ck_assert(!has_tree(&p, "/srv/y", 24) && is_empty(&p, "/srv/y"));
	ck_assert_uint_eq(p.passed.n, 1);
	/* Another file system is seen in its own place. */
	plan_of(ROOT_MOUNT "23 20 254:0 /srv/x /srv/y rw - ext4 /dev/vda rw\n"
			   "24 20 254:2 / /srv/x rw - ext4 /dev/vdc rw\n",
		&hidden);
	ck_assert(has_tree(&hidden, "/srv/y", 23) && has_tree(&hidden, "/srv/x", 24));
	/* The whole file system comes behind its part. */
	plan_of(ROOT_MOUNT "23 20 254:1 /sub /mnt rw - ext4 /dev/vdb rw\n" DATA_MOUNT, &late);
	ck_assert(has_tree(&late, "/data", 22) && !has_tree(&late, "/mnt", 23));
	/* One whose whole is mounted nowhere. */
	plan_of(ROOT_MOUNT "23 20 254:1 /a /mnt rw - ext4 /dev/vdb rw\n"
			   "24 20 254:1 /a /mnt2 rw - ext4 /dev/vdb rw\n",
		&part);
	ck_assert(has_tree(&part, "/mnt", 23) && is_empty(&part, "/mnt2"));
}
END_TEST

/* What is left out is left out by each of its names. */
START_TEST(folders_with_two_names)
{
	auto_system_plan p = { 0 }, again = { 0 }, all = { 0 };

	/* mount --bind /data/wpars /wpars */
	plan_of(ROOT_MOUNT DATA_MOUNT "23 20 254:1 /wpars /wpars rw - ext4 /dev/vdb rw\n", &p);
	ck_assert(has_tree(&p, "/data", 22) && is_empty(&p, "/data/wpars"));
	ck_assert_uint_eq(p.n_trees, 2);
	ck_assert_uint_eq(p.passed.n, 1);
	ck_assert_str_eq(p.passed.v[0], "/data/wpars: the folder that is /wpars, too,");
	/* mount --bind /wpars /srv/w, and a WPAR's part, which is seen nowhere else */
	plan_of(ROOT_MOUNT "23 20 254:0 /wpars /srv/w rw - ext4 /dev/vda rw\n"
			   "24 20 254:0 /wpars/dev/home /srv/h rw - ext4 /dev/vda rw\n",
		&again);
	ck_assert(is_empty(&again, "/srv/w") && has_tree(&again, "/srv/h", 24));
	ck_assert_uint_eq(again.n_trees, 2);
	/* mount --bind / /srv/all */
	plan_of(ROOT_MOUNT "23 20 254:0 / /srv/all rw - ext4 /dev/vda rw\n", &all);
	ck_assert_uint_eq(all.n_trees, 1);
	ck_assert(is_empty(&all, "/srv/all"));
}
END_TEST

static bool says(const struct wpar_system_plan *p, const char *text)
{
	return par_strv_find(&p->passed, text) >= 0;
}

/* ostree: the root and /var are folders of a disk, which is mounted, too. */
START_TEST(a_disk_that_has_the_root)
{
	auto_system_plan p = { 0 }, covered = { 0 }, subvolumes = { 0 };

	plan_of("20 1 254:0 /os/deploy/1 / rw - xfs /dev/vda rw\n"
		"21 20 254:0 / /sysroot ro - xfs /dev/vda rw\n"
		"22 20 254:0 /os/var /var rw - xfs /dev/vda rw\n"
		"23 20 254:0 /os/var/srv /srv rw - xfs /dev/vda rw\n"
		"24 20 254:0 /boot /boot rw - xfs /dev/vda rw\n",
		&p);
	ck_assert(has_tree(&p, "/var", 22) && has_tree(&p, "/sysroot", 21));
	ck_assert_uint_eq(p.n_trees, 3);
	ck_assert(is_empty(&p, "/sysroot/os/deploy/1") && is_empty(&p, "/sysroot/os/var"));
	ck_assert(is_empty(&p, "/sysroot/boot") && !is_empty(&p, "/sysroot/os"));
	ck_assert(says(&p, "/sysroot/os/var: the folder that is /var, too,"));
	ck_assert(says(&p, "/srv: a second mount of what is copied from its own place"));
	/* What is left out in the root needs no second word. */
	ck_assert(!is_empty(&p, "/sysroot/os/deploy/1/proc"));
	/* What is not seen in its own place is copied with the disk. */
	plan_of("20 1 254:0 /os/deploy/1 / rw - xfs /dev/vda rw\n"
		"21 20 254:0 / /sysroot ro - xfs /dev/vda rw\n"
		"22 20 254:0 /os/var /var rw - xfs /dev/vda rw\n"
		"23 22 0:50 / /var rw - tmpfs tmpfs rw\n",
		&covered);
	ck_assert(is_empty(&covered, "/var") && !is_empty(&covered, "/sysroot/os/var"));
	/* btrfs, whose top is mounted for snapshots */
	plan_of("20 1 0:30 /@ / rw - btrfs /dev/vda rw,subvol=/@\n"
		"21 20 0:30 / /mnt/top rw - btrfs /dev/vda rw,subvol=/\n"
		"22 20 0:30 /@home /home rw - btrfs /dev/vda rw,subvol=/@home\n",
		&subvolumes);
	ck_assert(has_tree(&subvolumes, "/home", 22) && is_empty(&subvolumes, "/mnt/top/@"));
	ck_assert(is_empty(&subvolumes, "/mnt/top/@home") && !is_empty(&subvolumes, "/home"));
}
END_TEST

/* In a folder that is left out nothing is copied; elsewhere it may be, and otherwise it is named.
 */
START_TEST(disks_in_what_is_left_out)
{
	auto_system_plan p = { 0 }, twice = { 0 }, anew = { 0 };

	plan_of(ROOT_MOUNT "22 20 0:40 / /mnt rw - tmpfs tmpfs rw\n"
			   "23 22 254:1 / /mnt/usb rw - ext4 /dev/vdb rw\n",
		&p);
	ck_assert(!has_tree(&p, "/mnt/usb", 23) && is_empty(&p, "/mnt/usb"));
	ck_assert(
		says(&p, "/mnt/usb: a disk that is mounted in /mnt, of which nothing is copied,"));
	plan_of(ROOT_MOUNT "22 20 0:40 / /mnt rw - tmpfs tmpfs rw\n"
			   "23 22 254:1 / /mnt/usb rw - ext4 /dev/vdb rw\n"
			   "24 20 254:1 /music /srv/music rw - ext4 /dev/vdb rw\n",
		&twice);
	ck_assert(has_tree(&twice, "/srv/music", 24) && !has_tree(&twice, "/mnt/usb", 23));
	plan_of(ROOT_MOUNT "22 20 254:1 / /run/media/usb rw - ext4 /dev/vdb rw\n"
			   "23 20 254:2 / /tmp/in rw - ext4 /dev/vdc rw\n"
			   "24 20 254:2 / /srv/in rw - ext4 /dev/vdc rw\n"
			   "25 20 254:3 / /tmp rw - ext4 /dev/vdd rw\n",
		&anew);
	ck_assert(says(
		&anew,
		"/run/media/usb: a disk that is mounted in /run, of which nothing is copied,"));
	ck_assert_uint_eq(anew.passed.n, 1);
	ck_assert(has_tree(&anew, "/srv/in", 24));
}
END_TEST

static bool is_resolver(const char *point)
{
	return strcmp(point, "/etc/resolv.conf") == 0;
}

START_TEST(files_over_files)
{
	auto_strv bases = { 0 };
	struct wpar_system_facts f = facts_of(&bases);
	auto_system_plan p = { 0 };

	f.is_file = is_resolver;
	f.mountinfo = ROOT_MOUNT "23 20 254:0 /tmp/r /etc/resolv.conf rw - ext4 /dev/vda rw\n";
	ck_assert_int_eq(wpar_system_plan_make(&f, &p), 0);
	ck_assert_uint_eq(p.n_trees, 1);
	ck_assert_uint_eq(p.passed.n, 1);
}
END_TEST

START_TEST(an_image_has_one)
{
	auto_strv bases = { 0 };
	struct wpar_system_facts f = facts_of(&bases);
	auto_system_plan p = { 0 };

	f.mountinfo = f.swaps = "";
	ck_assert_int_eq(wpar_system_plan_make(&f, &p), 0);
	ck_assert_uint_eq(p.n_trees, 1);
	ck_assert_uint_eq(p.passed.n, 0);
}
END_TEST

START_TEST(other_wpars)
{
	auto_strv bases = { 0 };
	struct wpar_system_facts f = facts_of(&bases);
	auto_system_plan p = { 0 }, kept = { 0 };

	ck_assert_int_eq(par_strv_add(&bases, "/srv/w/e"), 0);
	ck_assert_int_eq(wpar_system_plan_make(&f, &p), 0);
	ck_assert(is_empty(&p, "/srv/w/e") && is_empty(&p, "/srv/w/.volumes"));
	ck_assert(is_empty(&p, "/etc/wpars") && is_empty(&p, "/var/lib/wpars"));
	ck_assert(is_empty(&p, "/wpars/copy") && is_empty(&p, "/wpars/.volumes/copy"));
	f.keep_wpars = true;
	ck_assert_int_eq(wpar_system_plan_make(&f, &kept), 0);
	ck_assert(!is_empty(&kept, "/srv/w/e") && !is_empty(&kept, "/etc/wpars"));
	ck_assert(!is_empty(&kept, "/wpars") && has_tree(&kept, "/wpars/dev/data", 27));
	ck_assert(is_empty(&kept, "/wpars/copy") && is_empty(&kept, "/wpars/.volumes/copy"));
	ck_assert(is_left_out(&kept, "./etc/wpars/copy.cf"));
	ck_assert(!is_left_out(&kept, "./etc/wpars/copyXcf"));
}
END_TEST

START_TEST(the_kernels_files)
{
	auto_strv bases = { 0 };
	struct wpar_system_facts f = facts_of(&bases);
	auto_system_plan p = { 0 }, kept = { 0 };

	ck_assert_int_eq(wpar_system_plan_make(&f, &p), 0);
	ck_assert(is_empty(&p, "/boot") && is_empty(&p, "/usr/lib/modules"));
	f.keep_private = true;
	ck_assert_int_eq(wpar_system_plan_make(&f, &kept), 0);
	ck_assert(!is_empty(&kept, "/boot") && !is_empty(&kept, "/usr/lib/modules"));
	ck_assert(is_empty(&kept, "/dev") && is_empty(&kept, "/var/lib/libvirt"));
}
END_TEST

START_TEST(names)
{
	static const char *const out[] = { "./etc/machine-id", "./etc/ssh/ssh_host_rsa_key.pub",
					   "./etc/objrepos/SRCsubsys", "./etc/fstab",
					   "./swap a.b" };
	static const char *const in[] = { "./etc/ssh/sshd_config",
					  "./etc/ssh/ssh_host_x/y",
					  "./home/etc/fstab",
					  "./etc/fstab.d",
					  "./swap aXb",
					  "./etc/hosts" };
	auto_strv bases = { 0 };
	const struct wpar_system_facts f = facts_of(&bases);
	auto_system_plan p = { 0 };

	ck_assert_int_eq(wpar_system_plan_make(&f, &p), 0);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(out); i++)
		ck_assert_msg(is_left_out(&p, out[i]), "%s", out[i]);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(in); i++)
		ck_assert_msg(!is_left_out(&p, in[i]), "%s", in[i]);
}
END_TEST

/* Links in the places of file systems; what is below what they lead to has other names, too. */
START_TEST(links)
{
	static const struct wpar_system_link found[] = {
		{ (char *)"/home", (char *)"/data/home" },
		{ (char *)"/opt", (char *)"/data/home/opt" },
		{ (char *)"/tmp", (char *)"/run/tmp" },
		{ (char *)"/var", (char *)"/big" },
		{ (char *)"/srv", NULL },
	};
	auto_strv bases = { 0 }, identity = { 0 };
	struct wpar_system_facts f = facts_of(&bases);
	auto_system_plan p = { 0 };

	ck_assert_int_eq(par_strv_add(&bases, "/data/home/ann/w"), 0);
	ck_assert_int_eq(par_strv_add(&identity, "/big/keys/rsa"), 0);
	f.identity = &identity;
	f.links = found;
	f.n_links = PAR_ARRAY_SIZE(found);
	f.swaps = "Filename Type\n/data/home/swap file 1 0 -3\n";
	f.mountinfo = ROOT_MOUNT DATA_MOUNT "23 22 254:2 / /data/home/ann rw - ext4 /dev/vdc rw\n"
					    "24 20 254:3 / /big rw - ext4 /dev/vdd rw\n";
	ck_assert_int_eq(wpar_system_plan_make(&f, &p), 0);
	ck_assert(has_tree(&p, "/home", 0) && has_tree(&p, "/home/ann", 23));
	ck_assert(has_tree(&p, "/opt", 0) && has_tree(&p, "/tmp", 0) && has_tree(&p, "/var", 24));
	ck_assert(has_tree(&p, "/data", 22) && !has_tree(&p, "/data/home/ann", 23));
	ck_assert_uint_eq(p.n_trees, 7);
	for (size_t i = 0; i < p.n_trees; i++) {
		if (strcmp(p.trees[i].directory, "/home/ann") == 0)
			ck_assert_str_eq(p.trees[i].from, "/data/home/ann");
		if (strcmp(p.trees[i].directory, "/opt") == 0)
			ck_assert_str_eq(p.trees[i].from, "/data/home/opt");
	}
	/* Their other ends are links; of one nothing is copied, and one leads nowhere. */
	ck_assert(is_left_out(&p, "./data/home") && is_empty(&p, "/data/home"));
	ck_assert(is_left_out(&p, "./home/opt") && is_empty(&p, "/home/opt"));
	ck_assert(is_left_out(&p, "./big") && is_left_out(&p, "./srv"));
	ck_assert(is_empty(&p, "/tmp") && !is_left_out(&p, "./tmp"));
	ck_assert_uint_eq(p.n_turned, 3);
	ck_assert_str_eq(p.turned[1].name, "/home/opt");
	ck_assert_uint_eq(p.passed.n, 2);
	/* Names behind them. */
	ck_assert(is_left_out(&p, "./home/swap") && is_left_out(&p, "./var/keys/rsa"));
	ck_assert(is_empty(&p, "/home/ann/w") && is_empty(&p, "/home/ann/.volumes"));
}
END_TEST

START_TEST(hosts)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "127.0.0.1 localhost\n127.0.1.1\tlpar01 l\n::1 x\n",
		  "127.0.0.1 localhost\n127.0.1.1\tnew\n::1 x\n" },
		{ " 127.0.1.1 a\n127.0.1.1 b\n", "127.0.1.1\tnew\n" },
		{ "127.0.1.11 a\n", "127.0.1.11 a\n127.0.1.1\tnew\n" },
		{ "", "127.0.1.1\tnew\n" },
		{ "# no end", "# no end\n127.0.1.1\tnew\n" },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(rows); i++) {
		auto_buf b = { 0 };

		ck_assert_int_eq(wpar_native_hosts(rows[i].text, "new", &b), 0);
		ck_assert_str_eq(b.data, rows[i].want);
	}
}
END_TEST

static Suite *system_plan_suite(void)
{
	Suite *suite = suite_create("system_plan");
	TCase *tc = tcase_create("system_plan");

	tcase_add_test(tc, file_systems);
	tcase_add_test(tc, second_mounts);
	tcase_add_test(tc, folders_with_two_names);
	tcase_add_test(tc, a_disk_that_has_the_root);
	tcase_add_test(tc, disks_in_what_is_left_out);
	tcase_add_test(tc, files_over_files);
	tcase_add_test(tc, an_image_has_one);
	tcase_add_test(tc, other_wpars);
	tcase_add_test(tc, the_kernels_files);
	tcase_add_test(tc, names);
	tcase_add_test(tc, links);
	tcase_add_test(tc, hosts);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(system_plan_suite)
