/* SPDX-License-Identifier: Apache-2.0 */
/* The head of a program, by elf(5); every byte of it is foreign. */
#include "wparctl/archive/helper/elf.h"

#include <elf.h>
#include <string.h>

/* The bytes, and how their numbers are written. */
struct view {
	const uint8_t *data;
	size_t len;
	bool wide, big;
};

static uint64_t number(const struct view *v, uint64_t at, size_t size)
{
	uint64_t n = 0;

	if (at > v->len || size > v->len - at)
		return 0;
	for (size_t i = 0; i < size; i++)
		n = n << 8 | v->data[at + (v->big ? i : size - 1 - i)];
	return n;
}

/* A field whose place and size differ between the two classes. */
#define FIELD(v, base, type, member)                                    \
	((v)->wide ? number(v, (base) + offsetof(Elf64_##type, member), \
			    sizeof(((Elf64_##type *)0)->member))        \
		   : number(v, (base) + offsetof(Elf32_##type, member), \
			    sizeof(((Elf32_##type *)0)->member)))

/* The note "GNU" of type 1: the system (0: Linux) and its oldest version. */
static uint32_t kernel_of_notes(const struct view *v, uint64_t at, uint64_t size)
{
	const uint64_t end = at > v->len || size > v->len - at ? v->len : at + size;

	while (at + 12 <= end) {
		const uint64_t name = number(v, at, 4), desc = number(v, at + 4, 4);
		const uint64_t type = number(v, at + 8, 4);
		const uint64_t text = at + 12, value = text + ((name + 3) & ~UINT64_C(3));

		if (type == NT_GNU_ABI_TAG && name == 4 && desc >= 16 && value + 16 <= end &&
		    memcmp(v->data + text, "GNU", 4) == 0 && number(v, value, 4) == 0)
			return (uint32_t)((number(v, value + 4, 4) & 0xff) << 16 |
					  (number(v, value + 8, 4) & 0xff) << 8 |
					  (number(v, value + 12, 4) & 0xff));
		at = value + ((desc + 3) & ~UINT64_C(3));
	}
	return 0;
}

static void look_at_segments(const struct view *v, struct elf_facts *ret)
{
	const uint64_t first = FIELD(v, 0, Ehdr, e_phoff);
	const uint64_t size = FIELD(v, 0, Ehdr, e_phentsize), n = FIELD(v, 0, Ehdr, e_phnum);

	for (uint64_t i = 0; i < n && size >= 32; i++) {
		const uint64_t at = first + i * size;
		uint64_t type, align;

		if (first > v->len || at > v->len || size > v->len - at)
			return;
		type = FIELD(v, at, Phdr, p_type);
		align = FIELD(v, at, Phdr, p_align);
		if (type == PT_LOAD && align && (!ret->align || align < ret->align))
			ret->align = align;
		if (type == PT_NOTE && !ret->kernel)
			ret->kernel = kernel_of_notes(v, FIELD(v, at, Phdr, p_offset),
						      FIELD(v, at, Phdr, p_filesz));
	}
}

bool wpar_elf_look(const void *data, size_t len, struct elf_facts *ret)
{
	struct view v = { .data = data, .len = len };
	uint64_t type;

	*ret = (struct elf_facts){ 0 };
	if (len < sizeof(Elf32_Ehdr) || memcmp(data, ELFMAG, SELFMAG) != 0 ||
	    (v.data[EI_CLASS] != ELFCLASS32 && v.data[EI_CLASS] != ELFCLASS64) ||
	    (v.data[EI_DATA] != ELFDATA2LSB && v.data[EI_DATA] != ELFDATA2MSB))
		return false;
	ret->wide = v.wide = v.data[EI_CLASS] == ELFCLASS64;
	ret->big = v.big = v.data[EI_DATA] == ELFDATA2MSB;
	type = FIELD(&v, 0, Ehdr, e_type);
	if (type != ET_EXEC && type != ET_DYN)
		return false;
	ret->machine = (uint16_t)FIELD(&v, 0, Ehdr, e_machine);
	look_at_segments(&v, ret);
	return ret->align != 0;
}

const char *wpar_elf_machine(const struct elf_facts *f)
{
	switch (f->machine) {
	case EM_386:
		return "i686";
	case EM_X86_64:
		return f->wide ? "x86_64" : "x32";
	case EM_PPC:
		return f->big ? "ppc" : "ppcle";
	case EM_PPC64:
		return f->big ? "ppc64" : "ppc64le";
	case EM_ARM:
		return f->big ? "armv7b" : "armv7l";
	case EM_AARCH64:
		return f->big ? "aarch64_be" : "aarch64";
	case EM_S390:
		return f->wide ? "s390x" : "s390";
	case EM_RISCV:
		return f->wide ? "riscv64" : "riscv32";
	case EM_MIPS:
		return f->wide ? (f->big ? "mips64" : "mips64el") : f->big ? "mips" : "mipsel";
	case EM_SPARC:
	case EM_SPARC32PLUS:
		return "sparc";
	case EM_SPARCV9:
		return "sparc64";
	case EM_IA_64:
		return "ia64";
	case EM_PARISC:
		return "parisc";
	case 0x9026: /* EM_ALPHA as it is in use */
		return "alpha";
	case EM_68K:
		return "m68k";
	case 258: /* EM_LOONGARCH */
		return "loongarch64";
	default:
		return "unknown";
	}
}
