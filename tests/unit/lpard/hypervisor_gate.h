/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hypervisor_gate.h - hold calls to the hypervisor, or let them fail, where a test wants it
 *
 * Put between the daemon and the hypervisor port of one managed system.  A call at a closed gate
 * blocks its worker until the gate is opened; what happens meanwhile is the test's affair.  One per
 * test program, so that the operations, which know only their struct hv, find it.
 */
#pragma once

#include "daemon_over_fake.h"
#include "lpard/hypervisor/fake/fake.h"

#include <pthread.h>

enum gate { GATE_GET, GATE_DEFINE, GATE_SAVE, GATE_START, GATE_STOP, GATES };

static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	const struct hv_ops *real;
	struct hv_ops ops;
	bool closed[GATES];
	bool broken[GATES]; /* calls fail with PAR_E_DISCONNECTED after they were held */
	unsigned int held[GATES];
} gates = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };

static inline int gate_pass(enum gate g, struct par_error **err)
{
	bool broken;

	pthread_mutex_lock(&gates.lock);
	gates.held[g]++;
	while (gates.closed[g])
		pthread_cond_wait(&gates.changed, &gates.lock);
	gates.held[g]--;
	broken = gates.broken[g];
	pthread_mutex_unlock(&gates.lock);
	return broken ? par_fail(err, PAR_E_DISCONNECTED, 0, "the connection is lost") : 0;
}

static inline void gate_close(enum gate g)
{
	pthread_mutex_lock(&gates.lock);
	gates.closed[g] = true;
	pthread_mutex_unlock(&gates.lock);
}

/* @broken: those that were held, and those that come, fail */
static inline void gate_open(enum gate g, bool broken)
{
	pthread_mutex_lock(&gates.lock);
	gates.closed[g] = false;
	gates.broken[g] = broken;
	pthread_cond_broadcast(&gates.changed);
	pthread_mutex_unlock(&gates.lock);
}

/* How many calls wait there */
static inline unsigned int gate_held(enum gate g)
{
	unsigned int n;

	pthread_mutex_lock(&gates.lock);
	n = gates.closed[g] ? gates.held[g] : 0;
	pthread_mutex_unlock(&gates.lock);
	return n;
}

static inline int gate_get(struct hv *hv, const char *uuid, struct hv_record *ret,
			   struct par_error **err)
{
	int r = gate_pass(GATE_GET, err);

	return r < 0 ? r : gates.real->get(hv, uuid, ret, err);
}

static inline int gate_define(struct hv *hv, const struct hv_definition *d, struct par_error **err)
{
	int r = gate_pass(GATE_DEFINE, err);

	return r < 0 ? r : gates.real->define(hv, d, err);
}

static inline int gate_save(struct hv *hv, const struct lpar_partition *part,
			    struct par_error **err)
{
	int r = gate_pass(GATE_SAVE, err);

	return r < 0 ? r : gates.real->save(hv, part, err);
}

static inline int gate_start(struct hv *hv, const char *uuid, bool discard_saved,
			     struct par_error **err)
{
	int r = gate_pass(GATE_START, err);

	return r < 0 ? r : gates.real->start(hv, uuid, discard_saved, err);
}

static inline int gate_stop(struct hv *hv, const char *uuid, enum hv_stop how,
			    struct par_error **err)
{
	int r = gate_pass(GATE_STOP, err);

	return r < 0 ? r : gates.real->stop(hv, uuid, how, err);
}

/* Put all gates, open, before the hypervisor of the system. */
static inline void gates_install(struct lpar_managed *system)
{
	for (int g = 0; g < GATES; g++)
		gate_open((enum gate)g, false);
	gates.real = system->hv->ops;
	gates.ops = *gates.real;
	gates.ops.get = gate_get;
	gates.ops.define = gate_define;
	gates.ops.save = gate_save;
	gates.ops.start = gate_start;
	gates.ops.stop = gate_stop;
	system->hv->ops = &gates.ops;
}
