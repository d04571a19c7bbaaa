/* SPDX-License-Identifier: Apache-2.0 */
/*
 * States of partitions and managed systems, with the HMC's words for them, and what is known of a
 * partition only while it runs.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

enum lpar_state {
	LPAR_STATE_NOT_ACTIVATED,
	LPAR_STATE_STARTING,
	LPAR_STATE_RUNNING,
	LPAR_STATE_SHUTTING_DOWN,
	LPAR_STATE_OPEN_FIRMWARE,
	LPAR_STATE_ERROR,
	LPAR_STATE_NOT_AVAILABLE,
	LPAR_STATE_SUSPENDING,
	LPAR_STATE_SUSPENDED,
	LPAR_STATE_RESUMING,
	LPAR_STATE_HARDWARE_DISCOVERY,
	LPAR_STATE_MIGRATING_RUNNING,
	LPAR_STATE_MIGRATING_NOT_ACTIVATED,
	LPAR_STATE_COUNT
};

/* lpar_state_text - "Not Activated", "Open Firmware"…; never NULL */
const char *lpar_state_text(enum lpar_state s);
/* lpar_state_parse - the state with that text; false when there is none */
bool lpar_state_parse(const char *text, enum lpar_state *ret);
/* lpar_state_active - true when a partition in this state always holds its resources (a domain
 * runs); of one partition lpar_live_active() knows better */
bool lpar_state_active(enum lpar_state s);
/* lpar_state_off - true when nothing of the partition runs, nor is kept to run on */
bool lpar_state_off(enum lpar_state s);

enum lpar_system_state {
	LPAR_SYSTEM_OPERATING,
	LPAR_SYSTEM_STANDBY,
	LPAR_SYSTEM_INITIALIZING,
	LPAR_SYSTEM_POWER_OFF,
	LPAR_SYSTEM_POWER_OFF_IN_PROGRESS,
	LPAR_SYSTEM_NO_CONNECTION,
	LPAR_SYSTEM_FAILED_AUTHENTICATION,
	LPAR_SYSTEM_PENDING_AUTHENTICATION,
	LPAR_SYSTEM_INCOMPLETE,
	LPAR_SYSTEM_RECOVERY,
	LPAR_SYSTEM_ERROR,
	LPAR_SYSTEM_STATE_COUNT
};

const char *lpar_system_state_text(enum lpar_system_state s);

enum lpar_rmc_state {
	LPAR_RMC_INACTIVE,
	LPAR_RMC_ACTIVE, /* the agent is connected */
	LPAR_RMC_NONE,
	LPAR_RMC_UNKNOWN,
};

/*
 * What the daemon knows of a partition now; the daemon fills one for each listing.  { 0 } is a
 * partition that is not activated.  Strings are borrowed.
 */
struct lpar_live {
	enum lpar_state state;
	/* A domain is there, whatever the state says: paused by others, crashed and kept, of an
	 * LPAR whose metadata is damaged. */
	bool holds;
	enum lpar_rmc_state rmc_state;
	const char *rmc_ipaddr; /* NULL: not known */
	const char *os_version; /* as shown ("Linux/Debian 6.1.0…"); NULL: Unknown */
	uint64_t mem_mib;	/* in use now; 0: what the current configuration says */
	uint32_t procs;		/* in use now; 0: the same */
	uint32_t proc_units_x100;
};

/* lpar_live_active - does the partition hold its resources?  NULL: no */
bool lpar_live_active(const struct lpar_live *live);

/* A reference code as the daemon recorded it. */
struct lpar_refcode {
	time_t time;			    /* 0: no time stamp */
	uint32_t number;		    /* refcode_num of a system's list */
	const char *refcode;		    /* may be "" */
	const char *words[8];		    /* word2..word9; NULL: empty */
	const char *fru_call_out_loc_codes; /* NULL: empty */
};
