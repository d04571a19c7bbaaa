/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes /etc/ld.so.cache of a root tree of another architecture (64-bit little-endian ppc64el or
 * amd64).  The machine's own ldconfig skips libraries of a foreign machine, and the tree's may
 * not be run.  Reads the folders of the tree's ld.so.conf.d and the loader's own, as ldconfig does.
 * No link of the tree leads out of it.  Usage: ldcache TREE ppc64el|amd64
 */
#include <dirent.h>
#include <elf.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ldcache.h"

#define LIBS_MAX    4096
#define FOLDERS_MAX 64
#define CONF_DIR    "/etc/ld.so.conf.d"
#define CACHE	    "ld.so.cache"
#define CACHE_NEW   "ld.so.cache.new"

struct arch {
	const char *name;
	uint16_t machine;
	int32_t flags; /* as glibc's ldconfig.h: kind of machine, and "ELF for libc 6" */
};

static const struct arch archs[] = {
	{ "ppc64el", EM_PPC64, 0x0503 },
	{ "amd64", EM_X86_64, 0x0303 },
};

static struct ldcache_lib libs[LIBS_MAX];
static size_t n_libs;

static struct {
	dev_t dev;
	ino_t ino;
} folders[FOLDERS_MAX];
static size_t n_folders;

/* Opens a path of the tree with the tree as its root; -1 with errno. */
static int open_in(int root, const char *path, uint64_t flags)
{
	struct open_how how = {
		/* A fifo called libx.so must not make us wait. */
		.flags = flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};

	return (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
}

/* The bytes of a regular file; NULL for anything else, and for an empty one. */
static uint8_t *map_file(int fd, size_t *ret_size)
{
	struct stat st;
	void *map;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size == 0)
		return NULL;
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	*ret_size = (size_t)st.st_size;
	return map == MAP_FAILED ? NULL : map;
}

/*
 * Whether ldconfig lists a library by this name: its SONAME, the SONAME less what comes after
 * ".so" (a link for the compiler), or the name of a file without a SONAME.
 */
static bool is_listed(const char *file, const char *soname)
{
	size_t len = strlen(file);

	if (!soname[0] || strcmp(soname, file) == 0)
		return true;
	return len > 3 && strcmp(file + len - 3, ".so") == 0 && strncmp(soname, file, len) == 0;
}

static void add_lib(int root, const char *folder, const char *file, uint16_t machine)
{
	struct ldcache_lib lib = { .order = n_libs };
	const char *name;
	uint8_t *map;
	size_t size;
	int fd;

	if (asprintf(&lib.path, "%s/%s", folder, file) < 0)
		err(1, "no memory");
	lib.name = lib.path + strlen(folder) + 1;
	fd = open_in(root, lib.path, O_RDONLY);
	map = fd < 0 ? NULL : map_file(fd, &size);
	name = map ? ldcache_soname(map, size, machine) : NULL;
	if (name && is_listed(file, name)) {
		if (n_libs == LIBS_MAX)
			errx(1, "more than %d libraries", LIBS_MAX);
		libs[n_libs++] = lib;
	} else {
		free(lib.path);
	}
	if (map)
		munmap(map, size);
	if (fd >= 0)
		close(fd);
}

static bool is_library(const char *name)
{
	return (strncmp(name, "lib", 3) == 0 || strncmp(name, "ld", 2) == 0) && strstr(name, ".so");
}

/* Folders reached by two names count once, under the first. */
static bool folder_is_new(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return false;
	for (size_t i = 0; i < n_folders; i++)
		if (folders[i].dev == st.st_dev && folders[i].ino == st.st_ino)
			return false;
	if (n_folders == FOLDERS_MAX)
		errx(1, "more than %d folders", FOLDERS_MAX);
	folders[n_folders].dev = st.st_dev;
	folders[n_folders++].ino = st.st_ino;
	return true;
}

static void add_folder(int root, const char *folder, uint16_t machine)
{
	int fd = open_in(root, folder, O_RDONLY | O_DIRECTORY);
	struct dirent *d;
	DIR *stream;

	if (fd < 0)
		return;
	stream = fdopendir(fd);
	if (!stream)
		err(1, "%s", folder);
	if (folder_is_new(fd))
		while ((d = readdir(stream)))
			if (is_library(d->d_name))
				add_lib(root, folder, d->d_name, machine);
	closedir(stream);
}

/* Lines of a .conf file: a folder each; # begins a comment. */
static void add_conf(int root, const char *file, uint16_t machine)
{
	char path[300], line[512];
	FILE *conf = NULL;
	int fd = -1;

	if (snprintf(path, sizeof(path), CONF_DIR "/%s", file) < (int)sizeof(path))
		fd = open_in(root, path, O_RDONLY);
	if (fd >= 0)
		conf = fdopen(fd, "r");
	while (conf && fgets(line, sizeof(line), conf)) {
		line[strcspn(line, "# \t\n")] = '\0';
		if (line[0] == '/')
			add_folder(root, line, machine);
	}
	if (conf)
		fclose(conf);
}

static int is_conf(const struct dirent *d)
{
	const char *dot = strrchr(d->d_name, '.');

	return d->d_name[0] != '.' && dot && strcmp(dot, ".conf") == 0;
}

static void add_all(int root, uint16_t machine)
{
	int fd = open_in(root, CONF_DIR, O_RDONLY | O_DIRECTORY);
	struct dirent **confs = NULL;
	int n = fd < 0 ? 0 : scandirat(fd, ".", &confs, is_conf, alphasort);

	for (int i = 0; i < n; i++) {
		add_conf(root, confs[i]->d_name, machine);
		free(confs[i]);
	}
	free(confs);
	if (fd >= 0)
		close(fd);
	add_folder(root, "/lib", machine);
	add_folder(root, "/usr/lib", machine);
}

/* Of several libraries the loader takes the first: the one whose folder was read first. */
static int by_name_descending(const void *a, const void *b)
{
	const struct ldcache_lib *x = a, *y = b;
	int order = ldcache_compare(y->name, x->name);

	if (order)
		return order;
	return x->order < y->order ? -1 : x->order > y->order;
}

static void write_cache(int root, int32_t flags)
{
	size_t size = 0;
	uint8_t *bytes = ldcache_bytes(libs, n_libs, flags, &size);
	int etc = open_in(root, "/etc", O_RDONLY | O_DIRECTORY), fd;

	if (!bytes || etc < 0)
		err(1, "/etc");
	unlinkat(etc, CACHE_NEW, 0);
	fd = openat(etc, CACHE_NEW, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, bytes, size) != (ssize_t)size || close(fd) < 0 ||
	    renameat(etc, CACHE_NEW, etc, CACHE) < 0)
		err(1, "/etc/" CACHE);
	free(bytes);
	close(etc);
}

int main(int argc, char **argv)
{
	const struct arch *arch = NULL;
	int root;

	for (size_t i = 0; argc == 3 && i < sizeof(archs) / sizeof(archs[0]); i++)
		if (strcmp(argv[2], archs[i].name) == 0)
			arch = &archs[i];
	if (!arch)
		errx(2, "usage: ldcache TREE ppc64el|amd64");
	root = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		err(1, "%s", argv[1]);
	add_all(root, arch->machine);
	if (!n_libs)
		errx(1, "%s: no libraries of %s", argv[1], arch->name);
	qsort(libs, n_libs, sizeof(libs[0]), by_name_descending);
	write_cache(root, arch->flags);
	return 0;
}
