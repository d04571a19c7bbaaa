/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes /etc/ld.so.cache of a root tree of another architecture (64-bit little-endian ppc64el or
 * amd64).  The machine's own ldconfig skips libraries of a foreign machine, and the tree's may
 * not be run.  Reads the folders the multiarch ld.so.conf names, takes each library's SONAME from
 * its dynamic section, and writes the "glibc-ld.so.cache1.1" format without hwcaps folders (the
 * loader falls back to the plain library).  Usage: ldcache TREE ppc64el|amd64
 */
#include <dirent.h>
#include <elf.h>
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_LIBS	    4096
#define MAGIC		    "glibc-ld.so.cache1.1"
#define FLAGS_LITTLE_ENDIAN 2

struct header {
	char magic[20];
	uint32_t libs;
	uint32_t strings_len;
	uint8_t flags;
	uint8_t padding[3];
	uint32_t extension_offset;
	uint32_t unused[3];
};

struct entry {
	int32_t flags;
	uint32_t key;
	uint32_t value;
	uint32_t os_version;
	uint64_t hwcap;
};

struct arch {
	const char *name;
	const char *triplet;
	uint16_t machine;
	int32_t flags; /* as glibc's ldconfig.h: kind of machine, and "ELF for libc 6" */
};

struct lib {
	char *name;
	char *path;
};

static const struct arch archs[] = {
	{ "ppc64el", "powerpc64le-linux-gnu", EM_PPC64, 0x0503 },
	{ "amd64", "x86_64-linux-gnu", EM_X86_64, 0x0303 },
};

static struct lib libs[MAX_LIBS];
static size_t n_libs;

/* The order the loader's binary search wants: numbers in names compare as numbers. */
static int lib_cmp(const char *a, const char *b)
{
	while (*a) {
		if (*a >= '0' && *a <= '9' && *b >= '0' && *b <= '9') {
			long va = strtol(a, (char **)&a, 10), vb = strtol(b, (char **)&b, 10);

			if (va != vb)
				return va < vb ? -1 : 1;
		} else if (*a >= '0' && *a <= '9') {
			return 1;
		} else if (*b >= '0' && *b <= '9') {
			return -1;
		} else if (*a != *b) {
			return *a - *b;
		} else {
			a++;
			b++;
		}
	}
	return *a - *b;
}

static int by_name_descending(const void *a, const void *b)
{
	return lib_cmp(((const struct lib *)b)->name, ((const struct lib *)a)->name);
}

/* The file offset of a virtual address, or 0. */
static uint64_t offset_of(const uint8_t *map, size_t size, uint64_t address)
{
	const Elf64_Ehdr *elf = (const void *)map;

	for (unsigned int i = 0; i < elf->e_phnum; i++) {
		const Elf64_Phdr *ph = (const void *)(map + elf->e_phoff + i * sizeof(*ph));

		if (ph->p_type == PT_LOAD && address >= ph->p_vaddr &&
		    address - ph->p_vaddr < ph->p_filesz && ph->p_offset < size)
			return address - ph->p_vaddr + ph->p_offset;
	}
	return 0;
}

/* The SONAME of a mapped library of the wanted machine; NULL when it is none. */
static const char *soname(const uint8_t *map, size_t size, uint16_t machine)
{
	const Elf64_Ehdr *elf = (const void *)map;
	uint64_t strings = 0, name = 0;

	if (size < sizeof(*elf) || memcmp(elf->e_ident, ELFMAG, SELFMAG) != 0 ||
	    elf->e_ident[EI_CLASS] != ELFCLASS64 || elf->e_ident[EI_DATA] != ELFDATA2LSB ||
	    elf->e_machine != machine || elf->e_type != ET_DYN || elf->e_phoff > size ||
	    elf->e_phnum > (size - elf->e_phoff) / sizeof(Elf64_Phdr))
		return NULL;
	for (unsigned int i = 0; i < elf->e_phnum; i++) {
		const Elf64_Phdr *ph = (const void *)(map + elf->e_phoff + i * sizeof(*ph));
		const Elf64_Dyn *dyn;

		if (ph->p_type != PT_DYNAMIC || ph->p_offset > size ||
		    ph->p_filesz > size - ph->p_offset)
			continue;
		dyn = (const void *)(map + ph->p_offset);
		for (size_t n = ph->p_filesz / sizeof(*dyn); n && dyn->d_tag; n--, dyn++) {
			if (dyn->d_tag == DT_STRTAB)
				strings = offset_of(map, size, dyn->d_un.d_ptr);
			else if (dyn->d_tag == DT_SONAME)
				name = dyn->d_un.d_val;
		}
	}
	if (!strings || !name || strings >= size || name >= size - strings ||
	    !memchr(map + strings + name, 0, size - strings - name))
		return NULL;
	return (const char *)map + strings + name;
}

/* Takes the library when its file is called by its SONAME, which is what programs ask for. */
static void add_lib(int dirfd, const char *dir, const char *file, uint16_t machine)
{
	int fd = openat(dirfd, file, O_RDONLY | O_CLOEXEC);
	const char *name;
	struct stat st;
	void *map;

	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0) {
		map = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (map == MAP_FAILED)
			err(1, "%s/%s", dir, file);
		name = soname(map, st.st_size, machine);
		if (name && strcmp(name, file) == 0) {
			if (n_libs == MAX_LIBS)
				errx(1, "more than %d libraries", MAX_LIBS);
			libs[n_libs].name = strdup(file);
			if (!libs[n_libs].name ||
			    asprintf(&libs[n_libs].path, "%s/%s", dir, file) < 0)
				err(1, "no memory");
			n_libs++;
		}
		munmap(map, st.st_size);
	}
	close(fd);
}

static void add_dir(int root, const char *dir, uint16_t machine)
{
	int fd = openat(root, dir + 1, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *d;
	DIR *stream;

	if (fd < 0)
		return;
	stream = fdopendir(fd);
	if (!stream)
		err(1, "%s", dir);
	while ((d = readdir(stream)))
		if ((strncmp(d->d_name, "lib", 3) == 0 || strncmp(d->d_name, "ld", 2) == 0) &&
		    strstr(d->d_name, ".so"))
			add_lib(fd, dir, d->d_name, machine);
	closedir(stream);
}

static void write_cache(int root, int32_t flags)
{
	struct header header = { .libs = n_libs, .flags = FLAGS_LITTLE_ENDIAN };
	uint32_t offset = sizeof(header) + n_libs * sizeof(struct entry);
	FILE *out;
	int fd;

	fd = openat(root, "etc/ld.so.cache", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	out = fd < 0 ? NULL : fdopen(fd, "w");
	if (!out)
		err(1, "etc/ld.so.cache");
	memcpy(header.magic, MAGIC, sizeof(header.magic));
	for (size_t i = 0; i < n_libs; i++)
		header.strings_len += strlen(libs[i].path) + 1;
	fwrite(&header, sizeof(header), 1, out);
	for (size_t i = 0; i < n_libs; i++) {
		size_t len = strlen(libs[i].path), base = len - strlen(libs[i].name);
		struct entry entry = { .flags = flags, .key = offset + base, .value = offset };

		fwrite(&entry, sizeof(entry), 1, out);
		offset += len + 1;
	}
	for (size_t i = 0; i < n_libs; i++)
		fwrite(libs[i].path, strlen(libs[i].path) + 1, 1, out);
	if (ferror(out) || fclose(out) != 0)
		err(1, "etc/ld.so.cache");
}

int main(int argc, char **argv)
{
	const struct arch *arch = NULL;
	char dir[64];
	int root;

	for (size_t i = 0; argc == 3 && i < sizeof(archs) / sizeof(archs[0]); i++)
		if (strcmp(argv[2], archs[i].name) == 0)
			arch = &archs[i];
	if (!arch)
		errx(2, "usage: ldcache TREE ppc64el|amd64");
	root = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		err(1, "%s", argv[1]);
	add_dir(root, "/usr/local/lib", arch->machine);
	snprintf(dir, sizeof(dir), "/lib/%s", arch->triplet);
	add_dir(root, dir, arch->machine);
	add_dir(root, "/lib", arch->machine);
	if (!n_libs)
		errx(1, "%s: no libraries of %s", argv[1], arch->name);
	qsort(libs, n_libs, sizeof(libs[0]), by_name_descending);
	write_cache(root, arch->flags);
	return 0;
}
