/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The handlers of methods.def and the struct of parameters that each of them gets.  A handler owns
 * the call, which was made by somebody with the method's role; @params is checked and filled, and
 * stays until the handler returns, even when the call has been answered by then.
 */
#pragma once

#include "lpard/daemon/daemon.h"
#include "lpard/daemon/methods/params.h"
#include "lpard/daemon/server/call.h"

#define LPAR_METHOD_UPGRADE 1
#define LPAR_METHOD_MORE    2

/* What can be made, changed and removed. */
#define LPAR_DEFINABLE_WORDS(FIRST, MORE, LAST) \
	FIRST(LPAR_DEFINABLE_LPAR, "lpar") LAST(LPAR_DEFINABLE_PROF, "prof")
enum lpar_definable {
	LPAR_DEFINABLE_WORDS(PAR_WORD_ENUMERATOR, PAR_WORD_ENUMERATOR, PAR_WORD_ENUMERATOR)
};

#define PARAM(n, c_type, text, type, ...) c_type n;
#define X(name, role, flags, in, out, text)                                    \
	struct lpar_params_##name {                                            \
		in                                                             \
	};                                                                     \
	void lpar_method_##name(struct lpar_daemon *d, struct lpar_call *call, \
				struct lpar_params_##name *params);
#include "lpard/daemon/methods/methods.def"
#undef X
#undef PARAM
