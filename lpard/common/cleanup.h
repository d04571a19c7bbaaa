/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Variables that clean up after themselves.  Every such variable is initialised where it is
 * declared; take_ptr() and take_fd() hand the value over.
 */
#pragma once

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define par_cleanup(fn) __attribute__((cleanup(fn)))

static inline void par_cleanup_free(void *p)
{
	free(*(void **)p);
}

/* Keeps errno, so that it can stand between a failing call and the report of it. */
static inline void par_cleanup_fd(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	errno = saved;
}

static inline void par_cleanup_file(FILE **f)
{
	if (*f)
		fclose(*f);
}

#define autofree par_cleanup(par_cleanup_free)
#define autofd	 par_cleanup(par_cleanup_fd)
#define autofile par_cleanup(par_cleanup_file)

static inline int take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

#define take_ptr(p)                         \
	({                                  \
		__typeof__(p) taken_ = (p); \
		(p) = NULL;                 \
		taken_;                     \
	})

#define PAR_ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define PAR_BIT(n)	  (1u << (n))
