/* SPDX-License-Identifier: Apache-2.0 */
/* lssavewpar: what is in a backup of a WPAR, and whether it is whole. */
#include "wparctl/backup/fill.h"
#include "wparctl/backup/output.h"
#include "wparctl/backup/signature.h"
#include "wparctl/commands/commands.h"
#include "wparctl/operations/operation.h"
#include "wparctl/operations/refused.h"
#include "wparctl/versioned/compat.h"

#include "lpard/common/fs.h"
#include "lpard/common/json.h"
#include "lpard/common/text.h"

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
	FILE *out;
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

static const char *or_dash(const char *s)
{
	return s && *s ? s : "-";
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

/* A name of the archive's: it may have any byte, and reaches a terminal. */
static void print_member(void *user, const struct wpar_scan_member *m)
{
	const struct backup *b = user;
	autofree char *name = strdup(m->name);

	if (!name)
		return;
	par_text_clean(name, strlen(name), PAR_TEXT_LINE);
	if (b->args->colon)
		fprintf(b->out, "%" PRIu64 ":./%s\n", m->size, strcmp(name, ".") == 0 ? "" : name);
	else
		fprintf(b->out, "%11" PRIu64 " ./%s\n", m->size,
			strcmp(name, ".") == 0 ? "" : name);
}

static int list_members(struct backup *b, struct par_error **err)
{
	const char *file = b->args->file ? b->args->file : WPAR_BACKUP_DEVICE;
	auto_scan scan = { 0 };

	if (strcmp(file, "-") == 0)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"-f -: names are listed of a file only; tar -t lists those of the "
				"standard input");
	return wpar_scan(file, NULL, 0, print_member, b, &scan, err);
}

static void print_file_systems(const struct backup *b)
{
	if (b->args->colon)
		fputs("#FileSystem:Type:SizeMB:UsedMB:MountPoint\n", b->out);
	else
		fprintf(b->out,
			"\n%s:\nFILE SYSTEM                    TYPE       SIZE (MB)  USED (MB)  MOUNT "
			"POINT\n",
			b->spec.vg ? b->spec.vg : "rootvg");
	for (size_t i = 0; i < b->data.n_file_systems; i++) {
		const struct wpar_image_file_system *f = &b->data.file_systems[i];

		fprintf(b->out,
			b->args->colon ? "%s:%s:%" PRIu64 ":%" PRIu64 ":%s\n"
				       : "%-30s %-10s %-10" PRIu64 " %-10" PRIu64 " %s\n",
			or_dash(f->device), or_dash(f->type), f->size / 2048, f->used / 2048,
			or_dash(f->name));
	}
}

static void print_system(const struct backup *b)
{
	const struct wpar_version *v = &b->data.version;
	uint64_t size = 0;

	for (size_t i = 0; i < b->data.n_file_systems; i++)
		size += b->data.file_systems[i].size / 2;
	fprintf(b->out, "VOLUME GROUP:           %s\n", b->spec.vg ? b->spec.vg : "rootvg");
	fprintf(b->out, "BACKUP DATE AND TIME:   %s\n", or_dash(b->data.wpar.created));
	fprintf(b->out, "UNAME INFO:             %s %s %s %s %s\n", or_dash(v->os_name),
		or_dash(b->data.host), or_dash(v->kernel_release), or_dash(v->kernel_version),
		or_dash(v->architecture));
	fprintf(b->out, "BACKUP OSLEVEL:         %s\n", or_dash(v->os_level));
	fprintf(b->out, "BACKUP SIZE (MB):       %" PRIu64 "\n", size / 1024);
	fprintf(b->out, "SHRINK SIZE (MB):       %" PRIu64 "\n", b->data.size_kib / 1024);
	fprintf(b->out, "WPAR NAME:              %s\n", or_dash(b->data.wpar.name));
	fprintf(b->out, "WPAR TYPE:              %s\n", or_dash(b->data.wpar.type));
	fprintf(b->out, "SAVED ON:               %s\n", or_dash(b->data.wpar.host));
	fprintf(b->out, "CONSISTENCY:            %s", or_dash(b->data.wpar.consistency));
	if (b->whole && b->frozen_ms)
		fprintf(b->out, " (%" PRIu64 " ms)", b->frozen_ms);
	fprintf(b->out, "\nSIGNED:                 %s\n", b->end.signature.len ? "yes" : "no");
	fprintf(b->out, "WHOLE:                  %s\n", b->whole ? "yes" : "no");
	if (!b->whole)
		fprintf(b->out, "                        %s\n", b->why);
}

static int print_packages(const struct backup *b, struct par_error **err)
{
	if (!b->data.package_manager)
		return par_fail(err, PAR_E_NOT_FOUND, 0, "The backup %s has no list of packages.",
				b->source.name);
	if (b->args->colon)
		fputs("#Fileset:Level:Architecture\n", b->out);
	else
		fprintf(b->out, "  %-42s %-28s %s\n", "Fileset", "Level", "Architecture");
	for (size_t i = 0; i < b->data.packages.n; i++) {
		char name[256] = "", level[256] = "", architecture[64] = "";

		sscanf(b->data.packages.v[i], "%255s %255s %63s", name, level, architecture);
		fprintf(b->out, b->args->colon ? "%s:%s:%s\n" : "  %-42s %-28s %s\n", name, level,
			architecture);
	}
	return 0;
}

/* -M, -N: of the specification */
static void print_mounts(const struct backup *b, bool servers)
{
	fputs(b->args->colon
		      ? "#MountPoint:Device:Node\n"
		      : "MOUNT POINT                    DEVICE                         NODE\n",
	      b->out);
	for (size_t i = 0; i < b->spec.n_mounts; i++) {
		const struct wpar_mount *m = &b->spec.mounts[i];
		const bool namefs =
			par_streq(m->vfs, "namefs") && !wpar_mount_has_option(m->options, "ro");

		if (servers ? !wpar_mount_is_nfs(m) : !namefs)
			continue;
		fprintf(b->out, b->args->colon ? "%s:%s:%s\n" : "%-30s %-30s %s\n", m->directory,
			or_dash(m->device), m->host ? m->host : "");
	}
}

static void print_json(const struct backup *b)
{
	const struct wpar_version *v = &b->data.version;
	struct json_object *o = par_check_alloc(json_object_new_object());
	struct json_object *list = par_check_alloc(json_object_new_array());

	par_json_put_string(o, "name", or_dash(b->data.wpar.name));
	par_json_put_string(o, "type", or_dash(b->data.wpar.type));
	par_json_put_string(o, "state", or_dash(b->data.wpar.state));
	par_json_put_string(o, "created", or_dash(b->data.wpar.created));
	par_json_put_string(o, "host", or_dash(b->data.wpar.host));
	par_json_put_string(o, "consistency", or_dash(b->data.wpar.consistency));
	par_json_put(o, "frozen_ms", json_object_new_uint64(b->frozen_ms));
	par_json_put_string(o, "os_name", or_dash(v->os_name));
	par_json_put_string(o, "os_level", or_dash(v->os_level));
	par_json_put_string(o, "architecture", or_dash(v->architecture));
	par_json_put(o, "size_kb", json_object_new_uint64(b->data.size_kib));
	par_json_put(o, "members", json_object_new_uint64(b->members));
	par_json_put(o, "bytes", json_object_new_uint64(b->bytes));
	for (size_t i = 0; i < b->data.n_file_systems; i++) {
		const struct wpar_image_file_system *f = &b->data.file_systems[i];
		struct json_object *one = par_check_alloc(json_object_new_object());

		par_json_put_string(one, "mountpoint", or_dash(f->name));
		par_json_put_string(one, "type", or_dash(f->type));
		par_json_put(one, "size_kb", json_object_new_uint64(f->size / 2));
		par_json_put(one, "used_kb", json_object_new_uint64(f->used / 2));
		json_object_array_add(list, one);
	}
	par_json_put(o, "file_systems", list);
	par_json_put(o, "signed", json_object_new_boolean(b->end.signature.len > 0));
	par_json_put(o, "whole", json_object_new_boolean(b->whole));
	if (!b->whole)
		par_json_put_string(o, "remark", b->why);
	par_json_print(b->out, o);
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
		wpar_say_line(b->out, "The backup is signed by %s.", f.signer);
	if (r == 0)
		wpar_say_line(b->out, "The backup %s is whole.", b->source.name);
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
	if (!a->colon)
		print_system(b);
	print_file_systems(b);
	return 0;
}

static int lssavewpar_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct lssavewpar_args *a = args;
	struct backup b = { .args = a, .out = ctx->out, .source = WPAR_BACKUP_SOURCE_NONE };
	int r = wpar_refuse_options(opts, a, err);

	if (r < 0)
		return r;
	if (a->info + a->packages + a->namefs + a->servers + a->verify > 1)
		return par_fail(err, PAR_E_USAGE, 0,
				"-l, -L, -M, -N and -V cannot be used together");
	if (!(a->info || a->packages || a->namefs || a->servers || a->verify || a->json))
		return list_members(&b, err);
	r = wpar_backup_source_open(a->file ? a->file : WPAR_BACKUP_DEVICE, &b.source, err);
	if (r < 0)
		return r;
	r = a->verify ? verify(&b, err) : show(&b, err);
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
