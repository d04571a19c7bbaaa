/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A repair of CRIU's images: a periodic timerfd that has expired and was not read yet is restored
 * as one that never fires again (CRIU issue 3162), because the kernel shows no time until its next
 * expiry then.  With a nanosecond there it goes on.  With a CRIU that knows this by itself it
 * changes nothing that matters.
 */
#pragma once

#include "lpard/common/error.h"

#include <stddef.h>

/*
 * wpar_timerfd_repair_data - in the bytes of files.img, which keep their length
 * Returns how many timers were repaired; what is no such file is left as it is.
 */
unsigned int wpar_timerfd_repair_data(unsigned char *data, size_t len);

/* wpar_timerfd_repair - of the images in the folder @images, before their digests are taken */
int wpar_timerfd_repair(const char *images, struct par_error **err);
