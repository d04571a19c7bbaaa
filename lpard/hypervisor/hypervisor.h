/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hypervisor port: what the daemon asks of the thing that runs LPARs.  Two back ends serve it:
 * libvirt/ (the real one) and fake/ (in memory, for tests).  The port takes and gives the core's
 * plain data and never XML.  The facts belong to the back end: whoever keeps copies of what these
 * calls return throws them away when an event says so.
 *
 * Threads: every call may be made from any thread, several at a time; calls block (milliseconds as
 * a rule; image_ensure and disk_ensure take seconds), so that the daemon makes them on its workers.
 * Callbacks come on a thread of the port's own and must not block, nor call the port: post to a
 * loop with par_event_post() and return.
 *
 * LPARs are named by UUID (text, any case), which outlives a renaming.
 *
 * Errors common to all calls: PAR_E_DISCONNECTED (the connection is down; the port tries on by
 * itself), PAR_E_NOT_FOUND (no LPAR of ours has that UUID), PAR_E_SYSTEM (with the hypervisor's
 * own text).
 */
#pragma once

#include "firmware/firmware.h"
#include "firmware/image.h"
#include "lpard/common/error.h"
#include "lpard/common/uuid.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hv_ops;
struct lpar_partition;

enum hv_connection {
	HV_CONNECTION_CONNECTING, /* never was up yet */
	HV_CONNECTION_UP,
	HV_CONNECTION_DOWN, /* was up; being tried again with a back-off of 0.1 to 5 s */
};

enum hv_accel_choice { HV_ACCEL_AUTO, HV_ACCEL_ONLY_TCG, HV_ACCEL_ONLY_KVM }; /* auto: KVM if any */

/* A managed system as the configuration names it; copied by open. */
struct hv_config {
	const char *system;	/* its name */
	const char *uri;	/* "qemu:///system", "fake:///", … */
	const char *pool;	/* storage pool; NULL: "lpard" */
	const char *pool_path;	/* where it is made when missing; NULL: libvirt/'s own */
	const char *network;	/* libvirt network of virtual Ethernet; NULL: "default" */
	const char *type_model; /* shown machine type and model; NULL: the back end's own */
	const char *serial;	/* shown serial number; NULL: made from the host's UUID */
	enum hv_accel_choice accel;
};

/* What the machine is.  Strings are owned; hv_facts_done(). */
struct hv_facts {
	enum fw_accel accel;
	uint64_t mem_mib;	 /* installed */
	unsigned int processors; /* threads that can run vCPUs */
	char *cpu_model;	 /* "POWER9": what an LPAR of compatibility mode default gets */
	char *hostname;
	char *host_uuid;  /* lower case */
	char *type_model; /* "9009-42A" */
	char *serial;	  /* seven characters */
	char *version;	  /* "libvirt 9.0.0, QEMU 7.2.22" */
};

enum hv_run_state {
	HV_RUN_OFF,
	HV_RUN_RUNNING,
	HV_RUN_PAUSED,
	HV_RUN_SHUTTING_DOWN, /* asked to power off and has not yet */
	HV_RUN_CRASHED,	      /* the guest panicked, or its emulator died */
	HV_RUN_SUSPENDED,     /* off, with a saved memory image */
};

/*
 * What is so right now.  Memory and vCPUs are those of the running guest.  When the guest is off
 * they are those that the definition would start it with, also if somebody changed the definition
 * behind our back.
 */
struct hv_live {
	enum hv_run_state state;
	int run_id;	    /* differs from start to start; -1 when off */
	uint64_t mem_mib;   /* boot memory and DIMMs */
	unsigned int vcpus; /* usable now */
	unsigned int vcpus_max;
	bool persistent; /* false: gone when it stops (made by others) */
};

struct hv_record {
	struct lpar_partition *part; /* owned; its name and UUID are the domain's */
	struct hv_live live;
};

struct hv_records {
	struct hv_record *v;
	size_t n;
	size_t damaged;		 /* those of them with part->damaged */
	uint64_t others_mem_mib; /* memory of the domains that run and are not LPARs */
};

enum hv_event_type {
	HV_EVENT_CONNECTION, /* .connection; after UP everything may have changed: list again */
	HV_EVENT_DEFINED,    /* appeared, changed or was renamed: get it again */
	HV_EVENT_UNDEFINED,  /* is gone (a running one stays till it stops) */
	HV_EVENT_STARTED,    /* runs now (.detail: "booted", "restored", "migrated") */
	HV_EVENT_STOPPED,    /* "shutdown", "destroyed", "crashed", "failed", "saved", "migrated" */
	HV_EVENT_PAUSED,
	HV_EVENT_RESUMED,
	HV_EVENT_CRASHED,   /* the guest panicked and still is there */
	HV_EVENT_REBOOTED,  /* the guest restarted itself, or was reset */
	HV_EVENT_RESOURCES, /* memory, vCPUs or devices of a live one changed: get it again */
	HV_EVENT_LOWERED,   /* the LPAR gets less than defined; .message: what and why */
};

/* Valid during the callback only.  Events of foreign domains come too, because
 * only get can tell them apart: its answer is PAR_E_NOT_FOUND. */
struct hv_event {
	enum hv_event_type type;
	enum hv_connection connection;
	const char *message; /* HV_EVENT_CONNECTION: why it is down; HV_EVENT_LOWERED; or NULL */
	const char *uuid;    /* lower case; NULL with HV_EVENT_CONNECTION */
	const char *name;
	const char *detail; /* never NULL */
};

typedef void (*hv_event_fn)(const struct hv_event *event, void *user);

/*
 * hv_progress_fn - called now and then by long calls, on the caller's own thread
 * @done, @total	bytes
 * @what	"kernel", "root image", …
 *
 * Returns 0 to go on; anything else ends the call with PAR_E_TIMED_OUT and leaves nothing behind.
 */
typedef int (*hv_progress_fn)(const char *what, uint64_t done, uint64_t total, void *user);

struct hv_progress {
	hv_progress_fn fn; /* may be NULL */
	void *user;
};

/* What define makes a domain from; all borrowed. */
struct hv_definition {
	const struct lpar_partition *part; /* whole: attributes, profiles, current configuration */
	const struct fw_image *image;	   /* what it boots; NULL: nothing is attached */
	const char
		*disk; /* its root disk, as disk_ensure says; NULL: the one it has, or the usual */
	enum lpar_boot_mode boot_mode; /* of the next start */
};

/* An LPAR's disk is made once, and nothing that stands in its place is ever replaced. */
enum hv_disk_wish {
	HV_DISK_FIRST, /* none was made yet: what stands under its name is used, else one is made */
	HV_DISK_AGAIN, /* making one was begun: half of one is passed over and another one made */
	HV_DISK_THERE, /* one was made, and must be there */
	HV_DISK_NEW,   /* the one that was made is gone: another one is made */
};

/* Volumes of lpard's that nothing needs; hv_unused_done() */
struct hv_unused_volume {
	char *name;
	uint64_t bytes; /* that it takes */
};
struct hv_unused {
	struct hv_unused_volume *v;
	size_t n;
};

/* What is needed although the hypervisor cannot know that; borrowed. */
struct hv_keep {
	const struct fw_image *images; /* those that there are, or that an LPAR's disk is made of */
	size_t n_images;
	struct par_strv uuids; /* of LPARs of other systems, which may share the storage pool */
};

enum hv_stop {
	HV_STOP_ASK,	   /* press the power button: the guest shuts down, when it likes */
	HV_STOP_IMMEDIATE, /* pull the plug; returns when it is off */
};

enum hv_restart {
	HV_RESTART_ASK,
	HV_RESTART_IMMEDIATE, /* reset */
};

struct hv {
	const struct hv_ops *ops;
};

/* A text name for each; never NULL. */
const char *hv_run_state_name(enum hv_run_state state);
const char *hv_event_name(enum hv_event_type type);
/* hv_no_lpar - what every operation of a back end says when the LPAR is gone; PAR_E_NOT_FOUND */
int hv_no_lpar(const char *uuid, struct par_error **err);

void hv_facts_done(struct hv_facts *f);
void hv_record_done(struct hv_record *r);
void hv_records_done(struct hv_records *r);
void hv_unused_done(struct hv_unused *u);

#define auto_hv_facts	par_cleanup(hv_facts_done) struct hv_facts
#define auto_hv_record	par_cleanup(hv_record_done) struct hv_record
#define auto_hv_records par_cleanup(hv_records_done) struct hv_records
#define auto_hv_unused	par_cleanup(hv_unused_done) struct hv_unused

/*
 * hv_open - connect to a managed system
 * @fn		gets every event until close has returned
 *
 * Returns at once; HV_EVENT_CONNECTION tells when it is up.  The back end is chosen by the URI
 * ("fake:" is fake/, everything else libvirt/).  Close with hv_close().
 * Errors: PAR_E_INVALID_ARGUMENT, PAR_E_NO_MEMORY.
 */
int hv_open(const struct hv_config *config, hv_event_fn fn, void *user, struct hv **ret,
	    struct par_error **err);

/* hv_close - end the connection and its threads (waits for calls under way); *hv becomes NULL */
void hv_close(struct hv **hv);

struct hv_ops {
	const char *name; /* "libvirt", "fake" */

	void (*close)(struct hv *hv);
	enum hv_connection (*connection)(struct hv *hv);
	/* wait until the connection is up, at most that long; 0, -ETIMEDOUT (PAR_E_DISCONNECTED
	 * with the reason) */
	int (*wait_up)(struct hv *hv, unsigned int timeout_ms, struct par_error **err);
	int (*facts)(struct hv *hv, struct hv_facts *ret, struct par_error **err);

	/*
	 * list - every LPAR with its state, by name.  Foreign domains are not shown.
	 * A domain with our mark whose metadata cannot be read is an LPAR, too: part->damaged says
	 * why, and what is known of it is its name, its UUID, its state and perhaps its id.
	 */
	int (*list)(struct hv *hv, struct hv_records *ret, struct par_error **err);
	/* get - one LPAR, also a damaged one */
	int (*get)(struct hv *hv, const char *uuid, struct hv_record *ret, struct par_error **err);
	/* others - the memory of the domains that run and are not LPARs, in MiB */
	int (*others)(struct hv *hv, uint64_t *ret_mem_mib, struct par_error **err);

	/*
	 * define - make the LPAR, or make it anew under the same UUID and name; all or nothing.
	 * For a running LPAR the definition holds from the next start, its metadata at once.
	 * What others have put into the LPAR's definition stays.
	 * Errors: PAR_E_EXISTS (the name or UUID belongs to another, ours or foreign),
	 * PAR_E_INVALID_ARGUMENT (libvirt has no word for it; more memory units than slots, …).
	 */
	int (*define)(struct hv *hv, const struct hv_definition *d, struct par_error **err);
	/* save - write attributes, profiles, current configuration, last error; resources stay */
	int (*save)(struct hv *hv, const struct lpar_partition *part, struct par_error **err);
	/* rename - an LPAR that is off (else PAR_E_WRONG_STATE); PAR_E_EXISTS */
	int (*rename)(struct hv *hv, const char *uuid, const char *name, struct par_error **err);
	/* undefine - an LPAR that is off (else PAR_E_WRONG_STATE); disk_remove takes its disk */
	int (*undefine)(struct hv *hv, const char *uuid, struct par_error **err);

	/*
	 * start - returns when the guest's first instruction runs.  A saved memory image is used
	 * unless @discard_saved.  Errors: PAR_E_WRONG_STATE (runs already), PAR_E_NO_RESOURCES.
	 */
	int (*start)(struct hv *hv, const char *uuid, bool discard_saved, struct par_error **err);
	/* discard_saved - give up the saved memory of an LPAR that is off; 0 also without one.  No
	 * event tells of it, neither here nor when others do it. */
	int (*discard_saved)(struct hv *hv, const char *uuid, struct par_error **err);
	/* stop, restart - PAR_E_WRONG_STATE when the LPAR is off */
	int (*stop)(struct hv *hv, const char *uuid, enum hv_stop how, struct par_error **err);
	int (*restart)(struct hv *hv, const char *uuid, enum hv_restart how,
		       struct par_error **err);

	/*
	 * console_open, channel_open - byte streams of a running LPAR: its virtual terminal, and
	 * the agent's virtio-serial port org.lpard.agent.0
	 * @steal	take the console from whoever holds it (virsh too)
	 * @ret_fd	a non-blocking stream socket; read, write and poll it; the caller closes it,
	 *		which ends the stream
	 *
	 * End of file (or EPIPE) means that the stream died: the guest stopped, libvirtd went away,
	 * or another program stole the stream.  What was received before can still be read.
	 *
	 * Backpressure: a guest that does not read makes the socket full (EAGAIN).  Bytes from a
	 * guest that nobody reads are kept to 1 MiB; then a console loses the oldest, and a
	 * channel, where a hole would be worse, is closed.
	 *
	 * Errors: PAR_E_BUSY (another program has the stream open), PAR_E_WRONG_STATE (the LPAR is
	 * off), PAR_E_NOT_SUPPORTED.
	 */
	int (*console_open)(struct hv *hv, const char *uuid, bool steal, int *ret_fd,
			    struct par_error **err);
	int (*channel_open)(struct hv *hv, const char *uuid, int *ret_fd, struct par_error **err);

	/*
	 * image_ensure - have the files of a boot image in the storage pool, whole and checked
	 *
	 * Each file is read once, and its SHA-256 compared with the manifest while the file is
	 * uploaded.  An uploaded file counts only when it is complete: an upload that was killed is
	 * done again.  Files already there are not read.  Calls for the same image wait for each
	 * other.
	 * Errors: PAR_E_CORRUPT (checksum or size), PAR_E_NOT_FOUND, PAR_E_NO_SPACE.
	 */
	int (*image_ensure)(struct hv *hv, const struct fw_image *image,
			    const struct hv_progress *progress, struct par_error **err);
	/* image_remove - delete an image's files from the pool; PAR_E_BUSY when a disk needs them
	 */
	int (*image_remove)(struct hv *hv, const struct fw_image *image, struct par_error **err);

	/*
	 * disk_ensure - have the LPAR's own disk: thin, over the image's root file system
	 * @size_mib	0: the image's size; of a disk that is made
	 * @ret_path	for hv_definition.disk, caller frees; NULL: the image has no root file
	 * system
	 *
	 * The disk that the LPAR's definition names is the LPAR's, whatever its name.  A disk that
	 * exists is left as it is.
	 * Errors: PAR_E_NOT_FOUND (the disk, or one of those that it is made over, is missing),
	 * PAR_E_CORRUPT (what stands under its name is no such disk; a base has changed),
	 * PAR_E_WRONG_STATE (HV_DISK_NEW, and the disk is there), PAR_E_NO_SPACE.
	 */
	int (*disk_ensure)(struct hv *hv, const char *uuid, const struct fw_image *image,
			   uint64_t size_mib, enum hv_disk_wish wish, char **ret_path,
			   struct par_error **err);
	/*
	 * disk_remove - remove every volume of the LPAR's; 0 also when there is none
	 * Errors: PAR_E_BUSY (another domain or another volume needs one: nothing is removed).
	 */
	int (*disk_remove)(struct hv *hv, const char *uuid, struct par_error **err);

	/*
	 * pool_remove - remove every volume of ours (known by its name), and the pool when nothing
	 * else is in it; PAR_E_BUSY while there are LPARs
	 */
	int (*pool_remove)(struct hv *hv, struct par_error **err);

	/*
	 * unused - volumes with lpard's names that no domain, ours or not, defined or running,
	 * needs, over which no volume is made that is needed, and that @keep does not name
	 * @remove	remove them
	 * Errors: PAR_E_BUSY (@remove, and a domain has a disk that cannot be looked into).
	 */
	int (*unused)(struct hv *hv, const struct hv_keep *keep, bool remove, struct hv_unused *ret,
		      struct par_error **err);
};
