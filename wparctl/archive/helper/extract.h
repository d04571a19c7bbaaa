/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making an archive's members in a folder.  Every function returns 0 or a negative errno and
 * leaves a sentence in a->why.
 */
#pragma once

#include "lpard/common/sha256.h"
#include "lpard/common/str.h"
#include "wparctl/archive/helper/agreed.h"
#include "lpard/common/contents.h"
#include "wparctl/archive/helper/folder_times.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

/* Limits against bombs: those of agreed.h, and of what no writer of ours has more. */
#define MAX_NAME       WPAR_ARCHIVE_NAME
#define MAX_ID	       WPAR_ARCHIVE_ID
#define MAX_XATTR      65536
#define MAX_IMAGE_DATA (4 << 20) /* as WPAR_IMAGE_DATA_MAX: with a list of all packages */
/* Of the file system this is left alone: a twentieth, within these bounds, and of its inodes too.
 */
#define KEEP_LEAST  (UINT64_C(16) << 20)
#define KEEP_MOST   (UINT64_C(1) << 30)
#define LOOK_EVERY  (UINT64_C(16) << 20) /* bytes written between two looks at what is free */
#define MEMBER_COST 512			 /* what a member takes besides its contents, at least */
#define FOLDER_COST 4096

/* An access list: the tags and permissions of the kernel's attribute. */
struct acl_entry {
	uint16_t tag, perm;
	uint32_t id;
	char *who; /* a name in the place of @id, which the image's own passwd or group knows */
};

/* One that waits until all of the image is there: see acl.c. */
struct later_acl {
	char *name; /* of the member */
	bool is_default, names;
	struct acl_entry *v;
	size_t n;
	void *value; /* the attribute, when it is known */
	size_t len;
};

struct extract {
	int input;
	struct par_sha256 digest;
	bool undigested; /* nobody asks for it: each file has a digest of its own */
	uint64_t read_bytes, input_bytes;
	/* bytes.c; with threads these four are the reader's */
	struct input *unpacking;
	uint64_t raw_bytes; /* as @read_bytes */
	int input_errnum;   /* of an error, and its words */
	const char *input_why;
	bool threads;	     /* the archive is read ahead: ahead.h */
	struct ahead *ahead; /* while it is */
	bool ended;	     /* who reads members has come to the end of the bytes */
	bool failed;	     /* or to an error of the input */
	bool again;	     /* it was read to its end, and digested, before */
	bool is_layout;	     /* the input is a directory that is an image layout */
	int layout;	     /* it */
	int layer; /* oci.c: of layers, the one that is read, from 1 on; 0: there are none */

	bool folder; /* the input is what pack.c makes of one */
	const char
		*format; /* walk.c: "tar", "pax", "cpio", "directory", "aix-…", "oci", "docker" */

	int top;  /* the folder */
	int root; /* root/ in it; -1 before it was made */
	/* counted as the members come (walk_member.c): their number, sizes, contents without holes
	 */
	uint64_t entries, apparent, contained;
	uint64_t written; /* bytes, and what members take besides: extract.c */
	uint64_t looked;  /* @written at the last look at what is free */
	uint64_t room;	  /* bytes that may be written, by that look */
	uint64_t first;	  /* bytes that were free at the first look; 0: there was none */
	/* what the archive says of itself, or wparctl of it; 0: nothing */
	uint64_t declared_kib, declared_members, declared_bytes;
	uint64_t room_kib; /* of one that is looked through: what is free; 0: that is not asked */
	char why[512];
	bool refused; /* @why is about what was asked for, not about the archive */

	/* The folder of the member before: most members lie in the same folder as the next. */
	char parent_name[MAX_NAME + 1];
	int parent;

	struct folder_times folders;

	bool inherits; /* there is a folder whose group new files get (its set-group-ID bit) */

	struct names *judge;  /* judge.c: the names that came; NULL */
	struct names *passed; /* passed.c: of devices and sockets; NULL: none came */
	uint64_t n_passed;    /* names of theirs that came */

	struct later_acl *later;
	size_t n_later;

	/* Of a backup: backup.c, restore.c */
	bool is_backup;		       /* or an image that is one */
	bool across;		       /* what is mounted in the folder belongs to it */
	int aside;		       /* gets the bytes of the list of checksums; 0: nobody */
	struct backup_reading *backup; /* of an image that is one; NULL */
	/* gets the first @tee_size bytes of a member that is not made; NULL: nobody wants them */
	char *tee;
	size_t tee_size, tee_len;
	const struct backup_choice *choice; /* NULL: all members are made, as they are */
	/*
	 * Sums up what is in files (ahead.h); NULL: it is not asked for.  The digest of each, and
	 * the word of its line, go to @contents_end, which returns 0 or -ENOMEM.
	 */
	struct par_contents *contents;
	int (*contents_end)(void *user, const char *word, const char *digest, uint64_t size,
			    const char *name);
	void *contents_user;
	bool contents_failed;
	int volumes[WPAR_ARCHIVE_TREES]; /* file systems that are mounted in it */
	size_t n_volumes;

	void (*progress)(const struct extract *a);
};

/* wpar_extract_run - the image at a->input into root/ of a->top, digest and all */
int wpar_extract_run(struct extract *a);

/* wpar_extract_done - what a run, a failed one too, has left in memory and open, but for a->top */
void wpar_extract_done(struct extract *a);

/* wpar_extract_drain - read (and digest) what is left of the input */
int wpar_extract_drain(struct extract *a);

/*
 * why - note a sentence; returns -errnum
 * _refuse: what was asked for is wrong, not the archive: what follows "The backup NAME"
 */
int wpar_extract_fail(struct extract *a, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int wpar_extract_refuse(struct extract *a, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

struct archive;
/* wpar_extract_rewind - read the input again, from @offset of its bytes on, without a digest */
int wpar_extract_rewind(struct extract *a, uint64_t offset);
/* wpar_extract_open - a reader of what an image may be; NULL: no memory */
struct archive *wpar_extract_open(void);
/* wpar_extract_contents - the bytes of a file's contents, without the holes of a sparse one */
struct archive_entry;
uint64_t wpar_extract_contents(struct archive_entry *e, uint64_t size);
/* wpar_extract_fail_archive - as wpar_extract_fail(), of what libarchive has met, in our words */
int wpar_extract_fail_archive(struct extract *a, struct archive *ar);

/* input.c */
/* wpar_extract_read_done - free what reading has taken */
void wpar_extract_read_done(struct extract *a);
/* callback of libarchive */
ssize_t wpar_extract_read(struct archive *ar, void *user, const void **buffer);

/* bytes.c */
/* wpar_input_read - the next bytes, unpacked; 0: the end; -1: a->input_errnum, a->input_why */
ssize_t wpar_input_read(struct extract *a, unsigned char *to, size_t size);
/* wpar_input_read_raw - the same, as they are in the archive */
ssize_t wpar_input_read_raw(struct extract *a, unsigned char *to, size_t size);
/* wpar_input_is_packed - is it packed by what is unpacked here?  Once something was read */
bool wpar_input_is_packed(const struct extract *a);
/* wpar_input_done - free what reading has taken; the next byte is that of an archive's begin */
void wpar_input_done(struct extract *a);

/* wpar_extract_wants - is that extended attribute of a member kept? */
bool wpar_extract_wants(const char *name, const void *value, size_t len);

/* passed.c */
/* wpar_extract_passes - is the member a device or a socket, and so not made? */
bool wpar_extract_passes(struct archive_entry *e);
/* wpar_extract_pass_over - @name, as normalised, is not made; 0 or a negative errno, said */
int wpar_extract_pass_over(struct extract *a, const char *name);
/* wpar_extract_has_passed - was the target of a hard link passed over, and nothing else made there?
 */
bool wpar_extract_has_passed(struct extract *a, const char *target);

/* acl.c */
/* wpar_extract_make - make a member in a->root; @name as normalised */
int wpar_extract_make(struct extract *a, struct archive *ar, struct archive_entry *e,
		      const char *name);
/* wpar_extract_finish - when all are made: what waited, and the times of folders */
int wpar_extract_finish(struct extract *a);
/* wpar_extract_expect - before anything is made: is so much within the limit, and does it fit? */
int wpar_extract_expect(struct extract *a, uint64_t kib);
/* wpar_acl_take - the access lists of a member, onto the file @fd; @name as normalised */
int wpar_acl_take(struct extract *a, struct archive_entry *e, int fd, const char *name);
/* wpar_acl_take_default - a folder's default list, as the attribute that the archive has */
int wpar_acl_take_default(struct extract *a, const void *value, size_t len, const char *name);
/* wpar_acl_forget - the folder @name comes again: what waits for it is no more */
void wpar_acl_forget(struct extract *a, const char *name);
/* wpar_acl_finish - those that waited */
int wpar_acl_finish(struct extract *a);
/* wpar_acl_done - forget them */
void wpar_acl_done(struct extract *a);

/* tree.c: names to descriptors */
/* wpar_tree_normalise - "./a//b/" to "a/b", "./" to ""; refuses what leads outside */
int wpar_tree_normalise(struct extract *a, const char *name, char ret[MAX_NAME + 1]);
/* wpar_tree_parent - descriptor (kept in @a) of the folder of @name, made where needed */
int wpar_tree_parent(struct extract *a, const char *name, int *ret_fd, const char **ret_base);
/* wpar_tree_find - the same, but nothing is made: 0, or a negative errno without a sentence */
int wpar_tree_find(struct extract *a, const char *name, int *ret_fd, const char **ret_base);
/* wpar_tree_gone - take away what a layer removes: the member, or (@inner) what a folder has */
int wpar_tree_gone(struct extract *a, const char *name, bool inner);
/* wpar_tree_remove - what is at @name in the folder @parent goes, with all that is in it */
int wpar_tree_remove(struct extract *a, int parent, const char *base);
/* wpar_tree_clear - make room for a member that is no folder: removes what the archive had there */
int wpar_tree_clear(struct extract *a, int parent, const char *base);
/* wpar_tree_link - hard link @name to the member @target */
int wpar_tree_link(struct extract *a, const char *name, const char *target);
