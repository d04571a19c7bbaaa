/* SPDX-License-Identifier: Apache-2.0 */
/* The text of image.data: see info.h. */
#include "wparctl/backup/info.h"

#include "lpard/common/contents.h"
#include "lpard/common/fs.h"
#include "lpard/common/now.h"
#include "lpard/common/os_release.h"
#include "wparctl/spec/level.h"
#include "wparctl/versioned/here.h"
#include "wparctl/versioned/image_data.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

/* NAME = value; what a value may not have is a question mark in it. */
static void put(struct par_buf *b, const char *name, const char *value, size_t most)
{
	par_buf_printf(b, "\t%s = \"", name);
	for (size_t i = 0; i < most && value[i]; i++) {
		const bool bad =
			value[i] < ' ' || value[i] > '~' || value[i] == '"' || value[i] == '\\';

		par_buf_putc(b, bad ? '?' : value[i]);
	}
	par_buf_puts(b, "\"\n");
}

/* One word, as OSID, OSLEVEL and ARCH must be. */
static void put_word(struct par_buf *b, const char *name, const char *value, size_t most)
{
	par_buf_printf(b, "\t%s = ", name);
	for (size_t i = 0; i < most && value[i]; i++) {
		const bool good = isalnum((unsigned char)value[i]) || strchr("._+~:-", value[i]);

		par_buf_putc(b, good ? value[i] : '_');
	}
	par_buf_putc(b, '\n');
}

static void put_u64(struct par_buf *b, const char *name, uint64_t value)
{
	par_buf_printf(b, "\t%s = %" PRIu64 "\n", name, value);
}

/* ---- What system it is ---- */

/* Of this LPAR, whose /usr a native WPAR has. */
static void put_lpar(struct par_buf *b, const struct wpar_here_facts *here)
{
	auto_buf release = { 0 };
	char name[64] = "", id[32] = "", level[WPAR_LEVEL_MAX] = "";

	if (par_fs_read("/etc/os-release", PAR_OS_RELEASE_MAX, &release) == 0) {
		par_os_release_value(release.data, "NAME", name, sizeof(name));
		par_os_release_value(release.data, "ID", id, sizeof(id));
	}
	put(b, "OSNAME", *name ? name : "Linux", 63);
	put_word(b, "OSID", *id ? id : "linux", 31);
	put_word(b, "OSLEVEL", wpar_level_here(level) ? level : "0", 31);
	put_word(b, "ARCH", here->uname.machine, 15);
	put(b, "KERNEL_RELEASE", here->uname.release, 63);
	put(b, "KERNEL_VERSION", here->uname.version, 63);
}

static void put_version(struct par_buf *b, const struct wpar_version *v)
{
	put(b, "OSNAME", v->os_name ? v->os_name : "", 63);
	put_word(b, "OSID", v->os_id ? v->os_id : "", 31);
	put_word(b, "OSLEVEL", v->os_level ? v->os_level : "", 31);
	put_word(b, "ARCH", v->architecture ? v->architecture : "", 15);
	if (v->kernel_release)
		put(b, "KERNEL_RELEASE", v->kernel_release, 63);
	if (v->kernel_version)
		put(b, "KERNEL_VERSION", v->kernel_version, 63);
}

static void put_image(struct par_buf *b, const struct wpar_spec *s,
		      const struct wpar_backup_facts *f, const struct wpar_here_facts *here,
		      const char *now)
{
	par_buf_puts(b, "image_data:\n\tFORMAT = 1\n");
	if (s->version.image_digest)
		put_version(b, &s->version);
	else
		put_lpar(b, here);
	put_u64(b, "PAGE_SIZE", here->here.page_size);
	put_u64(b, "SIZE_KB", (f->bytes + 1023) / 1024);
	put(b, "HOST", s->hostname ? s->hostname : s->name, 63);
	put(b, "CREATED", now, 63);
}

/* ---- Its file systems ---- */

/* What it may hold, and what is used of it, in blocks of 512 bytes. */
static void put_file_system(struct par_buf *b, const struct wpar_spec *s, const char *directory,
			    uint64_t used)
{
	const struct wpar_mount *m = wpar_spec_mount(s, directory);
	autofree char *path = par_strdup_printf("%s%s", s->directory,
						strcmp(directory, "/") == 0 ? "" : directory);
	uint64_t size = m ? wpar_mount_size_mib(s, m) * 2048 : 0;
	const uint64_t blocks = (used + 511) / 512;

	par_buf_puts(b, "\nfs_data:\n");
	put(b, "FS_NAME", directory, 254);
	put(b, "FS_LV", path ? path : "", 63);
	put_word(b, "FS_TYPE", m && m->vfs ? m->vfs : "directory", 31);
	put_u64(b, "FS_SIZE", size > blocks ? size : blocks);
	put_u64(b, "FS_MIN_SIZE", blocks);
}

static void put_packages(struct par_buf *b, const struct par_strv *packages)
{
	if (!packages || packages->n == 0)
		return;
	par_buf_puts(b, "\npackages_data:\n\tMANAGER = dpkg\n");
	for (size_t i = 0; i < packages->n; i++)
		put(b, "PACKAGE", packages->v[i], 511);
}

/* ---- The backup ---- */

static void put_backup(struct par_buf *b, const struct wpar_spec *s,
		       const struct wpar_backup_facts *f, const struct wpar_here_facts *here,
		       const char *now)
{
	par_buf_puts(b, "\nwpar_data:\n");
	put(b, "NAME", s->name, WPAR_NAME_MAX);
	put_word(b, "TYPE", s->version.image_digest ? "L" : "S", 1);
	par_buf_printf(b, "\tSTATE = %c\n", f->state);
	put(b, "CREATED", now, 63);
	put(b, "HOST", here->uname.nodename, 63);
	put(b, "PRODUCT", PAR_VERSION, 63);
	put_word(b, "CONSISTENCY", f->consistency, 15);
	put_word(b, "NFS", f->servers ? "yes" : "no", 3);
	put_word(b, "ATTRIBUTES", f->no_attributes ? "no" : "yes", 3);
	put_u64(b, "CHECKSUMS", PAR_CONTENTS_EXTENTS);
	if (f->most_members)
		put_u64(b, "MEMBERS_MAX", f->most_members);
	if (f->most_bytes)
		put_u64(b, "BYTES_MAX", f->most_bytes);
}

static int end(const struct par_buf *b, struct par_error **err)
{
	return b->failed ? par_oom(err) : 0;
}

int wpar_info_make(const struct wpar_spec *s, const struct wpar_backup_facts *f,
		   struct par_buf *ret, struct par_error **err)
{
	struct wpar_here_facts here;
	char now[PAR_UTC_SIZE];

	wpar_here_get(&here);
	par_utc_text((int64_t)(par_wall_ms() / 1000), now);
	put_image(ret, s, f, &here, now);
	for (size_t i = 0; i < f->own->n; i++)
		put_file_system(ret, s, f->own->v[i], f->used[i]);
	put_packages(ret, f->packages);
	put_backup(ret, s, f, &here, now);
	return end(ret, err);
}

static bool is_attribute(const char *line, const char *name)
{
	const size_t n = strlen(name);

	line += strspn(line, " \t");
	return strncmp(line, name, n) == 0 && line[n + strspn(line + n, " \t")] == '=';
}

/* Its own lines, with the size as it is now, and no stanza of another backup. */
static int copy_lines(const struct wpar_backup_facts *f, char *text, struct par_buf *ret)
{
	enum { OTHER, IMAGE, BACKUP } stanza = OTHER;

	for (char *line; (line = strsep(&text, "\n"));) {
		const size_t len = strlen(line);

		if (len && line[len - 1] == ':' && !strchr(line, '='))
			stanza = strstr(line, "wpar_data:")    ? BACKUP
				 : strstr(line, "image_data:") ? IMAGE
							       : OTHER;
		if (stanza == BACKUP || (stanza == IMAGE && is_attribute(line, "SIZE_KB")))
			continue;
		if (text || *line)
			par_buf_printf(ret, "%s\n", line);
		if (strstr(line, "image_data:") && stanza == IMAGE)
			put_u64(ret, "SIZE_KB", (f->bytes + 1023) / 1024);
	}
	return ret->failed ? -ENOMEM : 0;
}

int wpar_info_complete(const struct wpar_spec *s, const struct wpar_backup_facts *f,
		       const char *text, struct par_buf *ret, struct par_error **err)
{
	auto_image_data data = { 0 };
	struct wpar_here_facts here;
	char now[PAR_UTC_SIZE];
	autofree char *copy = strdup(text);
	int r = wpar_image_data_parse(text, strlen(text), &data, err);

	if (r < 0)
		return par_error_wrap(err, "/tmp/wpardata/%s/image.data, which -i makes anew",
				      s->name),
		       r;
	if (!copy || copy_lines(f, copy, ret) < 0)
		return par_oom(err);
	wpar_here_get(&here);
	par_utc_text((int64_t)(par_wall_ms() / 1000), now);
	put_backup(ret, s, f, &here, now);
	return end(ret, err);
}
