/* SPDX-License-Identifier: Apache-2.0 */
/* What the image of a WPAR says is to run. */
#pragma once

/* wpar_image_command_main - become it; the status of a failure, which was said */
int wpar_image_command_main(void);
