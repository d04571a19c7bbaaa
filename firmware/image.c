/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests of boot images: see image.h. */
#include "firmware/image.h"
#include "lpard/common/json.h"
#include "lpard/common/sha256.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define MANIFEST_MAX (64 * 1024)
#define TEXT_MAX     1024

static const struct {
	const char *key;
	const char *name;
} parts[FW_IMAGE_PARTS] = {
	[FW_IMAGE_KERNEL] = { "kernel", "kernel" },
	[FW_IMAGE_INITRD] = { "initrd", "initrd" },
	[FW_IMAGE_ROOT] = { "root", "root image" },
	[FW_IMAGE_MEDIA] = { "media", "media" },
};

const char *fw_image_part_name(enum fw_image_part part)
{
	return (unsigned int)part < FW_IMAGE_PARTS ? parts[part].name : "file";
}

void fw_image_done(struct fw_image *image)
{
	free(image->name);
	free(image->folder);
	free(image->suite);
	free(image->architecture);
	free(image->os_name);
	free(image->os_version);
	free(image->kernel_release);
	free(image->command_line);
	free(image->agent_version);
	for (size_t i = 0; i < FW_IMAGE_PARTS; i++)
		free(image->files[i].name);
	*image = (struct fw_image){ 0 };
}

/* Printable text of a member; absent is "" unless it is needed. */
static int get_text(struct json_object *o, const char *key, bool needed, char **ret,
		    struct par_error **err)
{
	const char *s = "";
	int r = par_json_string(o, key, needed, &s, err);

	if (r < 0)
		return r;
	if (strlen(s) > TEXT_MAX || !par_printable(s) || (needed && !*s))
		return par_fail(err, PAR_E_CORRUPT, 0, "\"%s\" is not a short text", key);
	*ret = strdup(s);
	return *ret ? 0 : par_oom(err);
}

static bool is_sha256(const char *s)
{
	return strlen(s) == 64 && strspn(s, "0123456789abcdef") == 64;
}

static int get_file(struct json_object *files, const char *key, struct fw_image_file *ret,
		    struct par_error **err)
{
	struct json_object *o = NULL;
	autofree char *sha = NULL;
	int r = par_json_object(files, key, false, &o, err);

	if (r < 0 || !o)
		return r;
	r = get_text(o, "file", true, &ret->name, err);
	if (r < 0)
		return r;
	r = get_text(o, "sha256", true, &sha, err);
	if (r < 0)
		return r;
	r = par_json_u64(o, "size", true, UINT64_C(1) << 50, &ret->size, err);
	if (r < 0)
		return r;
	if (strchr(ret->name, '/') || ret->name[0] == '.')
		return par_fail(err, PAR_E_CORRUPT, 0, "\"%s\" leads out of the folder", ret->name);
	if (!is_sha256(sha))
		return par_fail(err, PAR_E_CORRUPT, 0, "\"%s\" is no SHA-256", sha);
	memcpy(ret->sha256, sha, sizeof(ret->sha256));
	return 0;
}

static int read_members(struct json_object *o, struct fw_image *image, struct par_error **err)
{
	const struct {
		const char *key;
		bool needed;
		char **to;
	} texts[] = {
		{ "name", true, &image->name },
		{ "suite", false, &image->suite },
		{ "architecture", true, &image->architecture },
		{ "os_name", false, &image->os_name },
		{ "os_version", false, &image->os_version },
		{ "kernel_release", false, &image->kernel_release },
		{ "command_line", false, &image->command_line },
		{ "agent_version", false, &image->agent_version },
	};
	struct json_object *files = NULL;
	uint64_t page_size = 0, format = 0;
	int r = par_json_u64(o, "format", true, UINT32_MAX, &format, err);

	if (r < 0)
		return r;
	if (format != FW_IMAGE_FORMAT)
		return par_fail(err, PAR_E_CORRUPT, 0, "its format %llu is not %d",
				(unsigned long long)format, FW_IMAGE_FORMAT);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(texts); i++) {
		r = get_text(o, texts[i].key, texts[i].needed, texts[i].to, err);
		if (r < 0)
			return r;
	}
	r = par_json_u64(o, "page_size", false, 1 << 24, &page_size, err);
	if (r < 0)
		return r;
	r = par_json_object(o, "files", true, &files, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < FW_IMAGE_PARTS; i++) {
		r = get_file(files, parts[i].key, &image->files[i], err);
		if (r < 0)
			return r;
	}
	image->page_size = (uint32_t)page_size;
	if (!image->files[FW_IMAGE_KERNEL].name)
		return par_fail(err, PAR_E_CORRUPT, 0, "it names no kernel");
	return 0;
}

static int parse_manifest(const char *text, size_t len, struct fw_image *image,
			  struct par_error **err)
{
	auto_json o = NULL;
	int r = par_json_parse(text, len, &o, err);

	if (r < 0)
		return r;
	if (!json_object_is_type(o, json_type_object))
		return par_fail(err, PAR_E_CORRUPT, 0, "it is no object");
	return read_members(o, image, err);
}

int fw_image_parse(const char *text, size_t len, const char *folder, struct fw_image *ret,
		   struct par_error **err)
{
	auto_error why = NULL;
	auto_fw_image image = { 0 };
	int r;

	if (len > MANIFEST_MAX)
		return par_fail(err, PAR_E_CORRUPT, 0, "the manifest in \"%s\" is too long",
				folder);
	image.folder = strdup(folder);
	if (!image.folder)
		return par_oom(err);
	r = parse_manifest(text, len, &image, &why);
	if (r < 0)
		return par_fail(err, r == -ENOMEM ? PAR_E_NO_MEMORY : PAR_E_CORRUPT, 0,
				"the manifest of the image in \"%s\" is damaged: %s", folder,
				par_error_text(why));
	*ret = image;
	image = (struct fw_image){ 0 };
	return 0;
}

/* A regular file, and nothing that could block or give other bytes each time. */
static int open_regular(const char *path, struct stat *st, struct par_error **err)
{
	autofd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return par_fail(err, errno == ENOENT ? PAR_E_NOT_FOUND : PAR_E_SYSTEM, errno,
				errno == ENOENT ? "there is no \"%s\"" : "could not open \"%s\"",
				path);
	if (fstat(fd, st) < 0 || !S_ISREG(st->st_mode))
		return par_fail(err, PAR_E_CORRUPT, 0, "\"%s\" is not a file", path);
	return take_fd(&fd);
}

static int read_manifest(const char *path, struct par_buf *b, struct par_error **err)
{
	struct stat st;
	autofd int fd = open_regular(path, &st, err);
	char chunk[4096];
	ssize_t n;

	if (fd < 0)
		return fd;
	while (b->len <= MANIFEST_MAX && (n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0)
			return par_fail(err, PAR_E_SYSTEM, errno, "could not read \"%s\"", path);
		par_buf_put(b, chunk, (size_t)n);
	}
	return b->failed ? par_oom(err) : 0;
}

int fw_image_load(const char *folder, struct fw_image *ret, struct par_error **err)
{
	autofree char *path = par_strdup_printf("%s/image.json", folder);
	auto_buf b = { 0 };
	int r;

	if (!path)
		return par_oom(err);
	r = read_manifest(path, &b, err);
	if (r < 0)
		return r;
	return fw_image_parse(b.data ? b.data : "", b.len, folder, ret, err);
}

int fw_image_set_media(struct fw_image *image, const char *path, struct par_error **err)
{
	struct fw_image_file *f = &image->files[FW_IMAGE_MEDIA];
	struct stat st;
	autofd int fd = open_regular(path, &st, err);
	struct par_sha256 sha;
	char chunk[65536], *name;
	uint64_t size = 0;
	ssize_t n;

	if (fd < 0)
		return fd;
	par_sha256_init(&sha);
	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0)
			return par_fail(err, PAR_E_SYSTEM, errno, "could not read \"%s\"", path);
		par_sha256_put(&sha, chunk, (size_t)n);
		size += (uint64_t)n;
	}
	name = realpath(path, NULL);
	if (!name)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not find \"%s\"", path);
	free(f->name);
	f->name = name;
	f->size = size;
	par_sha256_finish(&sha, f->sha256);
	return 0;
}
