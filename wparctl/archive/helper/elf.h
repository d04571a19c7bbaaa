/* SPDX-License-Identifier: Apache-2.0 */
/* What the first bytes of a program say of the system that it is for. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ELF_LOOK_AT 8192 /* bytes of a file: headers, interpreter and notes are there */

struct elf_facts {
	uint16_t machine; /* e_machine of elf.h */
	bool wide, big;	  /* 64 bits, most significant byte first */
	uint64_t align;	  /* least alignment of a loaded segment: the largest page it can have; 0:
			     none */
	uint32_t kernel;  /* the oldest Linux it runs on, (major << 16) + (minor << 8) + patch; 0:
			     any */
};

/* wpar_elf_look - false: it is no program and no library that a system loads */
bool wpar_elf_look(const void *data, size_t len, struct elf_facts *ret);

/* wpar_elf_machine - as uname -m calls it: "ppc64le"; "unknown" */
const char *wpar_elf_machine(const struct elf_facts *f);
