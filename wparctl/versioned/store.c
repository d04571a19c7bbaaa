/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store of system images: /var/lib/wpars/images/SHA256/{image.data,root/}.
 *
 * An image is unpacked into a folder .new-XXXXXX by the helper and renamed to its digest when it
 * is whole, so a folder with a digest for a name is always complete.  A folder whose helper
 * was killed is recognised by its lock (flock) being free, and removed by the next mkwpar.
 * An image in use by a mkwpar that has not saved its specification yet is held by a shared lock.
 */
#include "wparctl/versioned/versioned.h"

#include "lpard/common/fs.h"
#include "wparctl/archive/unpack.h"
#include "wparctl/versioned/here.h"
#include "wparctl/versioned/image_data.h"
#include "wparctl/versioned/known.h"
#include "wparctl/versioned/manifest.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#define NEW_PREFIX	".new-"
#define DIGEST_FILE_MAX 4096

static int open_store(char **ret_path, struct par_error **err)
{
	static const char *const parts[] = { "/var", "/var/lib", WPAR_STORE_DIR,
					     WPAR_STORE_DIR "/images" };
	autofd int fd = -1;

	for (size_t i = 0; i < PAR_ARRAY_SIZE(parts); i++) {
		autofree char *path = wpar_path("%s", parts[i]);

		if (!path)
			return par_oom(err);
		/* Set-user-id files of images are for WPARs: no user of the LPAR gets at them. */
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

/* What killed unpackings and removals have left; how many that were. */
static unsigned int store_clear_remains(int store)
{
	unsigned int n = 0;
	int copy = openat(store, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy >= 0 ? fdopendir(copy) : NULL;
	struct dirent *e;

	while (dir && (e = readdir(dir))) {
		autofd int fd = -1;

		if (!par_starts_with(e->d_name, NEW_PREFIX))
			continue;
		fd = openat(store, e->d_name, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
		if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0)
			continue;
		/* ignoring errors: the next mkwpar tries again */
		n += par_fs_remove_tree(store, e->d_name) == 0;
	}
	if (dir)
		closedir(dir);
	return n;
}

unsigned int wpar_images_clear(void)
{
	autofree char *path = wpar_path(WPAR_STORE_DIR "/images");
	autofd int store = path ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	return store < 0 ? 0 : store_clear_remains(store);
}

/* A shared lock on the image, until the descriptor is closed; or a negative errno. */
static int hold_image(int store, const char *digest)
{
	autofd int fd = openat(store, digest, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0 || flock(fd, LOCK_SH | LOCK_NB) < 0)
		return -errno;
	/* The image may have been removed between open and lock. */
	if (faccessat(store, digest, F_OK, 0) < 0)
		return -errno;
	return take_fd(&fd);
}

/* What is to be taken into the store. */
struct source {
	const struct wpar_image_source *src;
	const char *archive;	     /* its path */
	char expected[65];	     /* digest that the archive must have; "": none was given */
	bool by_spec;		     /* it is that of the image of a specification */
	struct wpar_known_file file; /* which file that is, before any of it was read */
};

/* ARCHIVE.sha256: the digest, then anything (sha256sum's form).  NULL when there is none. */
static int read_expected(const char *archive, char ret[65], struct par_error **err)
{
	autofree char *path = par_strdup_printf("%s.sha256", archive);
	auto_buf text = { 0 };
	int r;

	ret[0] = '\0';
	if (!path)
		return par_oom(err);
	r = par_fs_read(path, DIGEST_FILE_MAX, &text);
	if (r == -ENOENT)
		return 0;
	if (r < 0 && r != -EINVAL && r != -EFBIG)
		return par_fail(err, PAR_E_SYSTEM, r, "'%s' cannot be read", path);
	if (r < 0 || text.len < 64 || strspn(text.data, "0123456789abcdef") != 64)
		return par_fail(err, PAR_E_CORRUPT, 0, "'%s' has no SHA-256 digest", path);
	memcpy(ret, text.data, 64);
	ret[64] = '\0';
	return 0;
}

static int fail_other(const char *archive, const char *digest, const char *wanted,
		      struct par_error **err)
{
	return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
			"The image %s is not the one of the specification, which is %.12s; this "
			"one is %.12s: give that one by -B, or take the stanza versioned out of "
			"the specification.",
			archive, wanted, digest);
}

static int check_digest(const struct source *src, const char *digest, struct par_error **err)
{
	if (!*src->expected || strcmp(digest, src->expected) == 0)
		return 0;
	if (src->by_spec)
		return fail_other(src->archive, digest, src->expected, err);
	return par_fail(err, PAR_E_CORRUPT, 0,
			"The checksum of the image %s does not fit: it is %s and should be %s.",
			src->archive, digest, src->expected);
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

/* The description that its WPARs are made by, beside root/. */
static int write_image_data(int folder, const struct wpar_image_data *d, struct par_error **err)
{
	autofd int fd = openat(folder, "image.data",
			       O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	auto_buf text = { 0 };
	int r = wpar_image_data_write(d, &text);

	if (r < 0)
		return par_oom(err);
	if (fd < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not make image.data");
	r = par_fs_write_all(fd, text.data, text.len);
	if (r < 0 || fsync(fd) < 0)
		return par_fail(err, PAR_E_SYSTEM, r < 0 ? r : errno, "could not write image.data");
	return 0;
}

/* Unpack into @folder (name @name in the store), check it, give it its name. */
static int unpack_into(int store, int folder, const char *name, const struct source *src,
		       char digest[65], struct par_error **err)
{
	auto_image_checked own = { 0 };
	struct wpar_image_checked *c = src->src->checked ? src->src->checked : &own;
	int r = c->admitted ? 0 : wpar_image_admit(src->src, c, err);

	if (r < 0)
		return r;
	r = check_digest(src, c->digest, err);
	if (r < 0)
		return r;
	r = wpar_unpack(src->archive, src->src->input, folder,
			c->data.size_kib ? c->data.size_kib : (c->scan.bytes >> 10) + 1,
			src->src->progress, digest, err);
	if (r < 0)
		return r;
	/* What was looked at is what was unpacked. */
	if (*c->digest && strcmp(digest, c->digest) != 0)
		return par_fail(err, PAR_E_BUSY, 0,
				"The image %s changed while it was read; repeat the command when "
				"nothing writes to it any more.",
				src->archive);
	r = write_image_data(folder, &c->data, err);
	if (r < 0)
		return r;
	r = wpar_manifest_write(folder, err);
	if (r < 0)
		return r;
	if (renameat(store, name, store, digest) < 0 && errno != EEXIST && errno != ENOTEMPTY)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not name the image in the store");
	if (fsync(store) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not write the image store");
	return 0;
}

static int add_image(int store, const char *path, const struct source *src, char digest[65],
		     struct par_error **err)
{
	autofree char *temp = par_strdup_printf("%s/" NEW_PREFIX "XXXXXX", path);
	autofd int folder = -1;
	const char *name;
	int r;

	if (!temp)
		return par_oom(err);
	name = temp + strlen(path) + 1;
	if (!mkdtemp(temp))
		return par_fail(err, PAR_E_SYSTEM, errno, "could not create a folder in the store");
	folder = open(temp, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (folder < 0 || flock(folder, LOCK_EX) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not open '%s'", temp);
	r = unpack_into(store, folder, name, src, digest, err);
	if (r < 0 && err && *err && (*err)->id == PAR_E_NO_SPACE)
		par_error_wrap(err, "the disk of '%s'", path);
	/* After a success it is there only when another process has added the same image. */
	if (r < 0 || access(temp, F_OK) == 0)
		par_fs_remove_tree(store, name);
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

static int check_machine(const struct wpar_image_data *d, struct par_error **err)
{
	auto_here facts = { 0 };
	autofree char *why = NULL;
	enum wpar_fit fit;
	int r;

	if (wpar_machine_is_here(d->version.architecture))
		return 0;
	wpar_here_get(&facts);
	wpar_here_for(&facts, d->version.architecture);
	r = wpar_architecture_fit(d->version.architecture, &facts.here, &fit, &why, err);
	if (r < 0)
		return r;
	return fit == WPAR_FIT_NO ? par_fail(err, PAR_E_NOT_SUPPORTED, 0, "%s", why) : 0;
}

static int fill_version(int store, const char *digest, const struct wpar_image_source *src,
			struct wpar_version *v, struct par_error **err)
{
	autofd int folder = openat(store, digest, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	auto_image_data data = { 0 };
	struct wpar_version old = *v;
	int r;

	if (folder < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "the image %s is not in the store",
				digest);
	/* A file that describes it counts for this WPAR, whatever the image was taken with. */
	r = src->data_file ? wpar_image_describe(src, NULL, &data, err)
			   : read_image_data(folder, &data, digest, err);
	if (r < 0)
		return r;
	r = check_machine(&data, err);
	if (r < 0)
		return r;
	data.version.image_digest = strdup(digest);
	if (!data.version.image_digest)
		return par_oom(err);
	*v = data.version;
	data.version = old; /* freed with @data */
	return 0;
}

/*
 * The digest that the archive must have: by ARCHIVE.sha256, and by @digest (mkwpar -f).  What is
 * open already may have no path.
 */
static int find_expected(struct source *src, const char *digest, struct par_error **err)
{
	int r = src->src->input ? 0 : read_expected(src->archive, src->expected, err);

	wpar_known_get(src->archive, src->src->input, &src->file);
	if (r < 0 || !digest)
		return r;
	if (*src->expected && strcmp(src->expected, digest) != 0)
		return fail_other(src->archive, src->expected, digest, err);
	if (*src->expected)
		return 0;
	src->by_spec = true;
	snprintf(src->expected, sizeof(src->expected), "%s", digest);
	return 0;
}

/* With a known digest the store itself says so; else any image in it might be this one. */
static bool may_be_there(int store, const struct source *src)
{
	if (*src->expected)
		return faccessat(store, src->expected, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
	return !store_is_empty(store);
}

/*
 * The digest of an image that may be in the store: reading an archive is quick, looking into it is
 * not.  Empty when it cannot be there.
 */
static int digest_known(int store, const struct source *src, char digest[65],
			struct par_error **err)
{
	int r;

	if (!may_be_there(store, src))
		return 0;
	if (wpar_known_find(store, &src->file, digest))
		return check_digest(src, digest, err);
	r = wpar_unpack(src->archive, src->src->input, -1, 0, false, digest, err);
	return r < 0 ? r : check_digest(src, digest, err);
}

int wpar_image_check(const struct wpar_image_source *from, const char *digest,
		     struct wpar_image_checked *ret, struct par_error **err)
{
	struct source src = { .src = from, .archive = from->path };
	autofree char *path = wpar_path(WPAR_STORE_DIR "/images");
	autofd int store = path ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	int r = find_expected(&src, digest, err);

	if (r < 0)
		return r;
	ret->file = src.file;
	r = store < 0 ? 0 : digest_known(store, &src, ret->digest, err);
	if (r < 0)
		return r;
	if (*ret->digest && faccessat(store, ret->digest, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	r = wpar_image_admit(from, ret, err);
	return r < 0 ? r : check_digest(&src, ret->digest, err);
}

/* The facts of an image that is not in the store yet. */
static int copy_version(const struct wpar_image_checked *c, struct wpar_version *v,
			struct par_error **err)
{
	auto_image_data copy = { 0 };
	struct wpar_version old = *v;
	auto_buf text = { 0 };
	int r = wpar_image_data_write(&c->data, &text);

	if (r < 0)
		return par_oom(err);
	r = wpar_image_data_parse(text.data, text.len, &copy, err);
	if (r < 0)
		return r;
	copy.version.image_digest = strdup(c->digest);
	if (!copy.version.image_digest)
		return par_oom(err);
	*v = copy.version;
	copy.version = old; /* freed with @copy */
	return 0;
}

int wpar_image_look(const struct wpar_image_source *src, struct wpar_version *version,
		    struct wpar_image_checked *ret, struct par_error **err)
{
	autofree char *path = NULL;
	autofd int store = -1;
	int r = wpar_image_check(src, version->image_digest, ret, err);

	if (r < 0)
		return r;
	if (ret->admitted)
		return copy_version(ret, version, err);
	store = open_store(&path, err);
	return store < 0 ? store : fill_version(store, ret->digest, src, version, err);
}

int wpar_image_take(const struct wpar_image_source *from, struct wpar_version *version,
		    int *ret_hold, struct par_error **err)
{
	struct source src = { .src = from, .archive = from->path };
	autofree char *path = NULL;
	autofd int store = open_store(&path, err), hold = -1;
	char digest[65] = "";
	int r;

	if (store < 0)
		return store;
	store_clear_remains(store);
	r = find_expected(&src, version->image_digest, err);
	if (r < 0)
		return r;
	if (from->checked) {
		memcpy(digest, from->checked->digest, sizeof(digest));
		src.file = from->checked->file;
	} else {
		r = digest_known(store, &src, digest, err);
	}
	if (r < 0)
		return r;
	if (*digest)
		hold = hold_image(store, digest);
	if (hold < 0) {
		r = add_image(store, path, &src, digest, err);
		if (r < 0)
			return r;
		hold = hold_image(store, digest);
	}
	if (hold < 0)
		return par_fail(err, PAR_E_BUSY, 0, "the image was removed while it was added");
	wpar_known_note(store, digest, src.archive, from->input, &src.file);
	r = fill_version(store, digest, from, version, err);
	if (r < 0)
		return r;
	*ret_hold = take_fd(&hold);
	return 0;
}

/* Where the file system has no files without a name, it gets one for a moment. */
static int open_unnamed(int store, const char *path)
{
	autofree char *temp = NULL;
	int fd = openat(store, ".", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);

	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT))
		return fd < 0 ? -errno : fd;
	temp = par_strdup_printf("%s/" NEW_PREFIX "XXXXXX", path);
	fd = temp ? mkostemp(temp, O_CLOEXEC) : -1;
	if (fd < 0)
		return temp ? -errno : -ENOMEM;
	unlink(temp); /* ignoring: the next command that clears the store removes it */
	return fd;
}

int wpar_image_spool(struct par_error **err)
{
	autofree char *path = NULL;
	autofd int store = open_store(&path, err);
	int fd;

	if (store < 0)
		return store;
	fd = open_unnamed(store, path);
	return fd < 0 ? par_fail(err, fd == -ENOSPC ? PAR_E_NO_SPACE : PAR_E_SYSTEM, fd,
				 "could not create a file in '%s'", path)
		      : fd;
}

int wpar_image_data(const char *digest, struct wpar_image_data *ret, struct par_error **err)
{
	autofree char *path = wpar_path(WPAR_STORE_DIR "/images/%s", digest);
	autofd int folder = path ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (folder < 0)
		return par_fail(err, PAR_E_NOT_FOUND, errno, "the image %s is not in the store",
				digest);
	return read_image_data(folder, ret, digest, err);
}

int wpar_image_command(const char *digest, struct wpar_image_command *ret, struct par_error **err)
{
	auto_image_data data = { 0 };
	int r = wpar_image_data(digest, &data, err);

	if (r < 0)
		return r;
	*ret = data.command;
	data.command = (struct wpar_image_command){ 0 };
	return 0;
}

int wpar_image_open(const char *digest, struct par_error **err)
{
	autofree char *path = wpar_path(WPAR_STORE_DIR "/images/%s/root", digest);
	int fd;

	if (!path)
		return par_oom(err);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? par_fail(err, PAR_E_NOT_FOUND, errno, "the image '%s' cannot be opened",
				 path)
		      : fd;
}

/* 1 when a specification but @self's names the image, 0 when none does. */
static int is_referred(const char *digest, const char *self, struct par_error **err)
{
	auto_strv names = { 0 };
	int r = wpar_spec_list(&names, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < names.n; i++) {
		auto_spec s = { 0 };

		if (par_streq(names.v[i], self))
			continue;
		/* A specification that cannot be read may refer to the image, which then stays. */
		if (wpar_spec_load(names.v[i], &s, NULL) < 0 ||
		    par_streq(s.version.image_digest, digest))
			return 1;
	}
	return 0;
}

void wpar_image_discard(struct wpar_image_gone *gone)
{
	if (gone->fd >= 0)
		close(gone->fd);
	if (gone->store >= 0)
		close(gone->store);
	gone->fd = gone->store = -1;
}

/* Locked, or -1 when it is not there or another has it. */
static int lock_image(int store, const char *name)
{
	autofd int fd = openat(store, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	return fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0 ? -1 : take_fd(&fd);
}

int wpar_image_detach(const char *digest, const char *self, struct wpar_image_gone *ret,
		      struct par_error **err)
{
	autofree char *path = NULL;
	autofd int store = open_store(&path, err), fd = -1;
	int r;

	if (store < 0)
		return store;
	snprintf(ret->name, sizeof(ret->name), NEW_PREFIX "gone-%.16s", digest);
	fd = lock_image(store, digest);
	if (fd >= 0) {
		r = is_referred(digest, self, err);
		if (r != 0)
			return r < 0 ? r : 0;
		/* Renamed first: a removal that is killed leaves no half image under its digest. */
		if (renameat(store, digest, store, ret->name) < 0)
			return par_fail(err, PAR_E_SYSTEM, errno, "could not remove '%s/%s'", path,
					digest);
	} else {
		/* Not there, or a mkwpar is about to use it. */
		fd = lock_image(store, ret->name);
		if (fd < 0)
			return 0;
	}
	ret->fd = take_fd(&fd);
	ret->store = take_fd(&store);
	return 1;
}

int wpar_image_remove(struct wpar_image_gone *gone, struct par_error **err)
{
	int r = par_fs_remove_tree(gone->store, gone->name);

	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "could not remove the image '%s'", gone->name)
		     : 0;
}
