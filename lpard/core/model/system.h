/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A managed system: what a machine has (struct lpar_system), its partitions (struct lpar_set), and
 * how much of the machine they hold (struct lpar_usage).
 */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/str.h"
#include "lpard/core/model/state.h"

struct lpar_partition;

enum {
	LPAR_LMB_MIB = 256,	 /* logical memory block: every amount is a multiple */
	LPAR_ID_MAX = 4096,	 /* partition ids are 1..LPAR_ID_MAX */
	LPAR_MAX_PROCS = 256,	 /* virtual processors of one partition */
	LPAR_MIN_UNITS_X100 = 5, /* processor units per virtual processor, at least */
};

/* Facts of a machine; plain data, strings owned.  Filled by the daemon from hypervisor facts. */
struct lpar_system {
	char *name;
	char *type_model;  /* "9009-42A" */
	char *serial;	   /* "0123ABC" */
	char *uuid;	   /* lower case; NULL: not known */
	char *ipaddr;	   /* NULL: empty */
	char *description; /* NULL: empty */
	char *accelerator; /* "KVM-HV", "TCG"; NULL: not known */
	char *default_image;
	struct par_strv images; /* names that boot_image may take; empty: not checked */
	bool vios_capable;	/* Virtual I/O Servers can be made */
	bool os400_capable;	/* IBM i partitions can be made */
	enum lpar_system_state state;
	uint64_t mem_mib;	   /* installed */
	uint64_t firmware_mem_mib; /* kept for the host itself */
	uint32_t procs;		   /* installed processors */
	uint32_t lmb_mib;	   /* 0: LPAR_LMB_MIB */
};

void lpar_system_done(struct lpar_system *s);
/* lpar_system_matches - is @name this system's name or its MTMS ("9009-42A*0123ABC")? */
bool lpar_system_matches(const struct lpar_system *s, const char *name);

/* lpar_system_put_compat_modes - append the processor compatibility modes that its partitions can
 * have, oldest first, with commas between them; NULL: of every model */
int lpar_system_put_compat_modes(const struct lpar_system *s, struct par_buf *b);
/* lpar_system_check_compat_mode - is @mode one of them?  -EINVAL with the sentence in @why if not
 */
int lpar_system_check_compat_mode(const struct lpar_system *s, const char *mode,
				  struct par_buf *why);

/* The partitions of one system; the pointers are borrowed.  { 0 } is empty. */
struct lpar_set {
	struct lpar_partition **v;
	size_t n;
};

struct lpar_partition *lpar_set_find(const struct lpar_set *s, const char *name);
struct lpar_partition *lpar_set_find_id(const struct lpar_set *s, uint32_t id);
/* lpar_set_hint - give *err the hint which partition was perhaps meant with @name */
void lpar_set_hint(const struct lpar_set *s, const char *name, struct par_error **err);
/*
 * lpar_set_get - by name, or by id when @name is NULL
 * Errors: PAR_E_NOT_FOUND with HSCL8012 (name) or HSCL8011 (id).
 */
int lpar_set_get(const struct lpar_set *s, const char *name, uint32_t id,
		 struct lpar_partition **ret, struct par_error **err);
/* lpar_set_free_id - the lowest id that no partition has; 0 when all are taken */
uint32_t lpar_set_free_id(const struct lpar_set *s);

/* What partitions hold of a system. */
struct lpar_usage {
	uint64_t mem_mib;
	uint32_t procs_dedicated;
	uint32_t proc_units_x100; /* dedicated processors included */
};

/* lpar_usage_add - add @p's current configuration, and memory beyond that in use, if @p is active
 */
void lpar_usage_add(struct lpar_usage *u, const struct lpar_partition *p,
		    const struct lpar_live *live);
