/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon put together and taken apart: see life.h. */
#include "lpard/daemon/life.h"

#include "lpard/common/log.h"
#include "lpard/daemon/jobs/move.h"
#include "lpard/daemon/journal/journal.h"
#include "lpard/daemon/methods/dispatch.h"
#include "lpard/daemon/methods/waiting.h"
#include "lpard/daemon/policy/auto_start.h"
#include "lpard/daemon/server/server.h"
#include "lpard/daemon/systems/audit.h"
#include "lpard/daemon/systems/events.h"
#include "lpard/daemon/systems/guests.h"
#include "lpard/daemon/systems/managed_life.h"
#include "lpard/daemon/systems/state_waits.h"
#include "lpard/daemon/systems/unannounced.h"

#include <string.h>

#define WORKERS	     8
#define JOB_WORKERS  16
#define PLUG_WORKERS 4

int lpar_daemon_configure(struct lpar_daemon *d, const struct lpar_daemon_options *o,
			  struct par_error **err)
{
	struct lpar_config *c = calloc(1, sizeof(*c));
	struct lpar_config **all =
		reallocarray(d->configs, d->n_configs + 1, sizeof(struct lpar_config *));
	int r;

	if (all)
		d->configs = all;
	if (!c || !all) {
		free(c);
		return par_oom(err);
	}
	r = lpar_config_load(o->config, c, err);
	if (r < 0) {
		free(c);
		return r;
	}
	d->configs[d->n_configs++] = c;
	d->config = c;
	par_log_set_level(c->log_level);
	return 0;
}

const char *lpar_daemon_socket(const struct lpar_daemon *d, const struct lpar_daemon_options *o)
{
	return o->socket ? o->socket : d->config->socket;
}

char *lpar_daemon_file(const struct lpar_daemon *d, const struct lpar_daemon_options *o,
		       const char *name)
{
	const char *socket = lpar_daemon_socket(d, o), *slash = strrchr(socket, '/');

	if (strcmp(socket, LPAR_CONFIG_SOCKET) == 0)
		return par_strdup_printf("/var/log/lpard/%s", name);
	return par_strdup_printf("%.*s%s", slash ? (int)(slash - socket) + 1 : 0, socket, name);
}

void lpar_daemon_audit(struct lpar_daemon *d, const char *operation, const struct par_error *why)
{
	lpar_audit(d, &(struct lpar_audit){ .uid = getuid(),
					    .pid = getpid(),
					    .operation = operation,
					    .result = why ? par_error_name(why->id) : "ok",
					    .text = why ? why->msg : NULL });
}

static int start_journal(struct lpar_daemon *d, const struct lpar_daemon_options *o,
			 struct par_error **err)
{
	autofree char *usual = lpar_daemon_file(d, o, "events.log");

	if (!usual)
		return par_oom(err);
	return lpar_journal_new(d->config->journal ? d->config->journal : usual, LPAR_JOURNAL_MAX,
				d->events, &d->journal, err);
}

struct lpar_server_config lpar_daemon_door(const struct lpar_daemon *d,
					   const struct lpar_daemon_options *o)
{
	return (struct lpar_server_config){
		.path = lpar_daemon_socket(d, o),
		.listen_fd = o->listen_fd,
		.group = d->config->group,
		.read_group = d->config->read_group,
		.max_clients = d->config->max_clients,
	};
}

int lpar_daemon_add_system(struct lpar_daemon *d, const struct lpar_config_system *s,
			   struct par_error **err)
{
	struct lpar_managed **systems =
		reallocarray(d->systems, d->n_systems + 1, sizeof(struct lpar_managed *));
	int r;

	if (!systems)
		return par_oom(err);
	d->systems = systems;
	r = lpar_managed_new(d, s, &systems[d->n_systems], err);
	if (r == 0)
		d->n_systems++;
	return r;
}

int lpar_daemon_start(struct lpar_daemon *d, const struct lpar_daemon_options *o,
		      struct par_error **err)
{
	struct lpar_server_config door = lpar_daemon_door(d, o);
	int r = par_workers_new(d->loop, WORKERS, &d->workers, err);

	if (r < 0)
		return r;
	r = par_workers_new(d->loop, JOB_WORKERS, &d->job_workers, err);
	if (r < 0)
		return r;
	r = par_workers_new(d->loop, PLUG_WORKERS, &d->plug_workers, err);
	if (r < 0)
		return r;
	r = lpar_events_new(&d->events, err);
	if (r < 0)
		return r;
	if (lpar_guests_subscribe(d) < 0 || lpar_state_waits_subscribe(d) < 0)
		return par_oom(err);
	r = lpar_unannounced_subscribe(d, err);
	if (r < 0)
		return r;
	r = lpar_auto_start_new(d, door.path, &d->auto_start, err);
	if (r < 0)
		return r;
	r = lpar_waiting_new(d->loop, d->events, lpar_dispatch, d, &d->waiting, err);
	if (r < 0)
		return r;
	/* The lock comes with the door: before it no other system is touched. */
	r = lpar_server_new(d->loop, &door, lpar_dispatch, d, &d->server, err);
	if (r < 0)
		return r;
	/* Nor the journal, which another lpard may write. */
	r = start_journal(d, o, err);
	if (r < 0)
		return r;
	lpar_daemon_audit(d, "Start", NULL);
	for (size_t i = 0; i < d->config->n_systems; i++) {
		r = lpar_daemon_add_system(d, &d->config->systems[i], err);
		if (r < 0)
			return r;
	}
	return 0;
}

void lpar_daemon_close(struct lpar_daemon *d)
{
	d->stopping = true;
	if (d->journal)
		lpar_daemon_audit(d, "End", NULL);
	/* No new work; work under way sees ->stopping and ends. */
	par_workers_free(&d->plug_workers);
	par_workers_free(&d->job_workers);
	par_workers_free(&d->workers);
	/* The ends of that work still run in the loop: they take over descriptors and answer calls.
	 */
	for (int i = 0; d->loop && i < 4; i++)
		(void)par_event_run_once(d->loop, 0);
	lpar_waiting_free(&d->waiting);
	lpar_moves_free(d);
	lpar_server_free(&d->server);
}

void lpar_daemon_free(struct lpar_daemon *d)
{
	for (size_t i = 0; i < d->n_systems; i++)
		lpar_managed_free(&d->systems[i]);
	free(d->systems);
	lpar_journal_free(&d->journal);
	lpar_unannounced_free(d);
	lpar_auto_start_free(&d->auto_start);
	lpar_events_free(&d->events);
	par_event_free(&d->loop);
	for (size_t i = 0; i < d->n_configs; i++) {
		lpar_config_done(d->configs[i]);
		free(d->configs[i]);
	}
	free(d->configs);
	*d = (struct lpar_daemon){ 0 };
}
