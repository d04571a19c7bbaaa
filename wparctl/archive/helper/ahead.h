/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two threads beside the one that makes files: a reader, which reads, digests and unpacks the
 * archive some chunks ahead, and one that sums up what is in files.  A chunk goes from the reader
 * to who makes files, and with a note of what is to be summed up from there to the other one, which
 * gives it back to the reader.
 */
#pragma once

#include "wparctl/archive/helper/extract.h"

struct ahead;

/*
 * wpar_ahead_new - start both threads, of which the reader owns the input from now on
 * NULL: they cannot be made, and everything works without them.
 */
struct ahead *wpar_ahead_new(struct extract *a);
/* wpar_ahead_read - the next chunk, which is valid until the next call; 0: the end; -1: input_why
 */
ssize_t wpar_ahead_read(struct ahead *h, const void **buffer);
/* wpar_ahead_stop - both end; what was read ahead counts as read, and is forgotten; frees @h */
void wpar_ahead_stop(struct ahead *h);

/*
 * wpar_contents_put - @data belongs to the file that is being read
 * wpar_contents_put_hole - @len bytes of a hole likewise
 * wpar_contents_end - that is all of it: a->contents_end() gets its digest, in either thread
 * wpar_contents_wait - all that was put is summed up, and each file's end told
 * Each does nothing where a->contents is NULL.  The last two return 0 or -ENOMEM, perhaps that of a
 * file before.
 */
void wpar_contents_put(struct extract *a, const void *data, size_t len);
void wpar_contents_put_hole(struct extract *a, uint64_t len);
int wpar_contents_end(struct extract *a, uint64_t size, const char *name);
int wpar_contents_wait(struct extract *a);
