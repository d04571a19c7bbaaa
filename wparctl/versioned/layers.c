/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The layer between a versioned WPAR's upper folder and its image: the commands of overlay.def.
 *
 * A command of this system needs this system's libraries, which are newer than the image's.  So
 * the layer has, in /usr/lib/.lpar, the programs, their libraries and the dynamic loader, and in
 * the commands' own places a small static program (launcher.c) that runs one with the other.
 * Commands of within.def are links to our own program.  A layer belongs to its image and to the
 * state of this system's files (its key); it is made when it is missing.
 */
#include "wparctl/versioned/versioned.h"

#include "lpard/common/fs.h"
#include "lpard/common/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define NEW_LAYER    ".layer-" /* while it is being made */
#define LAYER_FORMAT 3	       /* changes with what is put into a layer */

static const char *const overlay[] = {
#define P(path) path,
#include "wparctl/versioned/overlay.def"
#undef P
};

/* Commands of ours about the WPAR they are called in. */
static const char *const within[] = {
#define P(path) path,
#include "wparctl/versioned/within.def"
#undef P
};

#ifndef WPAR_LAUNCH_PROGRAM
#define WPAR_LAUNCH_PROGRAM "/usr/libexec/wparctl-launch"
#endif

struct layer {
	int image;		   /* the image's root */
	int layer;		   /* the layer's root, being made */
	struct par_strv libraries; /* base names of those in the layer */
};

static int open_in_image(int root, const char *path, int flags)
{
	struct open_how how = { .flags = (unsigned int)(flags | O_CLOEXEC),
				.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
	int fd = (int)syscall(SYS_openat2, root, path, &how, sizeof(how));

	return fd < 0 ? -errno : fd;
}

static int layer_copy_file(const char *from, int folder, const char *name, struct par_error **err)
{
	autofd int in = open(from, O_RDONLY | O_CLOEXEC);
	autofd int out =
		openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0755);
	ssize_t n = 1;

	if (in < 0 || out < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not copy '%s'", from);
	while (n > 0) {
		n = copy_file_range(in, NULL, out, NULL, (size_t)1 << 30, 0);
		if (n < 0 && (errno == EXDEV || errno == EINVAL || errno == EOPNOTSUPP)) {
			char chunk[65536];

			n = read(in, chunk, sizeof(chunk));
			if (n > 0) {
				errno = -par_fs_write_all(out, chunk, (size_t)n);
				n = errno ? -1 : n;
			}
		}
	}
	if (n < 0 || fchmod(out, 0755) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not copy '%s'", from);
	return 0;
}

/* A folder of the layer like the one of the image (an overlay shows the upper one's owner). */
static int make_like(const struct layer *l, const char *path)
{
	autofree char *copy = strdup(path);

	if (!copy)
		return -ENOMEM;
	for (char *p = copy + 1;; p++) {
		struct stat st = { .st_mode = 0755 };
		autofd int fd = -1;
		char c = *p;

		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		fd = open_in_image(l->image, copy, O_PATH);
		if (fd >= 0 && fstat(fd, &st) < 0)
			return -errno;
		if (mkdirat(l->layer, copy + 1, 0755) == 0) {
			if (fchmodat(l->layer, copy + 1, st.st_mode & 07777, 0) < 0 ||
			    fchownat(l->layer, copy + 1, st.st_uid, st.st_gid, 0) < 0)
				return -errno;
		} else if (errno != EEXIST) {
			return -errno;
		}
		*p = c;
		if (c == '\0')
			return 0;
	}
}

/* Where @path's folder really is in the image: "/bin" may be a link to "usr/bin". */
static char *real_folder(int image, const char *path)
{
	autofree char *folder = strndup(path, (size_t)(strrchr(path, '/') - path));
	char link[64], root[4096], real[4096];
	autofd int fd = folder ? open_in_image(image, folder, O_PATH | O_DIRECTORY) : -1;
	ssize_t n, m;

	if (fd < 0)
		return NULL;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", image);
	n = readlink(link, root, sizeof(root) - 1);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	m = readlink(link, real, sizeof(real) - 1);
	if (n <= 0 || m <= n || n >= (ssize_t)sizeof(root) - 1 || m >= (ssize_t)sizeof(real) - 1 ||
	    memcmp(root, real, (size_t)n) != 0 || real[n] != '/')
		return NULL;
	return strndup(real + n, (size_t)(m - n));
}

/* This system's program for @path: at that path, or where systems with or without a merged /usr
 * have it. */
static char *own_program(const char *path)
{
	static const char *const folders[] = { "/usr/bin", "/bin", "/usr/sbin", "/sbin" };
	const char *base = strrchr(path, '/') + 1;

	for (size_t i = 0; i < PAR_ARRAY_SIZE(folders); i++) {
		char *p = par_strdup_printf("%s/%s", folders[i], base);

		if (p && access(p, X_OK) == 0)
			return p;
		free(p);
	}
	return NULL;
}

static const char *loader(void)
{
	static const char *const known[] = { "/lib64/ld-linux-x86-64.so.2", "/lib64/ld64.so.2",
					     "/lib/ld-linux-aarch64.so.1", "/lib64/ld64.so.1" };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(known); i++) {
		if (access(known[i], X_OK) == 0)
			return known[i];
	}
	return NULL;
}

/* The output of `LOADER --list PROGRAM`, a program of this system; empty for a static one. */
static int list_libraries(const char *program, struct par_buf *out)
{
	char *const argv[] = { (char *)"ld.so", (char *)"--list", (char *)program, NULL };
	char *const envp[] = { (char *)"LC_ALL=C", NULL };
	char chunk[4096];
	int fds[2], status;
	ssize_t n;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

		dup2(fds[1], 1);
		dup2(null, 2);
		execve(loader(), argv, envp);
		_exit(127);
	}
	close(fds[1]);
	while ((n = read(fds[0], chunk, sizeof(chunk))) > 0)
		par_buf_put(out, chunk, (size_t)n);
	close(fds[0]);
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -errno;
	return out->failed ? -ENOMEM : 0;
}

/* Lines are `libc.so.6 => /lib/…/libc.so.6 (0x…)`. */
static int copy_libraries(struct layer *l, const char *program, struct par_error **err)
{
	auto_buf text = { 0 };
	char *save = NULL;
	int r = list_libraries(program, &text);

	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, -r, "could not list the libraries of '%s'",
				program);
	for (char *line = text.data ? strtok_r(text.data, "\n", &save) : NULL; line && r == 0;
	     line = strtok_r(NULL, "\n", &save)) {
		char *path = strstr(line, "=> /");
		const char *base;
		autofree char *place = NULL;

		if (!path)
			continue;
		path += 3;
		path[strcspn(path, " ")] = '\0';
		base = strrchr(path, '/') + 1;
		if (par_strv_find(&l->libraries, base) >= 0)
			continue;
		place = par_strdup_printf("usr/lib/.lpar/lib/%s", base);
		if (!place || par_strv_add(&l->libraries, base) < 0)
			return par_oom(err);
		r = layer_copy_file(path, l->layer, place, err);
	}
	return r;
}

/* The launcher in the place of the command at @path, if the image has one there. */
static int layer_add_command(struct layer *l, const char *path, bool always, struct par_error **err)
{
	autofree char *folder = real_folder(l->image, path);
	const char *base = strrchr(path, '/') + 1;
	autofree char *place = folder ? par_strdup_printf("%s/%s", folder, base) : NULL;
	autofd int there = place ? open_in_image(l->image, place, O_PATH | O_NOFOLLOW) : -1;

	if (!place || (there < 0 && !always))
		return 0;
	if (make_like(l, folder) < 0 ||
	    linkat(l->layer, "usr/lib/.lpar/launch", l->layer, place + 1, 0) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not lay '%s' over the image",
				path);
	return 1;
}

static int layer_add_own(struct layer *l, const char *path, struct par_error **err)
{
	autofree char *own = own_program(path);
	autofree char *place = par_strdup_printf("usr/lib/.lpar/bin/%s", strrchr(path, '/') + 1);
	autofree char *loader_place =
		par_strdup_printf("usr/lib/.lpar/run/%s", strrchr(path, '/') + 1);
	int r;

	if (!own || !place || !loader_place)
		return 0;
	r = layer_add_command(l, path, false, err);
	if (r <= 0)
		return r;
	/* The loader has the command's name, so that ps shows that. */
	if (linkat(l->layer, "usr/lib/.lpar/ld.so", l->layer, loader_place, 0) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not lay '%s' over the image",
				path);
	r = layer_copy_file(own, l->layer, place, err);
	if (r < 0)
		return r;
	return copy_libraries(l, own, err);
}

/* A link to our own program, which every WPAR has as its /etc/init; not over what the image has. */
static int layer_add_within(const struct layer *l, const char *path, struct par_error **err)
{
	autofree char *folder = real_folder(l->image, path);
	autofree char *place =
		folder ? par_strdup_printf("%s/%s", folder, strrchr(path, '/') + 1) : NULL;
	autofd int there = place ? open_in_image(l->image, place, O_PATH | O_NOFOLLOW) : -1;

	if (!place || there >= 0)
		return 0;
	if (make_like(l, folder) < 0 || symlinkat("/etc/init", l->layer, place + 1) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not lay '%s' over the image",
				path);
	return 0;
}

static int write_oslevel(const struct layer *l, const struct wpar_version *v,
			 struct par_error **err)
{
	autofd int fd = openat(l->layer, "usr/lib/.lpar/oslevel",
			       O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);

	if (fd < 0 || dprintf(fd, "%s\n", v->os_level ? v->os_level : "unknown") < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not write the system's level");
	return 0;
}

/*
 * The image's own uname once more: the start mounts ours over it, and from here it takes the one
 * that ours runs.  An image's file may be anything; a regular one is copied, no other.
 */
static int layer_copy_uname(const struct layer *l, struct par_error **err)
{
	autofree char *folder = real_folder(l->image, "/bin/uname");
	autofree char *place = folder ? par_strdup_printf("%s/uname", folder) : NULL;
	autofd int in = place ? open_in_image(l->image, place, O_RDONLY | O_NONBLOCK) : -1;
	char from[64];
	struct stat st;

	if (in < 0 || fstat(in, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	if (make_like(l, folder) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not lay '%s' over the image",
				place);
	snprintf(from, sizeof(from), "/proc/self/fd/%d", in);
	return layer_copy_file(from, l->layer, place + 1, err);
}

static char *launcher_path(void)
{
	static const char *const places[] = { "versioned/wparctl-launch",
					      "../wparctl/versioned/wparctl-launch" };
	char *installed = strdup(WPAR_LAUNCH_PROGRAM);

	for (size_t i = 0; i < PAR_ARRAY_SIZE(places); i++) {
		char *p = par_program_beside(places[i]);

		if (p) {
			free(installed);
			return p;
		}
	}
	return installed;
}

static int layer_fill(struct layer *l, const struct wpar_version *v, struct par_error **err)
{
	autofree char *launcher = launcher_path();
	int r;

	if (make_like(l, "/usr/lib") < 0 || mkdirat(l->layer, "usr/lib/.lpar", 0755) < 0 ||
	    mkdirat(l->layer, "usr/lib/.lpar/bin", 0755) < 0 ||
	    mkdirat(l->layer, "usr/lib/.lpar/run", 0755) < 0 ||
	    mkdirat(l->layer, "usr/lib/.lpar/lib", 0755) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not make the overlay's folders");
	if (!launcher || access(launcher, X_OK) < 0)
		return par_fail(err, PAR_E_NOT_FOUND, 0, "the program wparctl-launch is missing");
	r = layer_copy_file(launcher, l->layer, "usr/lib/.lpar/launch", err);
	if (r < 0)
		return r;
	r = write_oslevel(l, v, err);
	if (r < 0)
		return r;
	r = layer_copy_uname(l, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < PAR_ARRAY_SIZE(within); i++) {
		r = layer_add_within(l, within[i], err);
		if (r < 0)
			return r;
	}
	r = layer_add_command(l, "/usr/bin/oslevel", true, err);
	if (r < 0 || !loader())
		return r < 0 ? r : 0;
	r = layer_copy_file(loader(), l->layer, "usr/lib/.lpar/ld.so", err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < PAR_ARRAY_SIZE(overlay); i++) {
		r = layer_add_own(l, overlay[i], err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Changes whenever a program that would be copied does. */
static void make_key(char ret[17])
{
	uint64_t h = UINT64_C(0xcbf29ce484222325) ^ LAYER_FORMAT;
	autofree char *launcher = launcher_path();

	for (size_t i = 0; i <= PAR_ARRAY_SIZE(overlay) + 1; i++) {
		autofree char *own = i < PAR_ARRAY_SIZE(overlay) ? own_program(overlay[i]) : NULL;
		const char *path = own				  ? own
				   : i == PAR_ARRAY_SIZE(overlay) ? launcher
				   : i > PAR_ARRAY_SIZE(overlay)  ? loader()
								  : NULL;
		struct stat st = { 0 };
		uint64_t facts[3] = { 0 };

		if (path && stat(path, &st) < 0)
			st = (struct stat){ 0 };
		facts[0] = st.st_ino;
		facts[1] = (uint64_t)st.st_size;
		facts[2] = (uint64_t)st.st_mtim.tv_sec;
		for (size_t j = 0; j < PAR_ARRAY_SIZE(facts); j++)
			h = (h ^ facts[j]) * UINT64_C(0x100000001b3);
	}
	snprintf(ret, 17, "%016llx", (unsigned long long)h);
}

/* Fills the folder @temp, beside the image's @root, and gives it its name. */
static int layer_make_in(const char *temp, const char *root, const char *place,
			 const struct wpar_version *v, struct par_error **err)
{
	autofd int image = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	autofd int layer = open(temp, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	struct layer l = { .image = image, .layer = layer };
	int r;

	if (image < 0 || layer < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not open the image");
	r = layer_fill(&l, v, err);
	par_strv_done(&l.libraries);
	if (r < 0)
		return r;
	if (syncfs(layer) < 0 || (rename(temp, place) < 0 && errno != ENOTEMPTY && errno != EEXIST))
		return par_fail(err, PAR_E_SYSTEM, errno, "could not name the overlay");
	return 0;
}

static int layer_make(const char *folder, const char *root, const char *place,
		      const struct wpar_version *v, struct par_error **err)
{
	autofree char *temp = par_strdup_printf("%s/" NEW_LAYER "XXXXXX", folder);
	autofd int above = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	int r;

	if (!temp)
		return par_oom(err);
	if (above < 0 || !mkdtemp(temp) || chmod(temp, 0755) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not make the overlay");
	r = layer_make_in(temp, root, place, v, err);
	/* After a success it is there only when another process has made the same layer. */
	if (r < 0 || access(temp, F_OK) == 0)
		par_fs_remove_tree(above, temp + strlen(folder) + 1);
	return r;
}

/* What makers that were killed have left; the lock keeps living ones away. */
static void clear_unfinished(const char *folder)
{
	autofd int above = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	struct dirent **list = NULL;
	int n = above < 0 ? 0 : scandirat(above, ".", &list, NULL, NULL);

	for (int i = 0; i < n; i++) {
		if (par_starts_with(list[i]->d_name, NEW_LAYER))
			par_fs_remove_tree(above, list[i]->d_name);
		free(list[i]);
	}
	free(list);
}

/* The layer @place of the image in @folder, made when it is missing, by one command at a time. */
static int layer_need(const char *folder, const char *root, const char *place,
		      const struct wpar_version *v, struct par_error **err)
{
	autofree char *path = par_strdup_printf("%s/layers.lock", folder);
	autofd int lock = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
	bool missing = access(place, F_OK) < 0;

	if (!path)
		return par_oom(err);
	if (lock < 0 || flock(lock, missing ? LOCK_EX : LOCK_EX | LOCK_NB) < 0) {
		/* Nothing is to be made: another that makes one, or a full disk, holds nobody up.
		 */
		if (!missing)
			return 0;
		return par_fail(err, PAR_E_SYSTEM, errno, "could not lock the image's layers");
	}
	clear_unfinished(folder);
	return access(place, F_OK) < 0 ? layer_make(folder, root, place, v, err) : 0;
}

int wpar_version_layers(const struct wpar_spec *s, struct par_strv *ret, struct par_error **err)
{
	const char *digest = s->version.image_digest ? s->version.image_digest : "";
	autofree char *folder = wpar_path(WPAR_STORE_DIR "/images/%s", digest);
	autofree char *place = NULL, *root = NULL;
	auto_strv layers = { 0 };
	char key[17];
	int r;

	*ret = (struct par_strv){ 0 };
	make_key(key);
	place = folder ? par_strdup_printf("%s/layer-%s", folder, key) : NULL;
	root = folder ? par_strdup_printf("%s/root", folder) : NULL;
	if (!place || !root)
		return par_oom(err);
	if (!*digest || access(root, F_OK) < 0)
		return par_fail(err, PAR_E_NOT_FOUND, 0,
				"The image of workload partition %s is not in the store.", s->name);
	r = layer_need(folder, root, place, &s->version, err);
	if (r < 0)
		return r;
	if (par_strv_add(&layers, place) < 0 || par_strv_add(&layers, root) < 0)
		return par_oom(err);
	*ret = layers;
	layers = (struct par_strv){ 0 };
	return 0;
}
