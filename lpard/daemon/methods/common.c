/* SPDX-License-Identifier: Apache-2.0 */
/* What the handlers share: see common.h. */
#include "lpard/daemon/methods/common.h"

#include "lpard/common/nearest.h"
#include "lpard/core/messages.h"
#include "lpard/daemon/methods/waiting.h"

#define WAIT_MS 5000

int lpar_method_no_system(const struct lpar_daemon *d, const char *name, struct par_error **err)
{
	struct par_nearest guess = { .word = name };
	int r = par_fail(err, PAR_E_NOT_FOUND, 0, LPAR_MSG_NO_SYSTEM,
			 par_printable(name) ? name : "?");

	for (size_t i = 0; i < d->n_systems; i++)
		par_nearest_try(&guess, d->systems[i]->name);
	if (guess.best)
		par_error_hint(err, "Did you mean %s?", guess.best);
	return r;
}

struct lpar_managed *lpar_method_system(struct lpar_daemon *d, struct lpar_call **call,
					const char *name)
{
	struct lpar_managed *system = lpar_managed_find(d, name);
	auto_error err = NULL;

	if (!system) {
		lpar_method_no_system(d, name, &err);
		lpar_call_fail(call, &err);
		return NULL;
	}
	if (lpar_managed_up(system))
		return system;
	if (lpar_managed_settling(system)) {
		lpar_waiting_add(d->waiting, take_ptr(*call), WAIT_MS);
		return NULL;
	}
	lpar_managed_down_error(system, &err);
	lpar_call_fail(call, &err);
	return NULL;
}

int lpar_method_lpar(const struct lpar_managed *system, const char *name, uint64_t id,
		     struct lpar_lpar **ret, struct par_error **err)
{
	if (!name == (id == 0))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"Either \"lpar\" or \"id\" must be given");
	return lpar_managed_get(system, name, (uint32_t)id, ret, err);
}
