/* SPDX-License-Identifier: Apache-2.0 */
/* Who calls this command: for the log of events.  Internal to runtime/. */
#pragma once

#define WPAR_WHO_SIZE 80

/*
 * wpar_who - "alice/stopwpar": the user behind it and the program
 *
 * The user is whom lpard names (LPARD_USER, set by it for each command of wparcmd), else whom sudo
 * names, else who has logged in (the kernel's login uid), else the user of the process.  All three
 * are root's word: whoever runs these commands is root.  No blanks, printable ASCII.
 */
void wpar_who(char ret[WPAR_WHO_SIZE]);

/* wpar_who_of_uid - the name of @uid in the text of a passwd file, or the number, in @size bytes */
void wpar_who_of_uid(const char *passwd, unsigned int uid, char *ret, unsigned int size);
