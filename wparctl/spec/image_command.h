/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an image of layers says is to run in it: kept in the image's description, and in the WPAR
 * for the program that runs it.  Lines NAME = VALUE; each byte of a value but letters, digits and
 * _-./:=,@+ is written as %XX, so that a value may have any byte and ends no line.
 */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/str.h"

#define WPAR_IMAGE_COMMAND_FILE "/etc/image.command" /* in the WPAR */
#define WPAR_IMAGE_COMMAND_NAME "image"		     /* of the subsystem */
#define WPAR_IMAGE_COMMAND_PATH "/etc/rc.image"	     /* what it runs: our program */
#define WPAR_IMAGE_COMMAND_MAX	(1 << 20)	     /* bytes of all its lines */

struct wpar_image_command {
	char *user;		     /* NAME or NUMBER, perhaps with :GROUP; NULL: root */
	char *directory;	     /* absolute; NULL: the root */
	struct par_strv environment; /* NAME=VALUE */
	struct par_strv arguments;   /* the program first; none: there is no command */
};

#define auto_image_command par_cleanup(wpar_image_command_done) struct wpar_image_command

void wpar_image_command_done(struct wpar_image_command *c);

/* wpar_image_command_copy - a deep copy; 0 or -ENOMEM */
int wpar_image_command_copy(const struct wpar_image_command *from, struct wpar_image_command *ret);

/*
 * wpar_image_command_put - a line: USER, DIRECTORY, ENVIRONMENT, ARGUMENT; other names are passed
 * over Errors: PAR_E_CORRUPT.
 */
int wpar_image_command_put(struct wpar_image_command *c, const char *name, const char *value,
			   struct par_error **err);

/* wpar_image_command_write - all lines, each behind @indent; 0 or -ENOMEM */
int wpar_image_command_write(const struct wpar_image_command *c, const char *indent,
			     struct par_buf *ret);

/* wpar_image_command_parse - the text of WPAR_IMAGE_COMMAND_FILE; PAR_E_CORRUPT */
int wpar_image_command_parse(const char *text, size_t len, struct wpar_image_command *ret,
			     struct par_error **err);

/*
 * wpar_image_command_listed - has that text of /etc/passwd or /etc/group @name?  A number is fine
 * that is an id of a WPAR.
 */
bool wpar_image_command_listed(const char *text, const char *name);

/*
 * wpar_image_command_lacking - "the image has no user 'app'", or that its number is none of a
 * WPAR's; the caller frees; NULL: no memory
 * @what	"user", "group", "program"
 */
char *wpar_image_command_lacking(const char *what, const char *name);

/* wpar_image_command_is_init - is it a program that wants to be the first process? */
bool wpar_image_command_is_init(const struct wpar_image_command *c);
