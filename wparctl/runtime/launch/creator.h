/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Something of the kernel's made by a WPAR's own root id: the kernel charges whoever makes a user
 * namespace or a group of fanotify (user_namespaces(7)).  If the LPAR's root were that, one WPAR
 * could leave nothing to it and to all others.  Internal to runtime/.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* What is put back afterwards. */
struct wpar_creator {
	pid_t parent;
	int bits, death_signal;
	bool is_changed;
};

/*
 * wpar_creator_begin - be @root for a moment, of which one system call or two should be made
 * File system accesses and capabilities stay those of the LPAR's root.  False: it cannot be had,
 * and nothing has changed; wpar_creator_end() is to be called all the same.
 */
bool wpar_creator_begin(struct wpar_creator *c, uid_t root);

/* wpar_creator_end - and root again; keeps errno */
void wpar_creator_end(const struct wpar_creator *c);
