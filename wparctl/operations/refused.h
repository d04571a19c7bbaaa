/* SPDX-License-Identifier: Apache-2.0 */
/* Flags that are refused: those of AIX that Linux has nothing for, with the reason, and pairs. */
#pragma once

#include "lpard/common/cmd.h"

/*
 * wpar_refuse_options - PAR_E_NOT_SUPPORTED, and why, for the first option that was given and is
 * one of those that the table refuses
 * @opts	the command's table
 * @args	the struct that the options have landed in
 */
int wpar_refuse_options(const struct par_opt *opts, const void *args, struct par_error **err);

/* Two flags that exclude each other: were they given, and how both are called ("-1 and -2"). */
struct wpar_option_pair {
	bool one, other;
	const char *names;
};

/* wpar_refuse_pairs - PAR_E_USAGE for the first of @n pairs of which both were given */
int wpar_refuse_pairs(const struct wpar_option_pair *pairs, size_t n, struct par_error **err);
