/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How programs of a machine run here: by this kernel itself, by an interpreter (qemu-user, through
 * binfmt_misc), or not.  lsmksysb's report, mkwpar -C and every start ask the same function.
 */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/str.h"

#include <stdbool.h>
#include <stdint.h>

#define WPAR_MACHINES	20  /* rows of machines.def */
#define WPAR_ELF_HEAD	20  /* bytes of an ELF file by which its machine is told */
#define WPAR_MISC_BYTES 128 /* bytes that binfmt_misc looks at */

struct wpar_machine_row {
	const char *name; /* uname -m */
	const char *qemu;
	uint16_t elf;
	unsigned char bits;
	bool big;
	const char *part_of; /* "" */
};

extern const struct wpar_machine_row wpar_machine_rows[WPAR_MACHINES];

/* wpar_machine_row - by any of its names ("amd64", "x86_64"); NULL: not known */
const struct wpar_machine_row *wpar_machine_row(const char *name);

/* wpar_machine_name - as uname -m has it, or @name itself when it is not known */
const char *wpar_machine_name(const char *name);

/* What is here for one row. */
struct wpar_interpreter {
	char *path;	       /* a program that needs no libraries; NULL: there is none */
	char *dynamic;	       /* one that does; NULL */
	char *registered;      /* name of the system's registration; NULL: none */
	char *registered_path; /* its interpreter */
	bool enabled, fixed;   /* of the registration; fixed: flag F */
	int tried;	       /* of wpar_run_try() */
};

struct wpar_run_facts {
	char machine[65]; /* uname -m */
	bool small;	  /* the kernel runs programs of the row that is part of its own machine */
	bool own;	  /* a WPAR can have registrations of its own (Linux 6.7) */
	bool misc;	  /* the system's binfmt_misc is mounted, and on */
	struct wpar_interpreter v[WPAR_MACHINES];
};

#define auto_run_facts par_cleanup(wpar_run_facts_done) struct wpar_run_facts

/*
 * wpar_run_facts_get - of this system, now; what cannot be told is as if there were none of it
 * @machine	whose interpreter is tried; NULL: none
 */
void wpar_run_facts_get(const char *machine, struct wpar_run_facts *ret);
void wpar_run_facts_done(struct wpar_run_facts *f);

/* wpar_run_facts_registration - one file of /proc/sys/fs/binfmt_misc: the rows that it holds for */
int wpar_run_facts_registration(struct wpar_run_facts *f, const char *name, const char *text);

/*
 * wpar_run_try - does a program of that machine run by @interpreter (NULL: by this kernel)?
 * 1: it does; -1: it does not; 0: it was not tried, for no program is known
 */
int wpar_run_try(const struct wpar_machine_row *row, const char *interpreter);

enum wpar_run_how {
	WPAR_RUN_NATIVE,
	WPAR_RUN_OWN,	 /* by an interpreter that only the WPAR has */
	WPAR_RUN_SYSTEM, /* by the one that this system has registered */
	WPAR_RUN_NOT,
};

struct wpar_runs {
	enum wpar_run_how how;
	const struct wpar_machine_row *row; /* NULL: not known */
	char *interpreter;		    /* of OWN and SYSTEM */
	char *why;			    /* of NOT: a part of a sentence, and what to do */
};

#define auto_runs par_cleanup(wpar_runs_done) struct wpar_runs

void wpar_runs_done(struct wpar_runs *r);

/*
 * wpar_runs_plan - pure: how programs of @machine run where @facts hold
 * Errors: PAR_E_NO_MEMORY.
 */
int wpar_runs_plan(const char *machine, const struct wpar_run_facts *facts, struct wpar_runs *ret,
		   struct par_error **err);

/* wpar_machine_is_here - is it this system's own? */
bool wpar_machine_is_here(const char *machine);

/*
 * wpar_machine_head - what a program of the row begins with, and which of its bits tell it (type
 * EXEC or DYN, any OS ABI)
 */
void wpar_machine_head(const struct wpar_machine_row *row, uint8_t ret_magic[WPAR_ELF_HEAD],
		       uint8_t ret_mask[WPAR_ELF_HEAD]);
