/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mkwpar: define a system WPAR and make its file systems.
 *
 * The specification is saved first, marked `creating`; when everything is there the mark is taken
 * off.  A failure undoes all.  After a kill in the middle the mark tells: lswpar shows B, the
 * same mkwpar begins anew, and rmwpar removes what is there.
 */
#include "wparctl/commands/commands.h"
#include "wparctl/commands/common.h"
#include "wparctl/filesystem/rootfs.h"
#include "wparctl/spec/keys.h"
#include "wparctl/versioned/versioned.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

struct mkwpar_args {
	struct cmd_settings settings;
	struct par_opt_value preserve;
	struct par_groups image_flags, copy_flags;
	const char *directory, *vg, *backup, *devexports, *secfile;
	bool autostart, versioned, private_usr, resolver, start, verbose, dry_run, progress;
	bool resolve_clashes, force, ask_password, keep_script, system_copy, override_vg;
};

static const struct par_opt opts[] = {
	CMD_SETTINGS_OPTS,
	OPT_FLAG('a', NULL, struct mkwpar_args, resolve_clashes,
		 "Choose another base directory when it clashes"),
	OPT_FLAG('A', NULL, struct mkwpar_args, autostart, "Start it whenever the system starts"),
	OPT_STR('b', NULL, "FILE", struct mkwpar_args, devexports, NULL),
	OPT_STR('B', NULL, "IMAGE", struct mkwpar_args, backup,
		"Fill it from IMAGE (with -C: the system image of a versioned WPAR)",
		.values = "@files"),
	OPT_FLAG('C', NULL, struct mkwpar_args, versioned, "Make a versioned WPAR (needs -B)"),
	OPT_STR('d', NULL, "DIRECTORY", struct mkwpar_args, directory,
		"Base directory (default: /wpars/NAME)"),
	OPT_STR('E', NULL, "DIRECTORY", struct mkwpar_args, secfile, NULL),
	OPT_FLAG('F', NULL, struct mkwpar_args, force, NULL),
	OPT_STR('g', NULL, "VG", struct mkwpar_args, vg, "Volume group to note"),
	OPT_FLAG('k', NULL, struct mkwpar_args, keep_script, NULL),
	OPT_FLAG('l', NULL, struct mkwpar_args, private_usr,
		 "Give it /usr and /opt of its own, copies of the LPAR's"),
	OPT_PAIRS('L', NULL, "image_data=FILE…", struct mkwpar_args, image_flags, NULL),
	OPT_FLAG('O', NULL, struct mkwpar_args, override_vg, NULL),
	OPT_STR_OPTIONAL('p', NULL, "NAME", struct mkwpar_args, preserve,
			 "Use the file systems that rmwpar -p has kept"),
	OPT_FLAG('P', NULL, struct mkwpar_args, ask_password, NULL),
	OPT_FLAG('r', NULL, struct mkwpar_args, resolver,
		 "Copy the name resolution files of the global environment"),
	OPT_FLAG('s', NULL, struct mkwpar_args, start, "Start it when it is made"),
	OPT_FLAG('t', NULL, struct mkwpar_args, system_copy, NULL),
	OPT_PAIRS('T', NULL, "preserve_private=…", struct mkwpar_args, copy_flags, NULL),
	OPT_FLAG('v', NULL, struct mkwpar_args, verbose, "Show each step"),
	OPT_FLAG(0, "dry-run", struct mkwpar_args, dry_run,
		 "Show the specification and make nothing"),
	OPT_FLAG(0, "progress", struct mkwpar_args, progress, "Show how far an image is unpacked"),
	{ 0 }
};

/* Flags of AIX that nothing here does yet: said, never ignored. */
static int refuse_unsupported(const struct mkwpar_args *a, struct par_error **err)
{
	const struct {
		bool given;
		const char *flag;
	} unsupported[] = {
		{ a->devexports, "-b" },
		{ a->secfile, "-E" },
		{ a->force, "-F" },
		{ a->keep_script, "-k" },
		{ a->image_flags.n, "-L" },
		{ a->override_vg, "-O" },
		{ a->ask_password, "-P" },
		{ a->system_copy, "-t" },
		{ a->copy_flags.n, "-T" },
		{ a->backup && !a->versioned, "-B without -C" },
		{ a->resolver && a->versioned, "-r with -C" },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(unsupported); i++) {
		if (unsupported[i].given)
			return par_fail(err, PAR_E_NOT_SUPPORTED, 0, "%s is not supported yet",
					unsupported[i].flag);
	}
	if (a->versioned && !a->backup)
		return par_fail(err, PAR_E_USAGE, 0, "-C needs the system image: -B IMAGE");
	if (a->versioned && a->preserve.given)
		return par_fail(err, PAR_E_USAGE, 0, "-C and -p cannot be used together");
	return 0;
}

static int build_spec(const struct mkwpar_args *a, struct wpar_spec *s, struct par_error **err)
{
	int r = cmd_settings_apply(&a->settings, s, err);

	if (r == 0 && a->preserve.value && !s->name)
		r = wpar_key_set(wpar_key_find(WPAR_STANZA_GENERAL, "name"), s, a->preserve.value,
				 err);
	if (r == 0 && a->directory)
		r = wpar_key_set(wpar_key_find(WPAR_STANZA_GENERAL, "directory"), s, a->directory,
				 err);
	if (r == 0 && a->vg)
		r = wpar_key_set(wpar_key_find(WPAR_STANZA_GENERAL, "vg"), s, a->vg, err);
	if (r < 0)
		return r;
	s->autostart |= a->autostart;
	s->private_usr |= a->private_usr;
	if (!s->name && a->settings.write_only)
		return 0;
	if (!s->name)
		return par_fail(err, PAR_E_USAGE, 0, "the name is missing: -n NAME");
	if (s->type != WPAR_SYSTEM)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"application workload partitions are made by wparexec");
	return 0;
}

/* 1 when there is something in it, 0 when it is empty or not there. */
static int folder_in_use(const char *directory, struct par_error **err)
{
	autofree char *path = wpar_path("%s", directory);
	DIR *dir = path ? opendir(path) : NULL;
	struct dirent *e;
	int used = 0;

	if (!dir && path && errno == ENOENT)
		return 0;
	if (!dir)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"The base directory %s is not usable: %s.", directory,
				strerror(errno));
	while (!used && (e = readdir(dir)))
		used = strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
	closedir(dir);
	return used;
}

/* Empty it must be, unless its content is to be kept (-p); -a looks for a free one. */
static int check_folder(const struct mkwpar_args *a, struct wpar_spec *s, struct par_error **err)
{
	int r = folder_in_use(s->directory, err);

	if (r < 0)
		return r;
	if (a->preserve.given)
		return r ? 0
			 : par_fail(err, PAR_E_NOT_FOUND, 0,
				    "There are no preserved file systems in %s.", s->directory);
	for (unsigned int n = 1; r > 0 && a->resolve_clashes && n < 1000; n++) {
		autofree char *other = par_strdup_printf(WPAR_BASE_DIR "/%s_%u", s->name, n);

		if (!other)
			return par_oom(err);
		r = folder_in_use(other, err);
		if (r == 0 && cmd_set(&s->directory, other, err) < 0)
			return -ENOMEM;
	}
	if (r > 0)
		return par_fail(err, PAR_E_EXISTS, 0, "The base directory %s is not empty.",
				s->directory);
	return r;
}

/* What a killed mkwpar of the same name has left. */
static int clear_remains(const char *name, struct par_error **err)
{
	auto_spec old = { 0 };
	auto_error why = NULL;
	int r = wpar_spec_load(name, &old, &why);

	if (r < 0 && why && why->id == PAR_E_NOT_FOUND)
		return 0;
	if (r < 0) {
		par_error_move(err, &why);
		return r;
	}
	if (!old.creating)
		return par_fail(err, PAR_E_EXISTS, 0,
				"A workload partition called %s already exists.", name);
	return cmd_remove(&old, false, false, err);
}

/* One small file of the global environment into the WPAR, beneath its root whatever lies there. */
static int copy_into(int root, const char *path, struct par_error **err)
{
	autofree char *from = wpar_path("/%s", path);
	autofd int in = from ? open(from, O_RDONLY | O_CLOEXEC) : -1;
	autofd int etc = -1, out = -1;
	char chunk[8192];
	ssize_t n;

	if (in < 0)
		return 0; /* ignoring: the global environment has none */
	etc = openat(root, "etc", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (etc >= 0) {
		unlinkat(etc, path + strlen("etc/"), 0);
		out = openat(etc, path + strlen("etc/"),
			     O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	}
	if (out < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not create /%s in it", path);
	while ((n = read(in, chunk, sizeof(chunk))) > 0) {
		if (write(out, chunk, (size_t)n) != n)
			return par_fail(err, PAR_E_SYSTEM, errno, "could not write /%s in it",
					path);
	}
	return 0;
}

static int copy_resolver(const struct wpar_spec *s, struct par_error **err)
{
	static const char *const files[] = { "etc/resolv.conf", "etc/hosts", "etc/nsswitch.conf",
					     "etc/networks" };
	autofree char *path = wpar_path("%s", s->directory);
	autofd int root = path ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	int r = 0;

	if (root < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not open '%s'", s->directory);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(files) && r == 0; i++)
		r = copy_into(root, files[i], err);
	return r;
}

/* With the specification saved as being created: all that can fail and is undone. */
static int make(const struct mkwpar_args *a, struct wpar_spec *s, struct cmd_say *say,
		struct par_error **err)
{
	struct wpar_report report = cmd_report(say);
	int r = 0;

	if (a->versioned) {
		r = wpar_image_take(a->backup, a->progress, &s->version, err);
		if (r == 0)
			r = wpar_spec_defaults(s, err);
		/* From here on the image is known to be in use. */
		if (r == 0)
			r = wpar_spec_save(s, err);
	}
	if (r < 0)
		return r;
	cmd_say_line(say->out, "Mounting all workload partition file systems.");
	if (!a->preserve.given)
		r = wpar_rootfs_create(s, &report, err);
	if (r == 0 && a->resolver)
		r = copy_resolver(s, err);
	if (r < 0)
		return r;
	s->creating = false;
	return wpar_spec_save(s, err);
}

static void say_made(const struct wpar_spec *s, const struct mkwpar_args *a, FILE *out)
{
	cmd_say_line(out, "syncroot: Returns Status = SUCCESS");
	cmd_say_line(out, "Workload partition %s created successfully.", s->name);
	/* AIX breaks the line there. */
	if (!a->start)
		cmd_say_line(out,
			     "mkwpar: 0960-390 To start the workload partition, execute the "
			     "following as root: \nstartwpar [-v] %s",
			     s->name);
}

static int create(const struct par_cmd_ctx *ctx, const struct mkwpar_args *a, struct wpar_spec *s,
		  struct par_error **err)
{
	struct cmd_say say = { .out = ctx->out, .verbose = a->verbose };
	autofd int lock = -1;
	int r = cmd_need_root(err);

	if (r == 0)
		r = wpar_lock(s->name, &lock, err);
	if (r == 0)
		r = clear_remains(s->name, err);
	if (r == 0)
		r = check_folder(a, s, err);
	if (r == 0)
		r = cmd_claim(s, err);
	if (r < 0)
		return r;
	cmd_say_line(ctx->out, "mkwpar: Creating file systems...");
	r = make(a, s, &say, err);
	if (r < 0) {
		cmd_remove(s, a->preserve.given, true, NULL);
		return r;
	}
	say_made(s, a, ctx->out);
	return a->start ? cmd_start(s, &say, err) : 0;
}

static int mkwpar(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct mkwpar_args *a = args;
	auto_spec s = { 0 };
	int r = refuse_unsupported(a, err);

	if (r == 0)
		r = build_spec(a, &s, err);
	if (r == 0 && s.name && !a->versioned)
		r = wpar_spec_defaults(&s, err);
	if (r == 0 && s.name && a->versioned && !s.directory) {
		s.directory = wpar_default_directory(s.name);
		r = s.directory ? 0 : par_oom(err);
	}
	if (r == 0 && s.name)
		r = wpar_spec_check(&s, err);
	if (r == 0)
		r = cmd_settings_output(&a->settings, &s, a->dry_run, ctx->out, err);
	if (r != 0)
		return r < 0 ? r : 0;
	return create(ctx, a, &s, err);
}

const struct par_cmd cmd_mkwpar = {
	.name = "mkwpar",
	.synopsis = "",
	.summary = "Create a system workload partition",
	.family = PAR_FAMILY_AIX,
	.max_args = 0,
	.opts = opts,
	.args_size = sizeof(struct mkwpar_args),
	.run = mkwpar,
};
