/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an LPAR says of itself before a WPAR moves from it or to it: `wparctl move facts` writes one
 * JSON object, lpard reads it, and so does the LPAR that the WPAR would go to.  Whoever reads does
 * not trust whoever wrote: limits are in the tables of move_facts.c.
 */
#pragma once

#include "lpard/common/json_form.h"

#define PAR_MOVE_FORMAT 1
/* Bytes of a whole object: what lpard takes from an agent. */
#define PAR_MOVE_FACTS_MOST (4u << 20)

/* A file of the LPAR that processes of the WPAR have mapped. */
struct par_move_file {
	char *path;
	uint64_t size;	/* bytes; 0 in an answer: it is not there */
	char *build_id; /* NULL: it has none */
};
struct par_move_files {
	struct par_move_file *v;
	size_t n;
};

/* An address of the WPAR, and in which network of the LPAR it is; without one all but it are NULL.
 */
struct par_move_address {
	char *address;
	char *interface, *mac; /* mac: 12 hexadecimal digits */
	char *subnet;	       /* "10.9.1.0/24" */
};
struct par_move_addresses {
	struct par_move_address *v;
	size_t n;
};

struct par_move_file_system {
	char *directory, *vfs, *device, *host;
	uint64_t size; /* bytes; 0: no limit of its own */
	bool local;    /* its files are the WPAR's own, and here: they move along */
	char *token;   /* of one on a server: what a file there says; NULL: it cannot be read */
};
struct par_move_file_systems {
	struct par_move_file_system *v;
	size_t n;
};

/* Why the WPAR cannot be taken along as it runs, or as it is defined. */
struct par_move_obstacle {
	char *test, *value, *remedy;
};
struct par_move_obstacles {
	struct par_move_obstacle *v;
	size_t n;
};

/* The WPAR that would move. */
struct par_move_wpar {
	char *name, *type, *state, *hostname, *directory;
	char *image;   /* of a versioned one: its digest */
	char *program; /* build-id of its first process; NULL: it is not ours, or not known */
	uint64_t idbase, idrange;
	uint64_t memory; /* bytes in use */
	uint64_t disk;	 /* bytes of its own files */
	bool checkpointable, autostart;
	struct par_move_addresses addresses;
	struct par_move_file_systems file_systems;
	struct par_strv devices, kexts;
	struct par_move_files files;
	struct par_move_obstacles obstacles;
};
struct par_move_wpars {
	struct par_move_wpar *v;
	size_t n; /* 0 or 1 */
};

/* What another WPAR of the LPAR has that no second one may have. */
struct par_move_claim {
	char *name, *hostname, *directory;
	uint64_t idbase, idrange;
	struct par_strv addresses;
};
struct par_move_claims {
	struct par_move_claim *v;
	size_t n;
};

/* What a test of the administrator's says (/etc/wpars/move.d). */
struct par_move_own_test {
	char *name, *value;
	bool passed, optional;
};
struct par_move_own_tests {
	struct par_move_own_test *v;
	size_t n;
};

/* An LPAR. */
struct par_move_facts {
	uint64_t format;
	char *product; /* version of wparctl */
	char *host, *os, *machine, *kernel;
	uint64_t page_size;	/* bytes */
	uint64_t hwcap, hwcap2; /* bits */
	uint64_t criu;		/* 40101: 4.1.1; 0: there is none */
	char *network_lock;	/* NULL: there is none */
	bool guard_pages;	/* a dump of guard pages is not refused, or that is mended */
	bool time_namespaces, soft_dirty, userfaultfd, tools;
	uint64_t memory, memory_free; /* bytes */
	uint64_t processors;
	uint64_t room;	  /* bytes free where base directories are */
	uint64_t time_ms; /* CLOCK_REALTIME */
	struct par_move_claims claims;
	struct par_strv addresses; /* its own */
	struct par_move_own_tests own_tests;
	struct par_move_wpars wpars; /* the one that would move, of the LPAR where it is */
	/* Answers of an LPAR to which that WPAR would go; in the order of what was asked. */
	struct par_move_files files; /* as they are here */
	struct par_move_addresses networks;
	struct par_strv tokens;		/* of file_systems that are not local; "": cannot be read */
	struct par_strv devices, kexts; /* of those of the WPAR, the ones that are missing here */
	bool program;			/* is the build of its first process kept here? */
};

#define auto_move_facts par_cleanup(par_move_facts_done) struct par_move_facts

void par_move_facts_done(struct par_move_facts *f);

/*
 * par_move_facts_read - such an object
 * Errors: PAR_E_PROTOCOL or PAR_E_INVALID_ARGUMENT, which says what is wrong; PAR_E_NOT_SUPPORTED:
 * another format.
 */
int par_move_facts_read(const char *text, size_t len, struct par_move_facts *ret,
			struct par_error **err);

/* par_move_facts_write - its text; -ENOMEM */
int par_move_facts_write(const struct par_move_facts *f, struct par_buf *out);
