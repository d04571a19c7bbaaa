/* SPDX-License-Identifier: Apache-2.0 */
/* Build-ids: see build_id.h.  A file of a WPAR is read, so nothing in it is believed. */
#include "wparctl/runtime/launch/build_id.h"

#include "lpard/common/cleanup.h"
#include "lpard/common/hex.h"

#include <elf.h>
#include <string.h>
#include <unistd.h>

#define NOTES_MOST (64 << 10)
#define HEADS_MOST 128

bool wpar_build_id_find(const void *notes, size_t len, char ret[WPAR_BUILD_ID_SIZE])
{
	const unsigned char *p = notes;

	while (len >= sizeof(Elf64_Nhdr)) {
		Elf64_Nhdr n;
		size_t name, all;

		memcpy(&n, p, sizeof(n));
		name = ((size_t)n.n_namesz + 3) & ~(size_t)3;
		all = sizeof(n) + name + (((size_t)n.n_descsz + 3) & ~(size_t)3);
		if (n.n_namesz > len || n.n_descsz > len || all > len)
			return false;
		if (n.n_type == NT_GNU_BUILD_ID && n.n_namesz == 4 &&
		    memcmp(p + sizeof(n), "GNU", 4) == 0 && n.n_descsz > 0 &&
		    n.n_descsz <= (WPAR_BUILD_ID_SIZE - 1) / 2) {
			for (size_t i = 0; i < n.n_descsz; i++)
				par_hex_write(p[sizeof(n) + name + i], ret + 2 * i);
			ret[2 * n.n_descsz] = '\0';
			return true;
		}
		p += all;
		len -= all;
	}
	return false;
}

static bool read_segment(int fd, const Elf64_Phdr *ph, char ret[WPAR_BUILD_ID_SIZE])
{
	size_t len = ph->p_filesz < NOTES_MOST ? ph->p_filesz : NOTES_MOST;
	autofree unsigned char *notes = malloc(len ? len : 1);
	ssize_t n = -1;

	if (notes && ph->p_offset <= INT64_MAX)
		n = pread(fd, notes, len, (off_t)ph->p_offset);

	return n > 0 && wpar_build_id_find(notes, (size_t)n, ret);
}

bool wpar_build_id_read(int fd, char ret[WPAR_BUILD_ID_SIZE])
{
	Elf64_Ehdr eh;
	Elf64_Phdr ph;

	if (pread(fd, &eh, sizeof(eh), 0) != sizeof(eh) ||
	    memcmp(eh.e_ident, ELFMAG, SELFMAG) != 0 || eh.e_ident[EI_CLASS] != ELFCLASS64 ||
	    eh.e_phentsize != sizeof(ph) || eh.e_phoff > INT64_MAX / 2)
		return false;
	for (size_t i = 0; i < eh.e_phnum && i < HEADS_MOST; i++) {
		if (pread(fd, &ph, sizeof(ph), (off_t)(eh.e_phoff + i * sizeof(ph))) != sizeof(ph))
			return false;
		if (ph.p_type == PT_NOTE && read_segment(fd, &ph, ret))
			return true;
	}
	return false;
}
