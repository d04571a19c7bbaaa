/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest_streams.h - consoles and agents' links over a hypervisor of the test's own
 *
 * The hypervisor opens socket pairs; work for the workers runs when the test says so, so that any
 * order can be tested.  One owner takes notes, and one client has or wants the terminal.
 */
#pragma once

#include "harness.h"
#include "lpard/daemon/guest/agent_link.h"
#include "lpard/daemon/guest/console_priv.h"

#define STREAMS_LIMIT_MS 20000

/* The client's connection, which is server/'s in lpard. */
struct lpar_upgraded {
	const struct lpar_upgraded_ops *ops;
	void *user;
};

struct guest_streams {
	struct par_event *loop;
	size_t n_jobs; /* asked for and not finished */
	/* the hypervisor: the guest's ends of the streams; -1: closed */
	int console_end, agent_end;
	enum par_error_id failure; /* what opening fails with; PAR_E_COUNT: it does not */
	unsigned int n_opened;
	/* what is tested, and what its owner was told */
	struct lpar_console *console;
	struct lpar_agent_link *agent;
	enum fw_stage_id stage;
	bool agent_up;
	unsigned int n_agent; /* changes */
	/* the client */
	struct lpar_call call;
	struct lpar_upgraded terminal;
	bool has_terminal;
	int answer;   /* 0: the terminal; else 1 + the error's kind; -1: none yet */
	size_t heard; /* bytes of the console */
};
extern struct guest_streams streams;

/* The fixture; at the end nothing is left: no descriptor, no call without an answer, no terminal.
 */
void streams_setup(void);
void streams_teardown(void);

/* streams_work - what was asked for is worked, as by a worker; _finish: and its end is told */
void streams_work(void);
void streams_finish(void);

void streams_ask_for_terminal(void);
void streams_client_goes(void);

void streams_guest_says(const char *text);
void streams_agent_says_hello(void);

/* streams_ended - was our end of the guest's @fd closed? */
bool streams_ended(int fd);
void streams_close_end(int *fd);

void streams_sync_console(enum lpar_guest guest, int run_id, bool stages);

/* streams_turn - of the loop, once; streams_until - as often as it takes */
void streams_turn(void);
#define streams_until(condition)                                                             \
	do {                                                                                 \
		uint64_t until_end_ms = par_now_ms() + STREAMS_LIMIT_MS;                     \
		while (!(condition)) {                                                       \
			ck_assert_msg(par_now_ms() < until_end_ms, "never: %s", #condition); \
			streams_turn();                                                      \
		}                                                                            \
	} while (0)
