/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is noted while the processes of a WPAR are looked at, one after the other.  Internal to
 * ckpt_snapshot.c and those that look for it: at what is open (ckpt_opens.c), sockets
 * (ckpt_sockets.c), watched files (ckpt_watches.c) and what is mapped (ckpt_maps.c).
 */
#pragma once

#include "wparctl/checkpoint/ckpt_manifest.h"
#include "wparctl/checkpoint/precheck.h"
#include "wparctl/checkpoint/watches.h"

#include <sys/stat.h>

/* A pipe or a socket that leads to somebody: is that one of the WPAR's? */
struct wpar_ckpt_end {
	uint64_t ino;  /* of the pipe, or of the socket */
	uint64_t peer; /* of a socket: the one that it is connected to; 0: none, or not known */
	pid_t pid;     /* who has it */
	bool is_pipe;
	bool reads, writes; /* of a pipe: which of its ends processes of the WPAR have */
};

/* What is mounted in it. */
struct wpar_ckpt_mount {
	uint64_t id; /* by the kernel's number */
	dev_t dev;
	char *target;
};

struct wpar_ckpt_seen {
	struct wpar_ckpt_snapshot *snapshot;
	struct wpar_ckpt_manifest *manifest; /* NULL: nobody wants to know what is mapped */
	unsigned int criu;		     /* its version, as in ability.h */
	pid_t init;
	struct par_strv mapped;	     /* paths that were seen: there are some dozens */
	struct wpar_watches watches; /* on files of @overlay */
	dev_t overlay;	 /* the device of its root directory, if that is an overlay; 0 */
	dev_t groups;	 /* of the control groups that it sees; 0: none */
	dev_t terminals; /* its own /dev/pts; 0: it has none */
	dev_t shm;	 /* the device of memory that is a file: memfd, System V, shared */
	char time[64];	 /* what PID 1's time namespace is called */
	ino_t network;	 /* its network namespace */
	int root;	 /* its root directory, open; -1 */
	struct wpar_ckpt_mount *mounts;
	size_t n_mounts;
	unsigned int waited_ms; /* for events to be read */
	struct wpar_ckpt_end *ends;
	size_t n_ends;
};

#define auto_ckpt_seen par_cleanup(wpar_ckpt_seen_done) struct wpar_ckpt_seen
void wpar_ckpt_seen_done(struct wpar_ckpt_seen *s);

/* wpar_ckpt_seen_end - room for one more in s->ends, zeroed; NULL: no memory */
struct wpar_ckpt_end *wpar_ckpt_seen_end(struct wpar_ckpt_seen *s);

/*
 * wpar_ckpt_seen_say - process @pid has @what, and @name of it, which does not come along
 * Unprintable bytes of @name are shown as '?'.  0 or -ENOMEM.
 */
int wpar_ckpt_seen_say(struct wpar_ckpt_seen *s, pid_t pid, const char *what, const char *name,
		       const char *remedy);

/* wpar_ckpt_seen_read - a file of /proc below @dir, whole */
int wpar_ckpt_seen_read(int dir, const char *name, struct par_buf *ret);

/*
 * wpar_ckpt_seen_elsewhere - is the mount that the open file @fd, of this process, lies in none of
 * the WPAR's?
 */
bool wpar_ckpt_seen_elsewhere(const struct wpar_ckpt_seen *s, int fd);

/* wpar_ckpt_see_opens - what the process has open and where it is; @dir is its folder in /proc */
int wpar_ckpt_see_opens(struct wpar_ckpt_seen *s, pid_t pid, int dir);

/* wpar_ckpt_see_inotify - descriptor @number of the process, of which @infos is its fdinfo */
int wpar_ckpt_see_inotify(struct wpar_ckpt_seen *s, pid_t pid, int pidfd, int infos,
			  const char *number);

/* wpar_ckpt_see_socket - descriptor @number of the process with @pidfd is the socket @ino */
int wpar_ckpt_see_socket(struct wpar_ckpt_seen *s, pid_t pid, int pidfd, int number, uint64_t ino);

/* wpar_ckpt_see_peers - to which the sockets of AF_UNIX among s->ends are connected */
int wpar_ckpt_see_peers(struct wpar_ckpt_seen *s);

/* wpar_ckpt_see_ends - at the end: which of s->ends lead to processes outside? */
int wpar_ckpt_see_ends(struct wpar_ckpt_seen *s);

/* wpar_ckpt_see_maps - the files that the process has mapped */
int wpar_ckpt_see_maps(struct wpar_ckpt_seen *s, pid_t pid, int dir);

/* wpar_ckpt_see_queues - POSIX message queues, of which criu knows nothing */
int wpar_ckpt_see_queues(struct wpar_ckpt_seen *s);
