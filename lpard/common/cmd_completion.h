/* SPDX-License-Identifier: Apache-2.0 */
/* The part of a completion script that is the same for every program. */
#pragma once

/*
 * par_completion_lists - functions of bash: _par_special completes what is not one word of a list
 * (names of -F, keys and values of -i, commands behind `wparcmd --`) and returns 0 when it did;
 * _par_systems, _par_names and _par_images print what there is
 */
extern const char par_completion_lists[];
