/* SPDX-License-Identifier: Apache-2.0 */
/* A pax archive whose bytes follow from what is put into it and from nothing else. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

struct tar_write {
	int fd;
	int failed; /* errno of a write, after which nothing is written */
	size_t len;
	uint8_t buffer[65536];
	char *records; /* of the member to come */
	size_t n_records, cap_records;
	uint64_t bytes; /* of the contents of the member, so far */
};

/* wpar_tar_record - a record of the next member's extended header */
void wpar_tar_record(struct tar_write *t, const char *key, const void *value, size_t len);
void wpar_tar_number(struct tar_write *t, const char *key, uint64_t value);

/*
 * wpar_tar_member - the headers of a member
 * @type	the letter of ustar: '0' a file, '1' a hard link …
 * @size	of the contents that follow
 */
void wpar_tar_member(struct tar_write *t, char type, const char *name, const char *target,
		     const struct stat *st, uint64_t size);

/* wpar_tar_put - contents of the member; wpar_tar_end_member - all of them were put */
void wpar_tar_put(struct tar_write *t, const void *data, size_t len);
void wpar_tar_end_member(struct tar_write *t);

/* wpar_tar_end - the end of the archive; 0 or a negative errno */
int wpar_tar_end(struct tar_write *t);
