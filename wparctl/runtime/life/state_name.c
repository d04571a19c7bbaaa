/* SPDX-License-Identifier: Apache-2.0 */
/* What lswpar calls the states of a WPAR: see state.h.  state.c asks the kernel for them. */
#include "wparctl/runtime/life/state.h"

static const struct {
	char letter;
	const char *word;
} states[] = {
	[WPAR_STATE_DEFINED] = { 'D', "Defined" },
	[WPAR_STATE_LOADED] = { 'L', "Loaded" },
	[WPAR_STATE_ACTIVE] = { 'A', "Active" },
	[WPAR_STATE_FROZEN] = { 'F', "Frozen" },
	[WPAR_STATE_PAUSED] = { 'P', "Paused" },
	[WPAR_STATE_BROKEN] = { 'B', "Broken" },
	[WPAR_STATE_TRANSITIONAL] = { 'T', "Transitional" },
	[WPAR_STATE_MOVING] = { 'M', "Moving" },
	[WPAR_STATE_ERROR] = { 'E', "Error" },
};

char wpar_state_letter(enum wpar_state st)
{
	return states[st].letter;
}

const char *wpar_state_word(enum wpar_state st)
{
	return states[st].word;
}
