/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The criteria of odmget -q: comparisons of an attribute with a value, joined by AND:
 *
 *	path = /usr/bin/df
 *	path LIKE '/usr/sbin/' AND os != debian
 *
 * Comparisons are = != < > <= >= (of texts) and LIKE, whose pattern has * ? and [...] and is the
 * value's beginning, as in AIX.  A value may stand in ' or ".
 */
#pragma once

#include "lpard/common/error.h"

#include <stdbool.h>
#include <stddef.h>

#define WPAR_CRITERIA_MAX 16

enum wpar_comparison {
	WPAR_IS,
	WPAR_IS_NOT,
	WPAR_LESS,
	WPAR_LESS_OR_IS,
	WPAR_GREATER,
	WPAR_GREATER_OR_IS,
	WPAR_LIKE,
};

struct wpar_criterion {
	char attribute[32];
	enum wpar_comparison comparison;
	char value[1024];
};

struct wpar_criteria {
	struct wpar_criterion v[WPAR_CRITERIA_MAX];
	size_t n;
};

/* wpar_criteria_parse - "" and blanks: none; PAR_E_INVALID_ARGUMENT */
int wpar_criteria_parse(const char *text, struct wpar_criteria *ret, struct par_error **err);

/* wpar_criterion_fits - is it true of an attribute's value? */
bool wpar_criterion_fits(const struct wpar_criterion *c, const char *value);
