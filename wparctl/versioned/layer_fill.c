/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is in a layer over an image: the commands of the overlay list (overlay_list.h).
 *
 * A command of this system needs this system's libraries, which are newer than the image's.  So
 * the layer has, in /usr/lib/.lpar, the programs, their libraries and the dynamic loader, and in
 * the commands' own places a small static program (launcher.c) that runs one with the other.
 * A static program is put into its place itself.  Commands that are wparctl's are links to it; of
 * those that run the system's (df, mount, uname) that one lies beside, and the start shows it where
 * ours looks for it.  So none of them is mounted over, and a package of the old system can bring
 * its own.
 */
#include "wparctl/versioned/layer_fill.h"

#include "lpard/common/fs.h"
#include "lpard/common/process.h"
#include "wparctl/versioned/layer_check.h"

#include <elf.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define LAYER_FORMAT 7 /* changes with what is put into a layer */
#define SEGMENTS_MAX 64

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

/* How a file of this system can be run in an old one. */
enum program_kind {
	PROGRAM_NONE,	 /* a script, of another machine, or no program at all */
	PROGRAM_STATIC,	 /* as it is */
	PROGRAM_DYNAMIC, /* with our loader and libraries */
};

static bool is_of_this_machine(const Elf64_Ehdr *h)
{
	Elf64_Ehdr self;
	autofd int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	return fd >= 0 && pread(fd, &self, sizeof(self), 0) == sizeof(self) &&
	       memcmp(h->e_ident, self.e_ident, EI_VERSION) == 0 &&
	       h->e_machine == self.e_machine && (h->e_type == ET_EXEC || h->e_type == ET_DYN);
}

static enum program_kind program_kind(const char *path)
{
	autofd int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	Elf64_Ehdr h;

	if (fd < 0 || pread(fd, &h, sizeof(h), 0) != sizeof(h) || !is_of_this_machine(&h) ||
	    h.e_phentsize != sizeof(Elf64_Phdr))
		return PROGRAM_NONE;
	for (unsigned int i = 0; i < h.e_phnum && i < SEGMENTS_MAX; i++) {
		Elf64_Phdr p;
		off_t at = (off_t)(h.e_phoff + i * sizeof(p));

		if (pread(fd, &p, sizeof(p), at) != sizeof(p))
			return PROGRAM_NONE;
		if (p.p_type == PT_INTERP)
			return PROGRAM_DYNAMIC;
	}
	return PROGRAM_STATIC;
}

static bool is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0 &&
	       program_kind(path) != PROGRAM_NONE;
}

/* Our own list names no program: at that path, or where other systems have it. */
static char *builtin_program(const char *path)
{
	static const char *const folders[] = { "/usr/bin", "/bin", "/usr/sbin", "/sbin" };
	const char *base = strrchr(path, '/') + 1;

	for (size_t i = 0; i < PAR_ARRAY_SIZE(folders); i++) {
		char *p = par_strdup_printf("%s/%s", folders[i], base);

		if (p && is_program(p))
			return p;
		free(p);
	}
	return NULL;
}

static bool is_own(const struct wpar_overlay_row *row)
{
	return strcmp(row->program, WPAR_OVERLAY_OWN) == 0;
}

char *wpar_overlay_program(const struct wpar_overlay_row *row)
{
	if (is_own(row))
		return strdup(WPAR_OVERLAY_OWN);
	if (row->from == WPAR_OVERLAY_REPLACE)
		return builtin_program(row->path);
	return is_program(row->program) ? strdup(row->program) : NULL;
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

/* "/bin/df", when the image's folder for @path is there; whether the file is, too. */
static char *place_of(int image, const char *path, bool *ret_there)
{
	autofree char *folder = real_folder(image, path);
	char *place = folder ? par_strdup_printf("%s%s", folder, strrchr(path, '/')) : NULL;
	autofd int fd = place ? open_in_image(image, place, O_PATH | O_NOFOLLOW) : -1;
	struct stat st;

	*ret_there = fd >= 0 && fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode);
	if (fd >= 0 && !*ret_there) {
		free(place);
		return NULL;
	}
	return place;
}

char *wpar_overlay_place(int image, const struct wpar_overlay_row *row, bool *ret_there)
{
	char *place = place_of(image, row->path, ret_there), *second;
	autofree char *other = *ret_there ? NULL : wpar_overlay_other_place(row->path);
	bool there = false;

	second = other ? place_of(image, other, &there) : NULL;
	if (!place || there) {
		free(place);
		*ret_there = there;
		return second;
	}
	free(second);
	return place;
}

static int fail_laying(const char *place, struct par_error **err)
{
	return par_fail(err, errno == ENOSPC || errno == EDQUOT ? PAR_E_NO_SPACE : PAR_E_SYSTEM,
			errno, "could not lay '%s' over the image", place);
}

static int make_folder_of(const struct layer *l, const char *place)
{
	autofree char *folder = strndup(place, (size_t)(strrchr(place, '/') - place));

	if (!folder)
		return -ENOMEM;
	/* A place in the image's root directory. */
	return *folder ? make_like(l, folder) : 0;
}

static int put_launcher(const struct layer *l, const char *place, struct par_error **err)
{
	if (make_folder_of(l, place) < 0 ||
	    linkat(l->layer, "usr/lib/.lpar/launch", l->layer, place + 1, 0) < 0)
		return fail_laying(place, err);
	return 0;
}

/* The launcher at @place, and behind it @program with the loader and the libraries. */
static int put_dynamic(struct layer *l, const char *place, const char *program,
		       struct par_error **err)
{
	const char *name = strrchr(place, '/') + 1;
	autofree char *copy = par_strdup_printf("usr/lib/.lpar/bin/%s", name);
	autofree char *loader_copy = par_strdup_printf("usr/lib/.lpar/run/%s", name);
	int r;

	if (!copy || !loader_copy)
		return par_oom(err);
	r = put_launcher(l, place, err);
	if (r < 0)
		return r;
	/* The loader has the command's name, so that ps shows that. */
	if (linkat(l->layer, "usr/lib/.lpar/ld.so", l->layer, loader_copy, 0) < 0)
		return fail_laying(place, err);
	r = layer_copy_file(program, l->layer, copy, err);
	return r < 0 ? r : copy_libraries(l, program, err);
}

static int put_static(const struct layer *l, const char *place, const char *program,
		      struct par_error **err)
{
	if (make_folder_of(l, place) < 0)
		return fail_laying(place, err);
	return layer_copy_file(program, l->layer, place + 1, err);
}

/* A link to our own program, which every WPAR has as its /etc/init. */
static int put_own(const struct layer *l, const char *place, struct par_error **err)
{
	if (make_folder_of(l, place) < 0 || symlinkat("/etc/init", l->layer, place + 1) < 0)
		return fail_laying(place, err);
	return 0;
}

/* Are we that command ourselves, and run the other one? */
static bool is_run_by_ours(const char *place)
{
	return wpar_overlay_same_path(place, "/usr/bin/df") ||
	       wpar_overlay_same_path(place, "/usr/bin/mount");
}

static int put_program(struct layer *l, const char *place, const char *program,
		       struct par_error **err)
{
	const bool is_static = program_kind(program) == PROGRAM_STATIC;
	autofree char *beside = par_strdup_printf("/" WPAR_LAYER_REAL "%s", strrchr(place, '/'));
	int r;

	if (!beside)
		return par_oom(err);
	if (!is_static && !loader())
		return 0;
	if (is_run_by_ours(place)) {
		r = put_own(l, place, err);
		if (r < 0)
			return r;
		place = beside;
	}
	return is_static ? put_static(l, place, program, err) : put_dynamic(l, place, program, err);
}

/* Our umount asks cor_NAME and runs no other; an administrator's row names one. */
static bool is_ours_alone(const struct wpar_overlay_row *row)
{
	return is_own(row) || (row->from == WPAR_OVERLAY_REPLACE &&
			       wpar_overlay_same_path(row->path, "/usr/bin/umount"));
}

static int put_row(struct layer *l, const struct wpar_overlay_row *row, struct par_error **err)
{
	autofree char *program = wpar_overlay_program(row);
	bool there = false;
	autofree char *place = wpar_overlay_place(l->image, row, &there);

	if (!program || !place || there == (row->from == WPAR_OVERLAY_ADD))
		return 0;
	if (row->from == WPAR_OVERLAY_ALWAYS)
		return 0; /* put_always() has done it */
	return is_ours_alone(row) ? put_own(l, place, err) : put_program(l, place, program, err);
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
 * Ours, and the image's own uname once more, which ours runs.  An image's file may be anything; a
 * regular one is copied, no other.
 */
static int put_uname(const struct layer *l, struct par_error **err)
{
	autofree char *folder = real_folder(l->image, "/bin/uname");
	autofree char *place = folder ? par_strdup_printf("%s/uname", folder) : NULL;
	autofd int in = place ? open_in_image(l->image, place, O_RDONLY | O_NONBLOCK) : -1;
	char from[64];
	struct stat st;
	int r;

	if (in < 0 || fstat(in, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	r = put_own(l, place, err);
	if (r < 0)
		return r;
	snprintf(from, sizeof(from), "/proc/self/fd/%d", in);
	return layer_copy_file(from, l->layer, WPAR_LAYER_REAL "/uname", err);
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

static int make_folders(const struct layer *l, struct par_error **err)
{
	static const char *const folders[] = { "usr/lib/.lpar", "usr/lib/.lpar/bin",
					       "usr/lib/.lpar/run", "usr/lib/.lpar/lib",
					       WPAR_LAYER_REAL };
	int r = make_like(l, "/usr/lib");

	for (size_t i = 0; r == 0 && i < PAR_ARRAY_SIZE(folders); i++)
		r = mkdirat(l->layer, folders[i], 0755) < 0 ? -errno : 0;
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "could not make the overlay's folders") : 0;
}

/* oslevel is the launcher itself; an image without /usr/bin has none. */
static int put_oslevel(const struct layer *l, struct par_error **err)
{
	autofree char *folder = real_folder(l->image, "/usr/bin/oslevel");
	autofree char *place = folder ? par_strdup_printf("%s/oslevel", folder) : NULL;

	return place ? put_launcher(l, place, err) : 0;
}

/* A start mounts over these: what is something else in the image is hidden by one of its kind. */
static int put_places(const struct layer *l, struct par_error **err)
{
	static const char *const folders[] = { "/dev", "/proc", "/run", "/sys" };
	autofd int etc = open_in_image(l->image, "/etc", O_PATH | O_DIRECTORY), fd = -1;
	struct stat st;

	for (size_t i = 0; i < PAR_ARRAY_SIZE(folders); i++) {
		if (fstatat(l->image, folders[i] + 1, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    !S_ISDIR(st.st_mode) && mkdirat(l->layer, folders[i] + 1, 0755) < 0)
			return fail_laying(folders[i], err);
	}
	if (etc < 0 || fstatat(etc, "init", &st, AT_SYMLINK_NOFOLLOW) < 0 || S_ISREG(st.st_mode))
		return 0;
	if (make_folder_of(l, "/etc/init") == 0)
		fd = openat(l->layer, "etc/init", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	return fd < 0 ? fail_laying("/etc/init", err) : 0;
}

/* What is there whatever the list says. */
static int put_always(const struct layer *l, const struct wpar_version *v, struct par_error **err)
{
	autofree char *launcher = launcher_path();
	int r = wpar_layer_check_image(l->image, err);

	if (r < 0)
		return r;
	r = make_folders(l, err);
	if (r < 0)
		return r;
	if (!launcher || access(launcher, X_OK) < 0)
		return par_fail(err, PAR_E_NOT_FOUND, 0, "the program wparctl-launch is missing");
	r = layer_copy_file(launcher, l->layer, "usr/lib/.lpar/launch", err);
	if (r < 0)
		return r;
	r = write_oslevel(l, v, err);
	if (r < 0)
		return r;
	r = put_places(l, err);
	if (r < 0)
		return r;
	r = put_uname(l, err);
	if (r < 0)
		return r;
	r = put_oslevel(l, err);
	if (r < 0 || !loader())
		return r;
	return layer_copy_file(loader(), l->layer, "usr/lib/.lpar/ld.so", err);
}

static int fill_layer(struct layer *l, const struct wpar_overlay *rows,
		      const struct wpar_version *v, struct par_error **err)
{
	int r = put_always(l, v, err);

	for (size_t i = 0; r == 0 && i < rows->n; i++)
		r = put_row(l, &rows->v[i], err);
	return r;
}

int wpar_layer_fill(int image, int layer, const struct wpar_overlay *rows,
		    const struct wpar_version *v, struct par_error **err)
{
	struct layer l = { .image = image, .layer = layer };
	int r = fill_layer(&l, rows, v, err);

	par_strv_done(&l.libraries);
	return r;
}

static void mix(uint64_t *h, const void *data, size_t len)
{
	const unsigned char *p = data;

	for (size_t i = 0; i < len; i++)
		*h = (*h ^ p[i]) * UINT64_C(0x100000001b3);
}

static void mix_text(uint64_t *h, const char *text)
{
	mix(h, text, strlen(text) + 1);
}

/* Which file it is, by what a new version of it changes. */
static void mix_file(uint64_t *h, const char *path)
{
	struct stat st = { 0 };
	char facts[96];

	if (!path || stat(path, &st) < 0)
		st = (struct stat){ 0 };
	snprintf(facts, sizeof(facts), "%llu %lld %lld %ld", (unsigned long long)st.st_ino,
		 (long long)st.st_size, (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	mix_text(h, facts);
}

void wpar_layer_key(const struct wpar_overlay *rows, char ret[WPAR_LAYER_KEY])
{
	uint64_t h = UINT64_C(0xcbf29ce484222325) ^ LAYER_FORMAT;
	autofree char *launcher = launcher_path();

	mix_file(&h, launcher);
	mix_file(&h, loader());
	/* Written anew whenever this system's libraries change. */
	mix_file(&h, "/etc/ld.so.cache");
	for (size_t i = 0; i < rows->n; i++) {
		autofree char *program = wpar_overlay_program(&rows->v[i]);

		mix_text(&h, rows->v[i].path);
		mix_text(&h, program ? program : "");
		mix_file(&h, program);
	}
	snprintf(ret, WPAR_LAYER_KEY, "%016llx", (unsigned long long)h);
}
