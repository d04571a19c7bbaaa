/* SPDX-License-Identifier: Apache-2.0 */
/* What is to be done about a move that was cut off: see repair.h. */
#include "lpard/core/move/repair.h"

#include "lpard/common/str.h"

bool lpar_move_phase_is_source(enum par_move_phase phase)
{
	return phase == PAR_MOVE_BEGUN || phase == PAR_MOVE_GIVEN;
}

/* The source has given it away and waits. */
static enum lpar_move_repair target_has_it(const struct lpar_move_known *source,
					   const struct lpar_move_known *target)
{
	if (!target->answers)
		return LPAR_MOVE_WAIT_TARGET;
	if (!target->record || !par_streq(source->id, target->id))
		return LPAR_MOVE_CONFUSED;
	switch (target->phase) {
	case PAR_MOVE_READY:
	case PAR_MOVE_TAKEN:
		return LPAR_MOVE_FORTH;
	case PAR_MOVE_REFUSED:
		return LPAR_MOVE_BACK;
	case PAR_MOVE_BEGUN:
	case PAR_MOVE_GIVEN:
	case PAR_MOVE_EXPECTED:
		break;
	}
	return LPAR_MOVE_CONFUSED;
}

/* The token was never given away: whatever the target has, it may not run it. */
static enum lpar_move_repair source_has_it(const struct lpar_move_known *source,
					   const struct lpar_move_known *target)
{
	const bool taken = target->answers && target->record && target->phase == PAR_MOVE_TAKEN;

	return taken && par_streq(source->id, target->id) ? LPAR_MOVE_CONFUSED : LPAR_MOVE_BACK;
}

/* Only the target has a record. */
static enum lpar_move_repair source_is_silent(bool answers, enum par_move_phase target)
{
	switch (target) {
	case PAR_MOVE_TAKEN:
		return answers ? LPAR_MOVE_FORTH : LPAR_MOVE_WAIT_SOURCE;
	case PAR_MOVE_READY:
	case PAR_MOVE_REFUSED:
		return answers ? LPAR_MOVE_BACK : LPAR_MOVE_WAIT_SOURCE;
	case PAR_MOVE_EXPECTED:
		return LPAR_MOVE_BACK;
	case PAR_MOVE_BEGUN:
	case PAR_MOVE_GIVEN:
		break;
	}
	return LPAR_MOVE_CONFUSED;
}

enum lpar_move_repair lpar_move_repair(const struct lpar_move_known *source,
				       const struct lpar_move_known *target)
{
	const bool here = source->answers && source->record;
	const bool there = target->answers && target->record;

	if (there && lpar_move_phase_is_source(target->phase))
		return LPAR_MOVE_CONFUSED;
	if (!here)
		return there ? source_is_silent(source->answers, target->phase) : LPAR_MOVE_NOTHING;
	if (!lpar_move_phase_is_source(source->phase))
		return LPAR_MOVE_CONFUSED;
	return source->phase == PAR_MOVE_GIVEN ? target_has_it(source, target)
					       : source_has_it(source, target);
}
