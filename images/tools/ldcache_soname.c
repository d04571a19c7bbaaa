/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SONAME of a library, from its program headers and dynamic section.  The bytes are foreign:
 * nothing is read that is not known to be inside the file, and no alignment is assumed.
 */
#include <elf.h>
#include <stdbool.h>
#include <string.h>

#include "ldcache.h"

struct elf {
	const uint8_t *file;
	size_t size;
	Elf64_Ehdr header;
};

static bool get(const struct elf *e, void *ret, uint64_t offset, size_t len)
{
	if (offset > e->size || len > e->size - offset)
		return false;
	memcpy(ret, e->file + offset, len);
	return true;
}

static bool get_program_header(const struct elf *e, unsigned int i, Elf64_Phdr *ret)
{
	uint64_t offset;

	return !__builtin_add_overflow(e->header.e_phoff, i * sizeof(*ret), &offset) &&
	       get(e, ret, offset, sizeof(*ret));
}

/* The file offset of a virtual address. */
static bool offset_of(const struct elf *e, uint64_t address, uint64_t *ret)
{
	Elf64_Phdr ph;

	for (unsigned int i = 0; i < e->header.e_phnum; i++)
		if (get_program_header(e, i, &ph) && ph.p_type == PT_LOAD &&
		    address >= ph.p_vaddr && address - ph.p_vaddr < ph.p_filesz)
			return !__builtin_add_overflow(address - ph.p_vaddr, ph.p_offset, ret);
	return false;
}

static const char *string_at(const struct elf *e, uint64_t table, uint64_t name)
{
	uint64_t offset;

	if (!offset_of(e, table, &offset) || __builtin_add_overflow(offset, name, &offset) ||
	    offset >= e->size || !memchr(e->file + offset, 0, e->size - offset))
		return NULL;
	return (const char *)e->file + offset;
}

static const char *name_in(const struct elf *e, const Elf64_Phdr *dynamic)
{
	bool has_table = false, has_name = false;
	uint64_t table = 0, name = 0, offset;
	Elf64_Dyn dyn;

	for (uint64_t at = 0; at < dynamic->p_filesz; at += sizeof(dyn)) {
		if (__builtin_add_overflow(dynamic->p_offset, at, &offset) ||
		    !get(e, &dyn, offset, sizeof(dyn)))
			return NULL;
		if (dyn.d_tag == DT_NULL)
			break;
		if (dyn.d_tag == DT_STRTAB) {
			table = dyn.d_un.d_ptr;
			has_table = true;
		} else if (dyn.d_tag == DT_SONAME) {
			name = dyn.d_un.d_val;
			has_name = true;
		}
	}
	if (!has_name)
		return "";
	return has_table ? string_at(e, table, name) : NULL;
}

const char *ldcache_soname(const uint8_t *file, size_t size, uint16_t machine)
{
	struct elf e = { .file = file, .size = size };
	Elf64_Phdr ph;

	if (!get(&e, &e.header, 0, sizeof(e.header)) ||
	    memcmp(e.header.e_ident, ELFMAG, SELFMAG) != 0 ||
	    e.header.e_ident[EI_CLASS] != ELFCLASS64 || e.header.e_ident[EI_DATA] != ELFDATA2LSB ||
	    e.header.e_machine != machine || e.header.e_type != ET_DYN)
		return NULL;
	for (unsigned int i = 0; i < e.header.e_phnum; i++) {
		if (!get_program_header(&e, i, &ph))
			return NULL;
		if (ph.p_type == PT_DYNAMIC)
			return name_in(&e, &ph);
	}
	return NULL;
}
