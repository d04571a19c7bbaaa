/* SPDX-License-Identifier: Apache-2.0 */
/* AIX's messages of users and groups: 687 as it is recorded, the others from memory. */
#pragma once

#define WPAR_MSG_NO_GROUP    "3004-686 Group \"%s\" does not exist."
#define WPAR_MSG_NO_USER     "3004-687 User \"%s\" does not exist."
#define WPAR_MSG_BAD_VALUE   "3004-692 Error changing \"%s\" to \"%s\" : %s."
#define WPAR_MSG_USER_EXISTS "3004-694 Error adding \"%s\" : Account exists."
