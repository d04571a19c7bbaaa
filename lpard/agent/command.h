/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One command in an LPAR on behalf of one client: joins a client's connection (frames, stream 1,
 * tag 0) and a stream of the channel.  Pure like channel.h.  Credits are the client's and the
 * agent's own, passed through, so that nothing piles up here.  A signal overtakes no data, and is
 * never stuck behind data either.
 */
#pragma once

#include "lpard/agent/channel.h"

struct lpar_command;

#define LPAR_COMMAND_STREAM 1u

struct lpar_command_ops {
	/*
	 * Once: the agent's answer.  @err NULL: send the Varlink reply, then what
	 * lpar_command_output() has; else send @err (borrowed) as the reply, and free the command.
	 */
	void (*replied)(struct lpar_command *r, const struct par_error *err, void *user);
	/* There is output, or room for the client's bytes, or the end: ask the last three
	 * functions. */
	void (*changed)(struct lpar_command *r, void *user);
};

/*
 * lpar_command_new - start a command
 * @parameters	of org.lpard.agent.Run: argv, environment, directory, tty, rows, columns; borrowed
 * Errors: as lpar_stream_open().  No callback comes before the function returns.
 */
int lpar_command_new(struct lpar_command **ret, struct lpar_channel *c,
		     struct json_object *parameters, const struct lpar_command_ops *ops, void *user,
		     struct par_error **err);
/* lpar_command_free - the client is gone, or all is done; a command that still runs is killed */
void lpar_command_free(struct lpar_command **r);

/* lpar_command_feed - bytes from the client (at most 1 MiB); a client's mistake ends the command */
void lpar_command_feed(struct lpar_command *r, const void *data, size_t len);
/* lpar_command_can_read - false: leave the client's bytes in its socket for now */
bool lpar_command_can_read(const struct lpar_command *r);
/* lpar_command_output - what to write to the client, after `replied`; returns its length */
size_t lpar_command_output(struct lpar_command *r, const void **ret_data);
void lpar_command_sent(struct lpar_command *r, size_t n);
/*
 * lpar_command_exit - false: the command has not ended by itself; else how it did
 * lpar_command_why - why it was ended otherwise; NULL: it was not.  Borrowed.
 */
bool lpar_command_exit(const struct lpar_command *r, bool *ret_killed, int *ret_value);
const struct par_error *lpar_command_why(const struct lpar_command *r);
/* lpar_command_done - nothing more will come: when the output is empty, close the connection */
bool lpar_command_done(const struct lpar_command *r);
