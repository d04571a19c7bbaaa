/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is logged in: the records of a WPAR's own /run/utmp, which who(1), w(1) and uptime(1) read
 * there.  The file is foreign bytes; where it cannot be used, nobody is shown.  Internal to
 * runtime/session.
 */
#pragma once

/*
 * wpar_utmp_login - in the WPAR, as its root, in the process that is to be @user's login shell
 * @line	N of its terminal, /dev/pts/N
 */
void wpar_utmp_login(int line, const char *user);

/* wpar_utmp_logout - outside; @rootfd is the WPAR's root */
void wpar_utmp_logout(int rootfd, int line);
