/* SPDX-License-Identifier: Apache-2.0 */
/* The HMC's words for states: see state.h. */
#include "lpard/core/model/state.h"
#include "lpard/common/cleanup.h"

#include <string.h>

static const char *const state_texts[LPAR_STATE_COUNT] = {
	[LPAR_STATE_NOT_ACTIVATED] = "Not Activated",
	[LPAR_STATE_STARTING] = "Starting",
	[LPAR_STATE_RUNNING] = "Running",
	[LPAR_STATE_SHUTTING_DOWN] = "Shutting Down",
	[LPAR_STATE_OPEN_FIRMWARE] = "Open Firmware",
	[LPAR_STATE_ERROR] = "Error",
	[LPAR_STATE_NOT_AVAILABLE] = "Not Available",
	[LPAR_STATE_SUSPENDING] = "Suspending",
	[LPAR_STATE_SUSPENDED] = "Suspended",
	[LPAR_STATE_RESUMING] = "Resuming",
	[LPAR_STATE_HARDWARE_DISCOVERY] = "Hardware Discovery",
	[LPAR_STATE_MIGRATING_RUNNING] = "Migrating - Running",
	[LPAR_STATE_MIGRATING_NOT_ACTIVATED] = "Migrating - Not Activated",
};

static const char *const system_state_texts[LPAR_SYSTEM_STATE_COUNT] = {
	[LPAR_SYSTEM_OPERATING] = "Operating",
	[LPAR_SYSTEM_STANDBY] = "Standby",
	[LPAR_SYSTEM_INITIALIZING] = "Initializing",
	[LPAR_SYSTEM_POWER_OFF] = "Power Off",
	[LPAR_SYSTEM_POWER_OFF_IN_PROGRESS] = "Power Off In Progress",
	[LPAR_SYSTEM_NO_CONNECTION] = "No Connection",
	[LPAR_SYSTEM_FAILED_AUTHENTICATION] = "Failed Authentication",
	[LPAR_SYSTEM_PENDING_AUTHENTICATION] = "Pending Authentication",
	[LPAR_SYSTEM_INCOMPLETE] = "Incomplete",
	[LPAR_SYSTEM_RECOVERY] = "Recovery",
	[LPAR_SYSTEM_ERROR] = "Error",
};

const char *lpar_state_text(enum lpar_state s)
{
	return s < LPAR_STATE_COUNT ? state_texts[s] : "Not Available";
}

bool lpar_state_parse(const char *text, enum lpar_state *ret)
{
	for (unsigned int i = 0; i < LPAR_STATE_COUNT; i++) {
		if (strcmp(text, state_texts[i]) == 0) {
			*ret = (enum lpar_state)i;
			return true;
		}
	}
	return false;
}

bool lpar_state_active(enum lpar_state s)
{
	switch (s) {
	case LPAR_STATE_NOT_ACTIVATED:
	case LPAR_STATE_ERROR:
	case LPAR_STATE_NOT_AVAILABLE:
	case LPAR_STATE_SUSPENDED:
	case LPAR_STATE_MIGRATING_NOT_ACTIVATED:
	case LPAR_STATE_COUNT:
		return false;
	case LPAR_STATE_STARTING:
	case LPAR_STATE_RUNNING:
	case LPAR_STATE_SHUTTING_DOWN:
	case LPAR_STATE_OPEN_FIRMWARE:
	case LPAR_STATE_SUSPENDING:
	case LPAR_STATE_RESUMING:
	case LPAR_STATE_HARDWARE_DISCOVERY:
	case LPAR_STATE_MIGRATING_RUNNING:
		break;
	}
	return true;
}

bool lpar_state_off(enum lpar_state s)
{
	return s == LPAR_STATE_NOT_ACTIVATED || s == LPAR_STATE_ERROR;
}

bool lpar_live_active(const struct lpar_live *live)
{
	return live && (live->holds || lpar_state_active(live->state));
}

const char *lpar_system_state_text(enum lpar_system_state s)
{
	return s < LPAR_SYSTEM_STATE_COUNT ? system_state_texts[s] : "Error";
}
