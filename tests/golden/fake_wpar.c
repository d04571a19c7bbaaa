/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fake-wpar - the WPAR commands over a runtime that only pretends, for golden tests without root
 *
 * The state of NAME is the letter in $WPARS_ROOT/state/NAME (D when there is none); operations
 * change it and say what the real ones say.  `fail` in $WPARS_ROOT/fail/NAME makes them fail.
 */
#include "lpard/common/cmd.h"
#include "wparctl/runtime/runtime.h"

#include <string.h>
#include <sys/stat.h>

extern const struct par_cmd cmd_lswpar;

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

int wpar_state_get(const struct wpar_spec *s, enum wpar_state *ret, struct par_error **err)
{
	autofree char *path = wpar_path("/state/%s", s->name);
	autofile FILE *f = fopen(path, "r");
	int c = f ? fgetc(f) : 'D';

	(void)err;
	*ret = WPAR_STATE_DEFINED;
	for (size_t i = 0; i < PAR_ARRAY_SIZE(states); i++) {
		if (states[i].letter == c)
			*ret = (enum wpar_state)i;
	}
	return 0;
}

static const struct par_cmd *const commands[] = {
	&cmd_lswpar,
	NULL,
};

int main(int argc, char **argv)
{
	return par_cmd_main("fake-wpar", "WPAR commands over a pretended runtime", commands, argc,
			    argv);
}
