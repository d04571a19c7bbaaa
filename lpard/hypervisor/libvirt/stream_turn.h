/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream_turn.h - who may do what to the streams of one LPAR at a time
 *
 * libvirtd (9 to 11) frees a stream on the thread of the call that ends the stream (a domain
 * destroyed, a console taken over), while libvirtd's event thread may hold a message of the
 * stream's connection back for that same stream, and then reads freed memory: libvirtd dies, or
 * loses the message, and who sent the message waits for ever.  So what sends on a stream's
 * connection (data, the end of the connection) and what ends streams take turns.
 */
#pragma once

#include <libvirt/libvirt.h>
#include <pthread.h>
#include <stdbool.h>

enum hv_turn_kind {
	HV_TURN_SENDS, /* something goes to libvirtd on the connection of a stream */
	HV_TURN_ENDS,  /* a call ends streams of the LPAR */
};

struct hv_turn {
	enum hv_turn_kind kind;
	char uuid[VIR_UUID_STRING_BUFLEN];
	struct hv_turn *next;
};

struct hv_turns {
	pthread_mutex_t lock;
	pthread_cond_t over;
	struct hv_turn *taken;
};

void hv_turns_init(struct hv_turns *t);
/* hv_turns_done - nobody has a turn any more */
void hv_turns_done(struct hv_turns *t);

/*
 * hv_turn_take - wait until nobody does the other kind of thing to the LPAR @uuid
 * @turn	the caller's, until hv_turn_give()
 *
 * Several of one kind go on side by side.  Who ends streams waits at most 2 s: a power plug that is
 * pulled does not wait for a guest's terminal.
 */
void hv_turn_take(struct hv_turns *t, struct hv_turn *turn, const char *uuid,
		  enum hv_turn_kind kind);
void hv_turn_give(struct hv_turns *t, struct hv_turn *turn);
