/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The template of private roots.  Each state of the LPAR's own root part has its generation of it,
 * named by what is in it: /var/lib/wpars/templates/GENERATION/{root,list,stamps}.  `current` says
 * which one is made from; it is remade, whole or not at all, when the LPAR has changed.
 */
#pragma once

#include "lpard/common/error.h"

#include <stdbool.h>

/* A generation, which stays for as long as this is open. */
struct wpar_template {
	int folder; /* the generation's; locked against its removal */
	int root;   /* the tree; never written to */
};

#define auto_template par_cleanup(wpar_template_close) struct wpar_template

/* Nothing is open. */
#define WPAR_TEMPLATE_NONE \
	{                  \
		-1, -1     \
	}

/*
 * wpar_template_open - the generation of the LPAR as it is now, made when there is none
 * @exact	look at every file of the LPAR's root part (syncwpar); else only at its package
 *		database, its users and the folders of /etc, which is cheap
 * Generations of before that nobody has open are removed when a new one is made.
 * Errors: PAR_E_NO_SPACE, PAR_E_SYSTEM.
 */
int wpar_template_open(bool exact, struct wpar_template *ret, struct par_error **err);
void wpar_template_close(struct wpar_template *t);
