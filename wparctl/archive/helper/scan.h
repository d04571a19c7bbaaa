/* SPDX-License-Identifier: Apache-2.0 */
/* Reading an archive for what it is, making nothing: what lsmksysb shows. */
#pragma once

#include "wparctl/archive/helper/extract.h"

/*
 * wpar_scan_run - the image at a->input, to standard output in lines, which wparctl/archive/scan.c
 * reads (names and texts are in hexadecimal):
 *
 *	format FORMAT			"tar", "pax", "cpio", "directory", "aix-name",
 *					"aix-inode"
 *	config KEY TEXT			of layers: "architecture", "created", "user", "directory";
 *					"environment" and "argument" for each of them
 *	data TEXT			./image.data, when it is the first member
 *	member MODE UID GID SIZE NAME	with @list: each (mode octal with its kind)
 *	elf MACHINE BITS COUNT ALIGN NAME
 *					for each kind of programs: how many, and which has the
 *					least alignment
 *	kernel MAJOR.MINOR.PATCH NAME	the newest kernel that one of them needs
 *	libc NAME VERSION		"glibc 2.31", "musl -"
 *	init KIND			"systemd", "sysvinit", "busybox", "upstart", other
 *	text NAME TEXT			a file in which systems say what they are
 *	busybox VERSION
 *	manager NAME			of packages
 *	top NAME			all members lie below this one
 *	ids UID GID			the greatest of them
 *	count MEMBERS FILES FOLDERS LINKS DEVICES SETUID BYTES
 *					BYTES of a backup, which may have files more than once: at
 *					most what it says of itself
 *	lacks program			no member has the name of the one that layers say is to run
 *	refused WHY			the first reason, if any, for which it would not be
 *					unpacked; of a backup also: it is not whole
 *
 * With a->room_kib it ends as soon as the contents of its files are more.
 * Returns 0 or a negative errno with a sentence in a->why.
 */
int wpar_scan_run(struct extract *a, bool list);
