/* SPDX-License-Identifier: Apache-2.0 */
/* Which of several file systems is the full one, for messages. */
#pragma once

/* wpar_room_left - what is free where @fd is, in thousandths: of blocks or of inodes, whichever is
 * less; 1000 when that cannot be seen */
unsigned int wpar_room_left(int fd);
