/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store of system images: /var/lib/wpars/images/SHA256/{image.data,root/}.
 *
 * An image is unpacked into a folder .new-XXXXXX by the helper and renamed to its digest when it
 * is whole, so a folder with a digest for a name is always complete.  Folders of helpers that were
 * killed are told by their lock (flock, held by the unpacking process) and removed by the next.
 * An image in use by a mkwpar that has not saved its specification yet is held by a shared lock.
 */
#include "wparctl/versioned/versioned.h"

#include "lpard/common/fs.h"
#include "wparctl/archive/unpack.h"
#include "wparctl/versioned/image_data.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#define NEW_PREFIX ".new-"

/* The image that this process holds for a WPAR it makes; released when it ends. */
static int held_image = -1;

static int open_store(char **ret_path, struct par_error **err)
{
	static const char *const parts[] = { "/var", "/var/lib", WPAR_STORE_DIR,
					     WPAR_STORE_DIR "/images" };
	autofd int fd = -1;

	for (size_t i = 0; i < PAR_ARRAY_SIZE(parts); i++) {
		autofree char *path = wpar_path("%s", parts[i]);

		if (!path)
			return par_oom(err);
		/* Set-user-id files of images are for WPARs: nobody else gets at them. */
		if (mkdir(path, i == PAR_ARRAY_SIZE(parts) - 1 ? 0700 : 0755) < 0 &&
		    errno != EEXIST)
			return par_fail(err, PAR_E_SYSTEM, errno, "could not create '%s'", path);
	}
	*ret_path = wpar_path(WPAR_STORE_DIR "/images");
	fd = *ret_path ? open(*ret_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (fd < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not open the image store");
	return take_fd(&fd);
}

/* What killed ones have left. */
static void clear_remains(int store)
{
	int copy = openat(store, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy >= 0 ? fdopendir(copy) : NULL;
	struct dirent *e;

	while (dir && (e = readdir(dir))) {
		autofd int fd = -1;

		if (!par_starts_with(e->d_name, NEW_PREFIX))
			continue;
		fd = openat(store, e->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0)
			continue;
		par_fs_remove_tree(store, e->d_name); /* ignoring: the next one tries again */
	}
	if (dir)
		closedir(dir);
}

static int hold(int store, const char *digest)
{
	autofd int fd = openat(store, digest, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_SH | LOCK_NB) < 0)
		return -errno;
	/* It may have been removed between open and lock. */
	if (faccessat(store, digest, F_OK, 0) < 0)
		return -errno;
	if (held_image >= 0)
		close(held_image);
	held_image = take_fd(&fd);
	return 0;
}

/* ARCHIVE.sha256: the digest, then anything (sha256sum's form).  NULL when there is none. */
static int read_expected(const char *archive, char ret[65], struct par_error **err)
{
	autofree char *path = par_strdup_printf("%s.sha256", archive);
	autofile FILE *f = path ? fopen(path, "re") : NULL;

	ret[0] = '\0';
	if (!f)
		return 0;
	if (fread(ret, 1, 64, f) != 64 || strspn(ret, "0123456789abcdef") < 64)
		return par_fail(err, PAR_E_CORRUPT, 0, "'%s' has no SHA-256 digest", path);
	ret[64] = '\0';
	return 0;
}

static int check_digest(const char *archive, const char *digest, const char *expected,
			struct par_error **err)
{
	if (*expected && strcmp(digest, expected) != 0)
		return par_fail(err, PAR_E_CORRUPT, 0,
				"The checksum of the image %s does not fit: it is %s and should be "
				"%s.",
				archive, digest, expected);
	return 0;
}

static int read_image_data(int folder, struct wpar_image_data *ret, const char *image,
			   struct par_error **err)
{
	autofd int fd =
		openat(folder, "image.data", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	autofree char *text = malloc(WPAR_IMAGE_DATA_MAX + 1);
	struct stat st;
	ssize_t n;

	*ret = (struct wpar_image_data){ 0 };
	if (!text)
		return par_oom(err);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return par_fail(err, PAR_E_CORRUPT, 0, "The image has no ./image.data.");
	n = read(fd, text, WPAR_IMAGE_DATA_MAX + 1);
	if (n < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not read image.data");
	n = wpar_image_data_parse(text, (size_t)n, ret, err);
	if (n < 0)
		par_error_wrap(err, "The image %s cannot be used", image);
	return (int)n;
}

/* The names that uname, Debian and Go give the same thing. */
static const char *canonical_architecture(const char *a)
{
	static const char *const same[][3] = {
		{ "x86_64", "amd64", "x86-64" },
		{ "ppc64le", "ppc64el", "powerpc64le" },
		{ "aarch64", "arm64", "aarch64" },
		{ "i686", "i386", "i586" },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(same); i++) {
		for (size_t j = 0; j < 3; j++) {
			if (strcmp(same[i][j], a) == 0)
				return same[i][0];
		}
	}
	return a;
}

static int check_machine(const struct wpar_image_data *d, struct par_error **err)
{
	struct utsname u;

	if (uname(&u) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not tell the architecture");
	if (strcmp(canonical_architecture(d->version.architecture),
		   canonical_architecture(u.machine)) != 0)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"The image is for the architecture %s, and this system is %s.",
				d->version.architecture, u.machine);
	return 0;
}

/* Unpack into @folder (name @name in the store), check it, give it its name. */
static int add(int store, int folder, const char *name, const char *archive, const char *expected,
	       bool progress, char digest[65], struct par_error **err)
{
	auto_image_data data = { 0 };
	int r;

	r = wpar_unpack(archive, folder, progress, digest, err);
	if (r == 0)
		r = check_digest(archive, digest, expected, err);
	if (r == 0)
		r = read_image_data(folder, &data, archive, err);
	if (r == 0)
		r = check_machine(&data, err);
	if (r < 0)
		return r;
	if (renameat(store, name, store, digest) < 0 && errno != EEXIST && errno != ENOTEMPTY)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not name the image in the store");
	if (fsync(store) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not write the image store");
	return 0;
}

static int add_new(int store, const char *path, const char *archive, const char *expected,
		   bool progress, char digest[65], struct par_error **err)
{
	autofree char *temp = par_strdup_printf("%s/" NEW_PREFIX "XXXXXX", path);
	autofd int folder = -1;
	int r;

	if (!temp)
		return par_oom(err);
	if (!mkdtemp(temp))
		return par_fail(err, PAR_E_SYSTEM, errno, "could not create a folder in the store");
	folder = open(temp, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (folder < 0 || flock(folder, LOCK_EX) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not open '%s'", temp);
	r = add(store, folder, temp + strlen(path) + 1, archive, expected, progress, digest, err);
	/* After a success it is there only when another process has added the same image. */
	if (r < 0 || access(temp, F_OK) == 0)
		par_fs_remove_tree(store, temp + strlen(path) + 1);
	return r;
}

static bool store_is_empty(int store)
{
	int copy = openat(store, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy >= 0 ? fdopendir(copy) : NULL;
	struct dirent *e;
	bool empty = true;

	while (dir && (e = readdir(dir)))
		empty &= e->d_name[0] == '.';
	if (dir)
		closedir(dir);
	return empty;
}

static int fill_version(int store, const char *digest, struct wpar_version *v,
			struct par_error **err)
{
	autofd int folder = openat(store, digest, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	auto_image_data data = { 0 };
	struct wpar_version old = *v;
	int r;

	if (folder < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "the image %s is not in the store",
				digest);
	r = read_image_data(folder, &data, digest, err);
	if (r < 0)
		return r;
	data.version.image_digest = strdup(digest);
	if (!data.version.image_digest)
		return par_oom(err);
	*v = data.version;
	data.version = old; /* freed with it */
	return 0;
}

int wpar_image_take(const char *archive, bool progress, struct wpar_version *version,
		    struct par_error **err)
{
	autofree char *path = NULL;
	autofd int store = open_store(&path, err);
	char expected[65], digest[65] = "";
	int r;

	if (store < 0)
		return store;
	clear_remains(store);
	r = read_expected(archive, expected, err);
	if (r == 0 && version->image_digest && !*expected)
		memcpy(expected, version->image_digest, 65);
	if (r == 0 && version->image_digest && strcmp(expected, version->image_digest) != 0)
		r = check_digest(archive, expected, version->image_digest, err);
	/* Only when there are others can it be here already: then it pays to read it first. */
	if (r == 0 && !store_is_empty(store)) {
		r = wpar_unpack(archive, -1, false, digest, err);
		if (r == 0)
			r = check_digest(archive, digest, expected, err);
	}
	if (r == 0 && (!*digest || hold(store, digest) < 0)) {
		r = add_new(store, path, archive, expected, progress, digest, err);
		if (r == 0 && hold(store, digest) < 0)
			r = par_fail(err, PAR_E_BUSY, 0,
				     "the image was removed while it was added");
	}
	return r < 0 ? r : fill_version(store, digest, version, err);
}

/* 1 when a specification names the image, 0 when none does. */
static int is_referred(const char *digest, struct par_error **err)
{
	auto_strv names = { 0 };
	int r = wpar_spec_list(&names, err);

	for (size_t i = 0; i < names.n && r == 0; i++) {
		auto_spec s = { 0 };

		/* One that cannot be read may refer to it: then it stays. */
		if (wpar_spec_load(names.v[i], &s, NULL) < 0 ||
		    par_streq(s.version.image_digest, digest))
			r = 1;
	}
	return r;
}

int wpar_image_release(const char *digest, struct par_error **err)
{
	autofree char *path = NULL;
	autofree char *gone = NULL;
	autofd int store = open_store(&path, err);
	autofd int fd = -1;
	int r;

	if (store < 0 || !digest)
		return store < 0 ? store : 0;
	if (held_image >= 0)
		close(take_fd(&held_image));
	fd = openat(store, digest, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0)
		return 0; /* not there, or a mkwpar is about to use it */
	r = is_referred(digest, err);
	if (r != 0)
		return r < 0 ? r : 0;
	/* Renamed first: a removal that is killed leaves no half image under its digest. */
	gone = par_strdup_printf(NEW_PREFIX "gone-%.16s", digest);
	if (!gone)
		return par_oom(err);
	if (renameat(store, digest, store, gone) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not remove '%s/%s'", path, digest);
	r = par_fs_remove_tree(store, gone);
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "could not remove '%s/%s'", path, gone) : 0;
}
