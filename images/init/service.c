/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The programs init keeps running.  Time and starting come from spawn.c: the table is tested with
 * a clock and programs of the test's own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "init.h"

#define SERVICES_MAX   24
#define ARGS_MAX       12
#define DELAY_FIRST_MS 100
#define DELAY_MAX_MS   10000
#define RUNS_WELL_MS   10000

struct service {
	char name[24];
	char *argv[ARGS_MAX];
	pid_t pid; /* 0: not running */
	long long started_ms, due_ms;
	int delay_ms; /* before the next start; doubles while the program ends at once */
	bool said;    /* its first start has been told */
};

static struct service services[SERVICES_MAX];
static size_t n_services;
static bool stopped;

static void start_service(struct service *s)
{
	pid_t pid = init_spawn((const char *const *)s->argv, -1);

	s->started_ms = init_now_ms();
	if (pid > 0) {
		s->pid = pid;
		if (!s->said)
			init_say("%s started", s->name);
		s->said = true;
		return;
	}
	if (s->delay_ms < DELAY_MAX_MS)
		init_say("%s not started: %s", s->name, strerror(-pid));
	s->delay_ms = DELAY_MAX_MS;
	s->due_ms = s->started_ms + s->delay_ms;
}

/* init_service_add - keep a program running from now on; a service of that name is left as it is */
void init_service_add(const char *name, const char *const argv[])
{
	struct service *s;

	for (size_t i = 0; i < n_services; i++)
		if (strcmp(services[i].name, name) == 0)
			return;
	if (n_services == SERVICES_MAX || stopped)
		return;
	s = &services[n_services++];
	snprintf(s->name, sizeof(s->name), "%s", name);
	for (size_t i = 0; i + 1 < ARGS_MAX && argv[i]; i++)
		s->argv[i] = strdup(argv[i]);
	start_service(s);
}

/* init_service_start_due - start the services again that ended and have waited long enough */
void init_service_start_due(void)
{
	long long now = init_now_ms();

	for (size_t i = 0; i < n_services && !stopped; i++)
		if (services[i].pid == 0 && services[i].due_ms <= now)
			start_service(&services[i]);
}

/* init_service_ended - a child has ended; true when it was a service, which is due again */
bool init_service_ended(pid_t pid, int status)
{
	(void)status;
	for (size_t i = 0; i < n_services; i++) {
		struct service *s = &services[i];
		long long now = init_now_ms();

		if (s->pid != pid)
			continue;
		s->pid = 0;
		if (now - s->started_ms >= RUNS_WELL_MS)
			s->delay_ms = 0;
		s->due_ms = now + s->delay_ms;
		s->delay_ms = s->delay_ms ? s->delay_ms * 2 : DELAY_FIRST_MS;
		if (s->delay_ms > DELAY_MAX_MS)
			s->delay_ms = DELAY_MAX_MS;
		return true;
	}
	return false;
}

/* init_service_wait_ms - how long until one is due; -1: until something ends */
int init_service_wait_ms(void)
{
	long long now = init_now_ms(), wait = -1;

	for (size_t i = 0; i < n_services && !stopped; i++) {
		long long left = services[i].due_ms > now ? services[i].due_ms - now : 0;

		if (services[i].pid == 0 && (wait < 0 || left < wait))
			wait = left;
	}
	return (int)wait;
}

/* init_services_stop - nothing is started again */
void init_services_stop(void)
{
	stopped = true;
}
