/* SPDX-License-Identifier: Apache-2.0 */
/* An event as clients get it: the type Event of the interface. */
#pragma once

#include "lpard/daemon/systems/events.h"

#include <json-c/json.h>

/*
 * lpar_event_json - an object with the members that the event has; NULL when out of memory
 * Returns a reference.  All subscribers of one delivery get the same object, so that a thousand
 * clients that do not read keep each event once: never change the object.
 */
struct json_object *lpar_event_json(const struct lpar_event *event);

/* The Varlink type that these objects have, for the introspection. */
#define LPAR_EVENT_VARLINK                                                             \
	"type Event (number: int, time_ms: int, event: string, system: string, "       \
	"lpar: ?string, lpar_id: ?int, uuid: ?string, was: ?string, now: ?string, "    \
	"code: ?string, text: ?string, job: ?int, operation: ?string, percent: ?int, " \
	"result: ?string, user: ?string)\n"
