/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that a process which only waits gives back to the kernel. */
#ifndef WPARCTL_RUNTIME_LIFE_GIVE_BACK_H
#define WPARCTL_RUNTIME_LIFE_GIVE_BACK_H

/*
 * wpar_give_back - give back the heap that is free, and the stack below the caller's frame
 *
 * A monitor begins as a copy of the command that started its WPAR, and there is one for each: what
 * the command has used once would stay a thousand times.  Cannot fail; takes some microseconds.
 */
void wpar_give_back(void);

#endif
