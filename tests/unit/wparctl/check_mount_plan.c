/* SPDX-License-Identifier: Apache-2.0 */
/* check_mount_plan.c - the plan of mounts: what may be written to, what is mapped, what is refused
 */
#include "harness.h"
#include "wparctl/filesystem/mount_apply.h"
#include "wparctl/spec/keys.h"

#include <string.h>

static const struct wpar_mount_facts facts = {
	.prefix = "", .program = "/usr/sbin/wparctl", .df = "/usr/bin/df", .df_real = "/usr/bin/df"
};

static void make(struct wpar_spec *s, enum wpar_type type)
{
	s->name = strdup("dev01");
	s->type = type;
	s->idbase = 1342177280;
	s->idrange = 65536;
	ck_assert_int_eq(wpar_spec_defaults(s, NULL), 0);
}

static const struct wpar_mount_op *op_at(const struct wpar_mount_plan *p, const char *target)
{
	const struct wpar_mount_op *found = NULL;

	for (size_t i = 0; i < p->n_ops; i++) {
		if (strcmp(p->ops[i].target, target) == 0)
			found = &p->ops[i];
	}
	return found;
}

START_TEST(system_wpar_shares_only_usr_and_opt)
{
	auto_mount_plan p = { 0 };
	auto_spec s = { 0 };

	make(&s, WPAR_SYSTEM);
	ck_assert_int_eq(wpar_mount_plan_build(&s, &facts, &p, NULL), 0);
	ck_assert_int_eq(p.ops[0].kind, WPAR_OP_ROOT);
	for (size_t i = 0; i < p.n_ops; i++) {
		const struct wpar_mount_op *op = &p.ops[i];

		if (op->kind != WPAR_OP_BIND && op->kind != WPAR_OP_ROOT)
			continue;
		/* A part of the global environment is read-only, or a device node. */
		ck_assert_msg((op->flags & (WPAR_OP_PRIVATE | WPAR_OP_READONLY)) ||
				      par_starts_with(op->target, "/dev/"),
			      "%s", op->target);
		if (!par_starts_with(op->target, "/dev/"))
			ck_assert_msg(op->flags & WPAR_OP_NODEV, "%s", op->target);
	}
	ck_assert(op_at(&p, "/usr")->flags & WPAR_OP_IDMAP);
	ck_assert(op_at(&p, "/home")->flags & WPAR_OP_PRIVATE);
	ck_assert_ptr_null(op_at(&p, "/sys"));
}
END_TEST

/* Listing 3 of the article on mobility, and a /data: nothing of the base directory but what is
 * left. */
START_TEST(nfs_has_the_ids_of_the_server)
{
	static const char *const directories[] = { "/", "/home", "/data" };
	auto_mount_plan p = { 0 };
	auto_spec s = { 0 };
	auto_buf b = { 0 };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(directories); i++) {
		struct wpar_mount *m = wpar_record_add(&s, WPAR_STANZA_MOUNT);

		m->directory = strdup(directories[i]);
		m->vfs = strdup("nfs");
		m->host = strdup("h");
		m->device = strdup("/scratch");
		m->options = i == 2 ? strdup("ro,soft,noexec,timeo=10") : NULL;
	}
	make(&s, WPAR_SYSTEM);
	ck_assert_int_eq(wpar_mount_plan_build(&s, &facts, &p, NULL), 0);
	ck_assert(p.has_nfs);
	ck_assert_int_eq(p.ops[0].kind, WPAR_OP_ROOT);
	ck_assert_uint_eq(p.ops[0].flags, WPAR_OP_NFS | WPAR_OP_NODEV | WPAR_OP_SHOWN);
	ck_assert_uint_eq(op_at(&p, "/data")->flags, WPAR_OP_NFS | WPAR_OP_NODEV | WPAR_OP_SHOWN |
							     WPAR_OP_READONLY | WPAR_OP_NOEXEC);
	ck_assert_str_eq(op_at(&p, "/data")->data, "soft,timeo=10");
	ck_assert(op_at(&p, "/var")->flags & WPAR_OP_PRIVATE);
	ck_assert_int_eq(wpar_mount_plan_print(&p, &b), 0);
	ck_assert_ptr_nonnull(strstr(b.data, "root / from h:/scratch nodev,shown,nfs\n"));
	ck_assert_ptr_nonnull(strstr(b.data, "bind /home from h:/scratch nodev,shown,nfs\n"));
}
END_TEST

/* The console: a FIFO that PID 1 holds.  Programs of systemd's that find none: ours. */
START_TEST(what_a_system_wpar_has_of_ours)
{
	struct wpar_mount_facts with = facts;
	auto_mount_plan p = { 0 }, q = { 0 }, r = { 0 };
	auto_spec s = { 0 }, a = { 0 };

	make(&s, WPAR_SYSTEM);
	ck_assert_int_eq(wpar_mount_plan_build(&s, &facts, &p, NULL), 0);
	ck_assert_int_eq(op_at(&p, "/dev/console")->kind, WPAR_OP_FIFO);
	ck_assert_uint_eq(op_at(&p, "/dev/console")->mode, 0622);
	ck_assert_ptr_null(op_at(&p, "/usr/bin/systemctl"));
	with.systemctl = "/usr/bin/systemctl";
	ck_assert_int_eq(wpar_mount_plan_build(&s, &with, &q, NULL), 0);
	ck_assert_str_eq(op_at(&q, "/usr/bin/systemctl")->source, "/usr/sbin/wparctl");
	make(&a, WPAR_APPLICATION);
	ck_assert_int_eq(wpar_mount_plan_build(&a, &with, &r, NULL), 0);
	ck_assert_int_eq(op_at(&r, "/dev/console")->kind, WPAR_OP_LINK);
	ck_assert_ptr_null(op_at(&r, "/usr/bin/systemctl"));
}
END_TEST

START_TEST(kernel_settings_are_sealed_and_shm_is_its_own)
{
	static const enum wpar_type types[] = { WPAR_SYSTEM, WPAR_APPLICATION };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(types); i++) {
		struct wpar_mount_facts limited = facts;
		auto_mount_plan p = { 0 }, small = { 0 };
		auto_spec s = { 0 };

		make(&s, types[i]);
		ck_assert_int_eq(wpar_mount_plan_build(&s, &facts, &p, NULL), 0);
		ck_assert_int_eq(op_at(&p, "/proc/sys")->kind, WPAR_OP_SEAL);
		ck_assert_str_eq(op_at(&p, "/dev/shm")->fstype, "tmpfs");
		ck_assert_str_eq(op_at(&p, "/dev/shm")->data, "mode=1777");
		limited.shm_size = 33554432;
		ck_assert_int_eq(wpar_mount_plan_build(&s, &limited, &small, NULL), 0);
		ck_assert_str_eq(op_at(&small, "/dev/shm")->data, "mode=1777,size=33554432");
	}
}
END_TEST

/* Nothing of it is made before its start, and its image may lack the folders on the way. */
START_TEST(versioned_makes_the_way_to_a_mount_point)
{
	auto_strv layers = { 0 };
	struct wpar_mount_facts with = facts;
	auto_mount_plan p = { 0 }, native = { 0 };
	auto_spec s = { 0 }, n = { 0 };
	struct wpar_spec *both[] = { &s, &n };

	ck_assert_int_eq(par_strv_add(&layers, "/layer"), 0);
	with.layers = &layers;
	with.cor = true;
	for (size_t i = 0; i < PAR_ARRAY_SIZE(both); i++) {
		struct wpar_mount *m = wpar_record_add(both[i], WPAR_STANZA_MOUNT);

		m->directory = strdup("/a/b/c");
		m->vfs = strdup("namefs");
		m->device = strdup("/srv");
	}
	s.version.image_digest = strdup("d");
	make(&s, WPAR_SYSTEM);
	make(&n, WPAR_SYSTEM);
	ck_assert_int_eq(wpar_mount_plan_build(&s, &with, &p, NULL), 0);
	ck_assert_int_eq(op_at(&p, "/a")->kind, WPAR_OP_FOLDER);
	ck_assert_int_eq(op_at(&p, "/a/b")->kind, WPAR_OP_FOLDER);
	ck_assert(op_at(&p, "/a") < op_at(&p, "/a/b"));
	ck_assert(op_at(&p, "/a/b") < op_at(&p, "/a/b/c"));
	ck_assert_int_eq(op_at(&p, "/a/b/c")->kind, WPAR_OP_BIND);
	/* And its processes ask for mounts, as those of any other. */
	ck_assert_ptr_nonnull(op_at(&p, "/run/wpars"));
	ck_assert_ptr_nonnull(op_at(&p, "/run/wpars/cor"));
	ck_assert_int_eq(wpar_mount_plan_build(&n, &facts, &native, NULL), 0);
	ck_assert_ptr_null(op_at(&native, "/a"));
	ck_assert_ptr_null(op_at(&native, "/run/wpars/cor"));
}
END_TEST

START_TEST(private_usr_is_its_own)
{
	auto_mount_plan p = { 0 };
	auto_spec s = { 0 };

	s.private_usr = true;
	make(&s, WPAR_SYSTEM);
	ck_assert_int_eq(wpar_mount_plan_build(&s, &facts, &p, NULL), 0);
	ck_assert(op_at(&p, "/usr")->flags & WPAR_OP_PRIVATE);
	ck_assert(!(op_at(&p, "/usr")->flags & WPAR_OP_READONLY));
}
END_TEST

START_TEST(application_wpar_sees_all_and_writes_nothing)
{
	auto_mount_plan p = { 0 };
	auto_spec s = { 0 };

	make(&s, WPAR_APPLICATION);
	ck_assert_int_eq(wpar_mount_plan_build(&s, &facts, &p, NULL), 0);
	ck_assert_str_eq(p.ops[0].source, "/");
	ck_assert(p.ops[0].flags & WPAR_OP_READONLY);
	/* Nothing of the other WPARs. */
	ck_assert_int_eq(op_at(&p, "/etc/wpars")->kind, WPAR_OP_HIDE);
	ck_assert_int_eq(op_at(&p, "/var/lib/wpars")->kind, WPAR_OP_HIDE);
	ck_assert_int_eq(op_at(&p, "/var/adm/wpars")->kind, WPAR_OP_HIDE);
	ck_assert_str_eq(op_at(&p, "/run")->fstype, "tmpfs");
	ck_assert(p.ops[0].flags & WPAR_OP_NOSUID);
	/* With ids mapped its root could read what only root may. */
	ck_assert(!(p.ops[0].flags & WPAR_OP_IDMAP));
	ck_assert_ptr_nonnull(op_at(&p, "/sys"));
	ck_assert_ptr_nonnull(op_at(&p, "/tmp"));
}
END_TEST

/* What the user may write the job may: /tmp is the global environment's, too. */
START_TEST(a_users_job_may_write)
{
	auto_mount_plan p = { 0 };
	auto_spec s = { 0 };

	make(&s, WPAR_APPLICATION);
	s.user = strdup("ann");
	ck_assert_int_eq(wpar_mount_plan_build(&s, &facts, &p, NULL), 0);
	ck_assert(!(p.ops[0].flags & WPAR_OP_READONLY));
	ck_assert(p.ops[0].flags & WPAR_OP_NOSUID);
	ck_assert(p.ops[0].flags & WPAR_OP_NODEV);
	ck_assert(!(p.ops[0].flags & WPAR_OP_IDMAP));
	ck_assert_ptr_null(op_at(&p, "/tmp"));
	ck_assert_str_eq(op_at(&p, "/run")->fstype, "tmpfs");
	ck_assert_str_eq(op_at(&p, "/dev")->fstype, "tmpfs");
	ck_assert_int_eq(op_at(&p, "/etc/wpars")->kind, WPAR_OP_HIDE);
}
END_TEST

/* Its tree is a copy of the global one, unless something is bound with its ids. */
START_TEST(whose_tree_is_the_global_one)
{
	auto_spec s = { 0 }, a = { 0 };
	auto_mount_plan system = { 0 }, application = { 0 }, bound = { 0 };

	make(&s, WPAR_SYSTEM);
	make(&a, WPAR_APPLICATION);
	ck_assert_int_eq(wpar_mount_plan_build(&s, &facts, &system, NULL), 0);
	ck_assert(!wpar_mounts_is_global(&system));
	ck_assert_int_eq(wpar_mount_plan_build(&a, &facts, &application, NULL), 0);
	ck_assert(wpar_mounts_is_global(&application));
	a.mounts = calloc(1, sizeof(*a.mounts));
	a.n_mounts = 1;
	a.mounts[0] = (struct wpar_mount){ .directory = strdup("/mnt"),
					   .vfs = strdup("namefs"),
					   .device = strdup("/srv/data") };
	ck_assert_int_eq(wpar_mount_plan_build(&a, &facts, &bound, NULL), 0);
	ck_assert(!wpar_mounts_is_global(&bound));
}
END_TEST

static int with_mount(const char *directory, const char *vfs, const char *device)
{
	struct wpar_mount m = { .directory = (char *)directory,
				.vfs = (char *)vfs,
				.device = (char *)device };
	struct wpar_spec s = { .name = (char *)"dev01",
			       .directory = (char *)"/wpars/dev01",
			       .mounts = &m,
			       .n_mounts = 1 };
	auto_mount_plan p = { 0 };

	return wpar_mount_plan_build(&s, &facts, &p, NULL);
}

START_TEST(mount_points_are_plain_paths)
{
	ck_assert_int_eq(with_mount("/data", "namefs", "/export/data"), 0);
	ck_assert_int_lt(with_mount("/data", "namefs", "relative"), 0);
	ck_assert_int_lt(with_mount("/data", "namefs", NULL), 0);
	ck_assert_int_lt(with_mount("data", "directory", NULL), 0);
	ck_assert_int_lt(with_mount("/../etc", "directory", NULL), 0);
	ck_assert_int_lt(with_mount("/a/../../etc", "directory", NULL), 0);
	ck_assert_int_lt(with_mount("/a//b", "directory", NULL), 0);
	ck_assert_int_lt(with_mount("/a/.", "directory", NULL), 0);
	ck_assert_int_lt(with_mount(NULL, "directory", NULL), 0);
	ck_assert_int_lt(with_mount("/data", "jfs9", "/dev/x"), 0);
}
END_TEST

static Suite *plan_suite(void)
{
	Suite *suite = suite_create("mount_plan");
	TCase *tc = tcase_create("plan");

	tcase_add_test(tc, system_wpar_shares_only_usr_and_opt);
	tcase_add_test(tc, nfs_has_the_ids_of_the_server);
	tcase_add_test(tc, what_a_system_wpar_has_of_ours);
	tcase_add_test(tc, kernel_settings_are_sealed_and_shm_is_its_own);
	tcase_add_test(tc, versioned_makes_the_way_to_a_mount_point);
	tcase_add_test(tc, private_usr_is_its_own);
	tcase_add_test(tc, application_wpar_sees_all_and_writes_nothing);
	tcase_add_test(tc, whose_tree_is_the_global_one);
	tcase_add_test(tc, a_users_job_may_write);
	tcase_add_test(tc, mount_points_are_plain_paths);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(plan_suite)
