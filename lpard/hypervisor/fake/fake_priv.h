/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this folder share.  h->lock guards everything; callbacks run without it. */
#pragma once

#include "lpard/common/str.h"
#include "lpard/core/model/partition.h"
#include "lpard/hypervisor/fake/fake.h"

#include <pthread.h>

struct fake_stream {
	struct fake_stream *next;
	char uuid[PAR_UUID_LEN]; /* of its LPAR, upper case */
	bool channel;
	bool closing; /* end of file once everything is written */
	int fd;	      /* -1: handed to an agent */
	pid_t agent;  /* 0: none */
	struct par_buf out, line;
};

struct fake_lpar {
	struct lpar_partition *part;
	struct hv_live live;
	enum lpar_boot_mode boot_mode;
	uint64_t off_at_ms;	/* 0: not asked to power off */
	uint64_t login_at_ms;	/* 0: the prompt is there */
	char *damaged;		/* why its metadata cannot be read; NULL: it can */
	struct par_buf console; /* written and not yet read by anybody */
};

struct fake_event {
	struct fake_event *next;
	enum hv_event_type type;
	enum hv_connection connection;
	char uuid[PAR_UUID_LEN];
	char *name;
	const char *detail;
};

struct fake {
	struct hv hv;
	hv_event_fn fn;
	void *user;
	char *system, *type_model, *serial, *agent;
	uint64_t mem_mib, boot_ms, others_mem_mib;
	unsigned int processors;
	bool down;
	bool was_up;

	pthread_t thread;
	pthread_mutex_t lock;
	int wake_fd;
	bool closing;
	struct fake_lpar *lpars; /* sorted by name is list's work */
	size_t n_lpars;
	int last_run_id;
	struct par_strv images; /* digests of what image_ensure was given */
	struct par_strv disks;	/* UUIDs */
	struct fake_stream *streams;
	struct fake_event *events, **events_tail;
};

#define fake_of(h) ((struct fake *)(h))

/* fake.c */
extern const struct hv_ops fake_ops;

/* fake_lpars.c */
/* fake_active - does the guest run? */
bool fake_active(const struct fake_lpar *l);
struct fake_lpar *fake_find_name(struct fake *f, const char *name);
/*
 * fake_begin - lock, and find the LPAR of @uuid (may be NULL: none is wanted)
 * On failure the lock is open again; after success fake_end() unlocks, and returns @r.
 */
int fake_begin(struct fake *f, const char *uuid, struct fake_lpar **ret, struct par_error **err);
int fake_end(struct fake *f, int r);
int fake_put(struct fake *f, const struct lpar_partition *part, enum lpar_boot_mode boot_mode,
	     struct par_error **err);
void fake_lpar_done(struct fake_lpar *l);

/* fake_store.c */
int fake_image_ensure(struct hv *hv, const struct fw_image *image,
		      const struct hv_progress *progress, struct par_error **err);
int fake_image_remove(struct hv *hv, const struct fw_image *image, struct par_error **err);
int fake_disk_ensure(struct hv *hv, const char *uuid, const struct fw_image *image,
		     uint64_t size_mib, enum hv_disk_wish wish, char **ret_path,
		     struct par_error **err);
int fake_disk_remove(struct hv *hv, const char *uuid, struct par_error **err);
int fake_unused(struct hv *hv, const struct hv_keep *keep, bool remove, struct hv_unused *ret,
		struct par_error **err);
int fake_pool_remove(struct hv *hv, struct par_error **err);

/* guest.c; all with the lock held */
struct fake_lpar *fake_find(struct fake *f, const char *uuid);
void fake_emit(struct fake *f, enum hv_event_type type, const struct fake_lpar *l,
	       const char *detail);
void fake_wake(struct fake *f);
void fake_guest_start(struct fake *f, struct fake_lpar *l);
/* fake_guest_resume - the guest goes on from its saved memory */
void fake_guest_resume(struct fake *f, struct fake_lpar *l);
/* fake_guest_stop - @detail: as of HV_EVENT_STOPPED; "crashed" and "saved" are states, too */
void fake_guest_stop(struct fake *f, struct fake_lpar *l, const char *detail);
void fake_guest_restart(struct fake *f, struct fake_lpar *l);
int fake_stream_open(struct fake *f, struct fake_lpar *l, bool channel, int *ret_fd,
		     struct par_error **err);
struct fake_stream *fake_stream_find(struct fake *f, const char *uuid, bool channel);
void fake_stream_end(struct fake_stream *s);

void fake_guest_input(struct fake *f, struct fake_stream *s, const char *data, size_t n);
int fake_guests_tick(struct fake *f);

/* thread.c: the guests' time, their streams, the delivery of events */
void *fake_thread(void *arg);
void fake_streams_free(struct fake *f);
void fake_forget_events(struct fake *f);
/* fake_close - end the thread and free everything; fake_free - only the latter, without a thread */
void fake_close(struct hv *hv);
void fake_free(struct fake *f);
