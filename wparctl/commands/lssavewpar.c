/* SPDX-License-Identifier: Apache-2.0 */
/* lssavewpar: what is in a backup of a WPAR, and whether it is whole. */
#include "wparctl/backup/fill.h"
#include "wparctl/backup/signature.h"
#include "wparctl/commands/commands.h"
#include "wparctl/commands/image_tables.h"
#include "wparctl/operations/operation.h"
#include "wparctl/operations/refused.h"
#include "wparctl/versioned/compat.h"

#include "lpard/common/fs.h"

#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAX_END 1024 /* bytes of the end of the checksums, in which the sums are */

struct lssavewpar_args {
	const char *blocks, *file, *allowed_signers;
	bool check_blocks, colon, debug, info, packages, namefs, servers, verify, json;
};

static const struct par_opt opts[] = {
	OPT_FLAG_REFUSED('a', struct lssavewpar_args, check_blocks,
			 "a backup is read as it comes, whatever blocks its tape has"),
	OPT_STR('b', NULL, "BLOCKS", struct lssavewpar_args, blocks, NULL,
		.refused = "a backup is read as it comes; a tape that needs a size of blocks is "
			   "read by dd, into -f -"),
	OPT_FLAG('c', NULL, struct lssavewpar_args, colon, "Separated by colons"),
	OPT_FLAG('D', NULL, struct lssavewpar_args, debug, "Show how far it is"),
	OPT_STR('f', NULL, "FILE", struct lssavewpar_args, file,
		"The backup; -: the standard input (default: /dev/rmt0)", .values = "@files"),
	OPT_FLAG('l', NULL, struct lssavewpar_args, info,
		 "What it is of, when it was made, its file systems, and whether it is whole"),
	OPT_FLAG('L', NULL, struct lssavewpar_args, packages, "The packages that were installed"),
	OPT_FLAG('M', NULL, struct lssavewpar_args, namefs,
		 "The writable namefs of its specification, whose files are not in it"),
	OPT_FLAG('N', NULL, struct lssavewpar_args, servers,
		 "The file systems of its specification that lie on servers"),
	OPT_FLAG('V', NULL, struct lssavewpar_args, verify,
		 "Read all of it: it is whole, each file is what its checksum says, and one of "
		 "--allowed-signers has signed it"),
	OPT_STR(0, "allowed-signers", "FILE", struct lssavewpar_args, allowed_signers,
		"With -V, who must have signed it, one of them (default: "
		"/etc/wpars/allowed_signers, if it is there)",
		.values = "@files"),
	OPT_FLAG(0, "json", struct lssavewpar_args, json, "All that -l says, as JSON"),
	{ 0 },
};

/* All that is known of the backup. */
struct backup {
	const struct lssavewpar_args *args;
	struct wpar_table table;
	struct wpar_backup_source source;
	struct wpar_backup_head head, end;
	struct wpar_image_data data;
	struct wpar_spec spec;
	bool whole;
	char *why; /* it is not */
	uint64_t members, bytes, frozen_ms;
};

static void backup_done(struct backup *b)
{
	wpar_backup_source_close(&b->source);
	wpar_backup_head_done(&b->head);
	wpar_backup_head_done(&b->end);
	wpar_image_data_done(&b->data);
	wpar_spec_done(&b->spec);
	free(b->why);
}

/* ---- Reading ---- */

static int read_head(struct backup *b, struct par_error **err)
{
	int r = wpar_backup_read_head(&b->source, &b->head, err);

	if (r < 0)
		return r;
	r = wpar_image_data_parse(b->head.data.data, b->head.data.len, &b->data, err);
	if (r < 0)
		return r;
	return wpar_spec_parse(b->head.spec.data, b->head.spec.len, &b->spec, err);
}

/* A line of the sums at the end; 0 when it is not there, for the list was checked already. */
static uint64_t sum_of(const char *text, const char *name)
{
	const char *line = strstr(text, name);
	uint64_t n = 0;

	if (line)
		sscanf(line + strlen(name), "%" SCNu64, &n);
	return n;
}

static void read_sums(struct backup *b, int checksums)
{
	const off_t size = lseek(checksums, 0, SEEK_END);
	char text[MAX_END + 1];
	ssize_t n = pread(checksums, text, MAX_END, size > MAX_END ? size - MAX_END : 0);

	text[n > 0 ? n : 0] = '\0';
	b->frozen_ms = sum_of(text, "\nfrozen ");
	b->members = sum_of(text, "\nmembers ");
	b->bytes = sum_of(text, "\nbytes ");
}

/* One that is not whole is shown, too. */
static int read_all(struct backup *b, struct par_error **err)
{
	autofd int checksums = memfd_create("checksums", MFD_CLOEXEC);
	const struct wpar_backup_reading rd = { .mode = "check",
						.folder = -1,
						.progress = b->args->debug,
						.checksums = checksums,
						.head = &b->head };
	auto_error why = NULL;

	if (checksums < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not make a file in memory");
	b->whole = wpar_backup_read(&b->source, &rd, &b->end, &why) == 0;
	if (b->whole) {
		read_sums(b, checksums);
		return 0;
	}
	b->why = strdup(why ? why->msg : "it cannot be read");
	return b->why ? 0 : par_oom(err);
}

/* ---- Showing ---- */

static int list_members(struct backup *b, struct par_error **err)
{
	auto_scan scan = { 0 };
	int r;

	if (!b->source.seeks)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"-f: names are listed of a file only; tar -t lists those of the "
				"backup %s",
				b->source.name);
	/* Of another archive that has names, too, it is not said. */
	r = wpar_backup_read_head(&b->source, &b->head, err);
	return r < 0 ? r
		     : wpar_scan(b->source.name, &b->source.fd, 0, wpar_table_member, &b->table,
				 &scan, err);
}

static const char *volume_group(const struct backup *b)
{
	return b->spec.vg ? b->spec.vg : "rootvg";
}

static void print_system(const struct backup *b)
{
	wpar_table_system(&b->table, &b->data, volume_group(b), b->data.wpar.created,
			  b->data.size_kib / 1024);
	fprintf(b->table.out, "WPAR NAME:              %s\n", wpar_or_dash(b->data.wpar.name));
	fprintf(b->table.out, "WPAR TYPE:              %s\n", wpar_or_dash(b->data.wpar.type));
	fprintf(b->table.out, "SAVED ON:               %s\n", wpar_or_dash(b->data.wpar.host));
	fprintf(b->table.out, "CONSISTENCY:            %s", wpar_or_dash(b->data.wpar.consistency));
	if (b->whole && b->frozen_ms)
		fprintf(b->table.out, " (%" PRIu64 " ms)", b->frozen_ms);
	fprintf(b->table.out, "\nSIGNED:                 %s\n",
		b->end.signature.len ? "yes" : "no");
	fprintf(b->table.out, "WHOLE:                  %s\n", b->whole ? "yes" : "no");
	if (!b->whole)
		fprintf(b->table.out, "                        %s\n", b->why);
}

static int print_packages(const struct backup *b, struct par_error **err)
{
	if (!b->data.package_manager)
		return par_fail(err, PAR_E_NOT_FOUND, 0, "The backup %s has no list of packages.",
				b->source.name);
	wpar_table_packages(&b->table, &b->data);
	return 0;
}

/* -M, -N: of the specification */
static void print_mounts(const struct backup *b, bool servers)
{
	fputs(b->table.colon
		      ? "#MountPoint:Device:Node\n"
		      : "MOUNT POINT                    DEVICE                         NODE\n",
	      b->table.out);
	for (size_t i = 0; i < b->spec.n_mounts; i++) {
		const struct wpar_mount *m = &b->spec.mounts[i];
		const bool namefs =
			par_streq(m->vfs, "namefs") && !wpar_mount_has_option(m->options, "ro");

		if (servers ? !wpar_mount_is_nfs(m) : !namefs)
			continue;
		fprintf(b->table.out, b->table.colon ? "%s:%s:%s\n" : "%-30s %-30s %s\n",
			m->directory, wpar_or_dash(m->device), m->host ? m->host : "");
	}
}

static void print_json(const struct backup *b)
{
	const struct wpar_version *v = &b->data.version;
	struct json_object *o = par_check_alloc(json_object_new_object());

	par_json_put_string(o, "name", wpar_or_dash(b->data.wpar.name));
	par_json_put_string(o, "type", wpar_or_dash(b->data.wpar.type));
	par_json_put_string(o, "state", wpar_or_dash(b->data.wpar.state));
	par_json_put_string(o, "created", wpar_or_dash(b->data.wpar.created));
	par_json_put_string(o, "host", wpar_or_dash(b->data.wpar.host));
	par_json_put_string(o, "consistency", wpar_or_dash(b->data.wpar.consistency));
	par_json_put(o, "frozen_ms", json_object_new_uint64(b->frozen_ms));
	par_json_put_string(o, "os_name", wpar_or_dash(v->os_name));
	par_json_put_string(o, "os_level", wpar_or_dash(v->os_level));
	par_json_put_string(o, "architecture", wpar_or_dash(v->architecture));
	par_json_put(o, "size_kb", json_object_new_uint64(b->data.size_kib));
	par_json_put(o, "members", json_object_new_uint64(b->members));
	par_json_put(o, "bytes", json_object_new_uint64(b->bytes));
	par_json_put(o, "file_systems", wpar_json_file_systems(&b->data));
	par_json_put(o, "signed", json_object_new_boolean(b->end.signature.len > 0));
	par_json_put(o, "whole", json_object_new_boolean(b->whole));
	if (!b->whole)
		par_json_put_string(o, "remark", b->why);
	par_json_print(b->table.out, o);
	json_object_put(o);
}

/* ---- The command ---- */

static int verify(struct backup *b, struct par_error **err)
{
	autofree char *signers = NULL;
	struct wpar_backup_fill f = { .source = &b->source, .progress = b->args->debug };
	int r = wpar_allowed_signers(b->args->allowed_signers, &signers, err);

	if (r < 0)
		return r;
	f.allowed_signers = signers;
	r = wpar_backup_verify(&f, err);
	if (r == 0 && f.signer)
		wpar_say_line(b->table.out, "The backup is signed by %s.", f.signer);
	if (r == 0)
		wpar_say_line(b->table.out, "The backup %s is whole.", b->source.name);
	free(f.signer);
	return r;
}

static int show(struct backup *b, struct par_error **err)
{
	const struct lssavewpar_args *a = b->args;
	int r = read_head(b, err);

	if (r < 0)
		return r;
	if (a->packages && !a->json)
		return print_packages(b, err);
	if ((a->namefs || a->servers) && !a->json) {
		print_mounts(b, a->servers);
		return 0;
	}
	r = read_all(b, err);
	if (r < 0)
		return r;
	if (a->json) {
		print_json(b);
		return 0;
	}
	if (!b->table.colon)
		print_system(b);
	wpar_table_file_systems(&b->table, &b->data, volume_group(b));
	return 0;
}

static int check_args(const struct lssavewpar_args *a, struct par_error **err)
{
	const bool shown = a->info || a->packages || a->namefs || a->servers;
	const struct wpar_option_pair pairs[] = {
		{ a->verify, a->colon, "-V and -c" },	   { a->json, a->colon, "--json and -c" },
		{ a->json, a->packages, "--json and -L" }, { a->json, a->namefs, "--json and -M" },
		{ a->json, a->servers, "--json and -N" },  { a->json, a->verify, "--json and -V" },
	};
	int r = wpar_refuse_options(opts, a, err);

	if (r < 0)
		return r;
	r = wpar_refuse_pairs(pairs, PAR_ARRAY_SIZE(pairs), err);
	if (r < 0)
		return r;
	if (a->verify + a->info + a->packages + a->namefs + a->servers > 1)
		return par_fail(err, PAR_E_USAGE, 0,
				"-l, -L, -M, -N and -V cannot be used together");
	if (a->allowed_signers && !a->verify)
		return par_fail(err, PAR_E_USAGE, 0,
				"--allowed-signers is looked at with -V, which verifies a backup");
	if (a->debug && !a->verify && !a->info && !a->json)
		return par_fail(err, PAR_E_USAGE, 0,
				"-D shows how far -l, -V and --json are, which read all of a "
				"backup%s",
				shown ? "; what is asked for is at its beginning" : "");
	return 0;
}

static int list_or_show(struct backup *b, struct par_error **err)
{
	const struct lssavewpar_args *a = b->args;
	int r = wpar_backup_source_open(a->file, &b->source, err);

	if (r < 0)
		return r;
	if (a->verify)
		return verify(b, err);
	return a->info || a->packages || a->namefs || a->servers || a->json ? show(b, err)
									    : list_members(b, err);
}

static int lssavewpar_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct lssavewpar_args *a = args;
	struct backup b = { .args = a,
			    .table = { ctx->out, a->colon },
			    .source = WPAR_BACKUP_SOURCE_NONE };
	int r = check_args(a, err);

	if (r < 0)
		return r;
	r = list_or_show(&b, err);
	backup_done(&b);
	return r;
}

const struct par_cmd wpar_cmd_lssavewpar = {
	.name = "lssavewpar",
	.synopsis = "",
	.summary = "Show what is in a backup of a workload partition, and whether it is whole",
	.family = PAR_FAMILY_AIX,
	.opts = opts,
	.args_size = sizeof(struct lssavewpar_args),
	.run = lssavewpar_run,
};
