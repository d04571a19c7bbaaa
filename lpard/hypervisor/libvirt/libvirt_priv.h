/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of this folder share.
 *
 * Threads: one per process runs libvirt's event loop (loop.c), where libvirt's callbacks and the
 * pumps of streams live; one per system keeps the connection up that has its events (keeper.c);
 * everything else runs on the callers' threads, each call with a connection of its own (call.c).
 */
#pragma once

#include "lpard/hypervisor/libvirt/hv_libvirt.h"
#include "lpard/hypervisor/libvirt/stream_turn.h"
#include "lpard/hypervisor/libvirt/xml/plan.h"

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <pthread.h>

#define HV_EVENTS_MAX  8
#define HV_IDLE_MAX    4 /* connections kept for the next call */
#define HV_OPENING_MAX 4 /* connections being opened at once, for calls */
#define HV_MIB	       (UINT64_C(1) << 20)
#define HV_POOL_FULL   HV_MIB /* a pool with less than that free is full */

struct hv_pump;

struct hv_libvirt {
	struct hv hv;
	/* Copies of the configuration; never change. */
	char *system, *uri, *pool, *pool_path, *network, *type_model, *serial;
	enum hv_accel_choice accel_choice;
	hv_event_fn fn;
	void *user;

	pthread_t keeper;
	pthread_mutex_t lock;
	pthread_cond_t changed; /* any of what follows did */
	enum hv_connection state;
	virConnectPtr conn; /* while up: the keeper's */
	char *why_down;	    /* text of the last failure */
	bool lost;	    /* libvirt told that the connection is gone */
	bool closing;
	unsigned int calls; /* under way */
	virConnectPtr idle[HV_IDLE_MAX];
	unsigned int n_idle;
	unsigned int opening;
	unsigned int senders; /* threads of streams (guest_stream.c) */
	bool abandoned;	      /* closed while senders were left: the last of them frees all */
	int callbacks[HV_EVENTS_MAX];
	int n_callbacks;
	enum fw_accel accel;	/* known once up */
	unsigned int without;	/* options (enum fw_option) that KVM there has refused */
	bool test_driver;	/* the same */
	char *pool_target;	/* path of the pool, once known */
	struct hv_pump *pumps;	/* belongs to the event thread */
	struct hv_turns turns;	/* has a lock of its own */
	pthread_mutex_t upload; /* one upload at a time */
};

#define hv_libvirt_of(h) ((struct hv_libvirt *)(h))

/*
 * senders.c: the threads of streams (h->senders)
 *
 * hv_senders_wait - for all of them to end, 10 s at most
 * Returns false when some are left: then the last of them frees @h.
 */
bool hv_senders_wait(struct hv_libvirt *h);
/* hv_sender_ended - the thread of a stream ends, and does not touch @h any more */
void hv_sender_ended(struct hv_libvirt *h);
/* hv_libvirt_free - the memory of @h, which is closed or was never started */
void hv_libvirt_free(struct hv_libvirt *h);

/* loop.c */
int hv_loop_ref(struct par_error **err);
void hv_loop_unref(void);
/* hv_thread_block_signals - first in each thread of ours: signals belong to the program's own */
void hv_thread_block_signals(void);
/* hv_loop_call - run @fn on the event thread and wait for it; also a barrier for callbacks */
int hv_loop_call(void (*fn)(void *arg), void *arg);

/*
 * call.c: every call starts and ends with these
 * The connection is the call's alone, unless no further one can be had: it may take its time.
 */
int hv_call_begin(struct hv_libvirt *h, virConnectPtr *ret, struct par_error **err);
void hv_call_end(struct hv_libvirt *h, virConnectPtr conn);
/* hv_idle_close - end the connections that are kept for the next call */
void hv_idle_close(struct hv_libvirt *h);
void hv_emit(struct hv_libvirt *h, const struct hv_event *event);
/* hv_wait_changed - wait for h->changed, at most @ms (-1: for ever); h->lock is held */
void hv_wait_changed(struct hv_libvirt *h, int ms);
/*
 * hv_call_again - after the connection of a call was lost: another one, if libvirt comes back
 * within seconds
 * Returns like hv_call_begin(); each of the two is ended by hv_call_end().
 */
int hv_call_again(struct hv_libvirt *h, virConnectPtr *ret, struct par_error **err);
/*
 * hv_connection_new - a connection of its own
 * Refused (PAR_E_SYSTEM, EMFILE) while descriptors are short: without one libvirt's loops would
 * abort the program.
 */
virConnectPtr hv_connection_new(struct hv_libvirt *h, struct par_error **err);

/* keeper.c: the thread that keeps @h (a struct hv_libvirt) connected until h->closing */
void *hv_keeper(void *h);

/* domain_events.c */
int hv_events_register(struct hv_libvirt *h, virConnectPtr conn, struct par_error **err);
void hv_events_unregister(struct hv_libvirt *h, virConnectPtr conn);

/*
 * errors.c: the last libvirt error of this thread as ours; returns negative errno
 * Must be the next call after the one that failed: every function of libvirt, the getters too,
 * begins by forgetting the error.  So even a name for the text is asked for before the call.
 */
int hv_fail(virConnectPtr conn, struct par_error **err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
bool hv_last_code_is(int code);

/* facts.c */
int hv_probe_accel(struct hv_libvirt *h, virConnectPtr conn, struct par_error **err);
/* hv_machine_mib - the memory of the machine, in MiB; 0 when libvirt does not say */
uint64_t hv_machine_mib(virConnectPtr conn);
int hv_libvirt_facts(struct hv *hv, struct hv_facts *ret, struct par_error **err);

/* list.c */
int hv_libvirt_list(struct hv *hv, struct hv_records *ret, struct par_error **err);
int hv_libvirt_get(struct hv *hv, const char *uuid, struct hv_record *ret, struct par_error **err);
int hv_libvirt_others(struct hv *hv, uint64_t *ret_mem_mib, struct par_error **err);
/* hv_find - an LPAR's domain; PAR_E_NOT_FOUND when the domain is not one of ours */
int hv_find(virConnectPtr conn, const char *uuid, virDomainPtr *ret, struct par_error **err);

/* domain.c */
int hv_libvirt_define(struct hv *hv, const struct hv_definition *d, struct par_error **err);
int hv_libvirt_save(struct hv *hv, const struct lpar_partition *part, struct par_error **err);
int hv_libvirt_rename(struct hv *hv, const char *uuid, const char *name, struct par_error **err);
int hv_libvirt_undefine(struct hv *hv, const char *uuid, struct par_error **err);
int hv_libvirt_start(struct hv *hv, const char *uuid, bool discard_saved, struct par_error **err);
int hv_libvirt_discard_saved(struct hv *hv, const char *uuid, struct par_error **err);
int hv_libvirt_stop(struct hv *hv, const char *uuid, enum hv_stop how, struct par_error **err);
int hv_libvirt_restart(struct hv *hv, const char *uuid, enum hv_restart how,
		       struct par_error **err);

/* guest_stream.c */
int hv_libvirt_console_open(struct hv *hv, const char *uuid, bool steal, int *ret_fd,
			    struct par_error **err);
int hv_libvirt_channel_open(struct hv *hv, const char *uuid, int *ret_fd, struct par_error **err);
/* hv_pumps_end - on the event thread: end all streams of @h */
void hv_pumps_end(void *h);

/* storage.c */
int hv_pool_path(struct hv_libvirt *h, virConnectPtr conn, char **ret, struct par_error **err);
int hv_pool_open(struct hv_libvirt *h, virConnectPtr conn, virStoragePoolPtr *ret,
		 struct par_error **err);
int hv_libvirt_pool_remove(struct hv *hv, struct par_error **err);
/* hv_pool_available - bytes that are free in the pool, when libvirt has looked at it anew */
int hv_pool_available(virConnectPtr conn, virStoragePoolPtr pool, uint64_t *ret,
		      struct par_error **err);
/*
 * hv_pool_check_room - is there room for @bytes more, which @name needs?  PAR_E_NO_SPACE when not.
 *
 * Asked before anything is sent into the pool: libvirtd 11 dies (it frees a message twice) when it
 * cannot write what a stream brings, and all that use that libvirtd lose it.
 */
int hv_pool_check_room(virConnectPtr conn, virStoragePoolPtr pool, const char *name, uint64_t bytes,
		       struct par_error **err);

/* disk.c */
int hv_libvirt_disk_ensure(struct hv *hv, const char *uuid, const struct fw_image *image,
			   uint64_t size_mib, enum hv_disk_wish wish, char **ret_path,
			   struct par_error **err);
int hv_libvirt_disk_remove(struct hv *hv, const char *uuid, struct par_error **err);

/*
 * volume.c: volumes as the folder has them now, not as libvirt remembers them
 *
 * hv_volume_find - by name in the pool; hv_volume_find_path: by path, in any pool that is active
 * @ret, @ret_xml	the volume and what libvirt sees in it; either may be NULL
 * Returns 1, 0 when there is none, or an error: what cannot be read is not taken for missing.
 */
int hv_volume_find(virConnectPtr conn, virStoragePoolPtr pool, const char *name,
		   virStorageVolPtr *ret, char **ret_xml, struct par_error **err);
int hv_volume_find_path(virConnectPtr conn, virStoragePoolPtr pool, const char *path,
			virStorageVolPtr *ret, char **ret_xml, struct par_error **err);
/* hv_pool_refresh - have libvirt look into the folder anew, when it makes no volume just now */
int hv_pool_refresh(virConnectPtr conn, virStoragePoolPtr pool, struct par_error **err);
/* hv_volume_name - of a path in the pool's folder, NULL when it is elsewhere; borrows from @path */
const char *hv_volume_name(const char *pool_path, const char *path);
/* hv_volume_backing - the path of what a volume is made over, NULL: nothing; caller frees */
int hv_volume_backing(const char *xml, char **ret, struct par_error **err);

/* upload.c */
int hv_libvirt_image_ensure(struct hv *hv, const struct fw_image *image,
			    const struct hv_progress *progress, struct par_error **err);
int hv_libvirt_image_remove(struct hv *hv, const struct fw_image *image, struct par_error **err);

/*
 * mark.c: a file of a boot image in the pool, and the mark beside it, NAME.complete, which says
 * that it was uploaded whole, with which digest, and when it was last written
 *
 * hv_mark_make - make the mark; the file is there and whole
 * @sha256	its digest
 */
int hv_mark_make(virConnectPtr conn, virStoragePoolPtr pool, const char *name, const char *sha256,
		 struct par_error **err);
/* hv_mark_remove - 0 also when there is none */
int hv_mark_remove(virConnectPtr conn, virStoragePoolPtr pool, const char *name,
		   struct par_error **err);
/*
 * hv_image_check - is the file what was uploaded?
 * @sha256	that it must have, or its beginning, to which the mark's is compared; NULL: the
 *		mark's own
 *
 * Costs nothing while the file has not been written since; otherwise it is read.
 * Errors: PAR_E_NOT_FOUND, PAR_E_CORRUPT.
 */
int hv_image_check(virConnectPtr conn, virStoragePoolPtr pool, const char *name, const char *sha256,
		   struct par_error **err);

/* needed.c */
int hv_libvirt_unused(struct hv *hv, const struct hv_keep *keep, bool remove, struct hv_unused *ret,
		      struct par_error **err);

/* Destructors of libvirt's objects. */
void hv_cleanup_domain(virDomainPtr *d);
void hv_cleanup_pool(virStoragePoolPtr *p);
void hv_cleanup_volume(virStorageVolPtr *v);
void hv_cleanup_stream(virStreamPtr *s);
#define auto_domain par_cleanup(hv_cleanup_domain) virDomainPtr
#define auto_pool   par_cleanup(hv_cleanup_pool) virStoragePoolPtr
#define auto_volume par_cleanup(hv_cleanup_volume) virStorageVolPtr
#define auto_stream par_cleanup(hv_cleanup_stream) virStreamPtr
