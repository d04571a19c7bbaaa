/* SPDX-License-Identifier: Apache-2.0 */
/* Files of images: see image_files.h.  The folders are foreign when they come back. */
#include "wparctl/checkpoint/image_files.h"

#include "lpard/common/fs.h"
#include "lpard/common/sha256.h"

#include <dirent.h>
#include <string.h>

/* One of the folders: 0 is that of the images, N that of round N. */
struct folder {
	const char *path; /* of the images */
	const struct wpar_ckpt_manifest *m;
	uint64_t number;
	char prefix[32]; /* "", "pre.2/" */
	int fd;
};

static void describe(struct folder *f)
{
	f->prefix[0] = '\0';
	if (f->number)
		snprintf(f->prefix, sizeof(f->prefix), WPAR_CKPT_ROUND "%llu/",
			 (unsigned long long)f->number);
}

/* What its link to the folder before must say; "": there is none. */
static void name_parent(const struct folder *f, char ret[48])
{
	const uint64_t before = f->number ? f->number - 1 : f->m->rounds;

	*ret = '\0';
	if (before)
		snprintf(ret, 48, "%s" WPAR_CKPT_ROUND "%llu", f->number ? "../" : "",
			 (unsigned long long)before);
}

static int digest_file(int fd, char ret[PAR_SHA256_TEXT])
{
	const size_t size = 256 << 10;
	autofree unsigned char *data = malloc(size);
	struct par_sha256 s;

	if (!data)
		return -ENOMEM;
	par_sha256_init(&s);
	for (;;) {
		ssize_t n = read(fd, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		par_sha256_put(&s, data, (size_t)n);
	}
	par_sha256_finish(&s, ret);
	return 0;
}

/* A file of the images; nothing else can be one. */
static int open_image(int folder, const char *name, struct stat *st)
{
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0)
		return -errno;
	if (fstat(fd, st) < 0 || !S_ISREG(st->st_mode)) {
		close(fd);
		return -EINVAL;
	}
	return fd;
}

/* The folders of rounds in that of the images, and the link to the one before. */
static bool is_frame(const struct folder *f, const char *name)
{
	uint64_t v;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return true;
	if (strcmp(name, WPAR_CKPT_PARENT) == 0) {
		char want[48];

		name_parent(f, want);
		return *want != '\0';
	}
	return f->number == 0 && par_starts_with(name, WPAR_CKPT_ROUND) &&
	       par_parse_u64(name + strlen(WPAR_CKPT_ROUND), f->m->rounds, &v) == 0 && v > 0;
}

static int add_file(const struct folder *f, const char *name, struct wpar_ckpt_manifest *m,
		    struct par_error **err)
{
	autofree char *full = par_strdup_printf("%s%s", f->prefix, name);
	char digest[PAR_SHA256_TEXT];
	struct stat st;
	autofd int fd = open_image(f->fd, name, &st);
	int r = fd < 0 ? fd : digest_file(fd, digest);

	if (!full)
		return par_oom(err);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "'%s/%s' cannot be read", f->path, full);
	return wpar_ckpt_add_file(m, full, (uint64_t)st.st_size, digest) < 0 ? par_oom(err) : 0;
}

static bool is_listed(const struct folder *f, const char *name)
{
	const size_t len = strlen(f->prefix);

	for (size_t i = 0; i < f->m->n_files; i++) {
		const char *listed = f->m->files[i].name;

		if (strncmp(listed, f->prefix, len) == 0 && strcmp(listed + len, name) == 0)
			return true;
	}
	return false;
}

/* The link, where there must be one, leads to the folder before and nowhere else. */
static int verify_parent(const struct folder *f, struct par_error **err)
{
	char want[48], is[48];
	ssize_t n;

	name_parent(f, want);
	if (!*want)
		return 0;
	n = readlinkat(f->fd, WPAR_CKPT_PARENT, is, sizeof(is) - 1);
	is[n > 0 ? n : 0] = '\0';
	return strcmp(want, is) == 0 ? 0
				     : par_fail(err, PAR_E_CORRUPT, 0,
						"'%s/%s" WPAR_CKPT_PARENT "' does not lead to '%s'",
						f->path, f->prefix, want);
}

/* criu would read one that was put there. */
static int verify_name(const struct folder *f, const char *name, struct par_error **err)
{
	if (is_frame(f, name) || is_listed(f, name))
		return 0;
	return par_fail(err, PAR_E_CORRUPT, 0, "'%s/%s%s' is no file of the checkpoint", f->path,
			f->prefix, name);
}

static int verify_file(const struct folder *f, const struct wpar_ckpt_file *file,
		       struct par_error **err)
{
	char digest[PAR_SHA256_TEXT] = "";
	struct stat st = { 0 };
	autofd int fd = open_image(f->fd, file->name + strlen(f->prefix), &st);
	int r = fd < 0 ? fd : digest_file(fd, digest);

	if (r == -ENOENT || r == -ELOOP || r == -EINVAL)
		return par_fail(err, PAR_E_CORRUPT, 0,
				"'%s/%s', a file of the checkpoint, is not there", f->path,
				file->name);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "'%s/%s' cannot be read", f->path,
				file->name);
	if ((uint64_t)st.st_size != file->size || strcmp(digest, file->sha256) != 0)
		return par_fail(err, PAR_E_CORRUPT, 0,
				"'%s/%s' is not as it was when the checkpoint was taken", f->path,
				file->name);
	return 0;
}

static int verify_files(const struct folder *f, struct par_error **err)
{
	for (size_t i = 0; i < f->m->n_files; i++) {
		const char *name = f->m->files[i].name;
		const bool here =
			*f->prefix ? par_starts_with(name, f->prefix) : !strchr(name, '/');
		int r = here ? verify_file(f, &f->m->files[i], err) : 0;

		if (r < 0)
			return r;
	}
	return verify_parent(f, err);
}

/* @m: gets the files; NULL: they are compared with f->m */
static int walk(const struct folder *f, struct wpar_ckpt_manifest *m, struct par_error **err)
{
	int list = openat(f->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = list < 0 ? NULL : fdopendir(list);
	struct dirent *e;
	int r = 0;

	if (!d) {
		if (list >= 0)
			close(list);
		return par_fail(err, PAR_E_SYSTEM, errno, "'%s/%s' cannot be read", f->path,
				f->prefix);
	}
	while (r == 0 && (e = readdir(d))) {
		if (m && !is_frame(f, e->d_name) && !is_listed(f, e->d_name))
			r = add_file(f, e->d_name, m, err);
		else if (!m)
			r = verify_name(f, e->d_name, err);
	}
	closedir(d);
	return r < 0 || m ? r : verify_files(f, err);
}

static int walk_all(int images, const char *path, const struct wpar_ckpt_manifest *m,
		    struct wpar_ckpt_manifest *add, struct par_error **err)
{
	struct folder f = { .path = path, .m = m };

	for (f.number = 0; f.number <= m->rounds; f.number++) {
		autofd int fd = -1;
		int r;

		describe(&f);
		fd = openat(images, f.number ? f.prefix : ".",
			    O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		if (fd < 0)
			return par_fail(err, add ? PAR_E_SYSTEM : PAR_E_CORRUPT, add ? errno : 0,
					"'%s/%s', of the checkpoint, is not there", path, f.prefix);
		f.fd = fd;
		r = walk(&f, add, err);
		if (r < 0)
			return r;
	}
	return 0;
}

int wpar_image_files_add(int images, const char *path, struct wpar_ckpt_manifest *m,
			 struct par_error **err)
{
	return walk_all(images, path, m, m, err);
}

int wpar_image_files_verify(int images, const char *path, const struct wpar_ckpt_manifest *m,
			    struct par_error **err)
{
	return walk_all(images, path, m, NULL, err);
}
