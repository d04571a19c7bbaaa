/* SPDX-License-Identifier: Apache-2.0 */
/* The SRC's messages, with AIX's numbers and texts; each ends a line. */
#pragma once

#define WPAR_SRC_MSG_INOPERATIVE "0513-004 The Subsystem or Group, %s, is currently inoperative."
#define WPAR_SRC_MSG_SIGNALS	 "0513-005 The Subsystem, %s, only supports signal communication."
#define WPAR_SRC_MSG_ALREADY                             \
	"0513-029 The %s Subsystem is already active.\n" \
	"Multiple instances are not supported."
#define WPAR_SRC_MSG_NOT_PASSED                                           \
	"0513-036 The request could not be passed to the %s subsystem.\n" \
	"Start the subsystem and try your command again."
#define WPAR_SRC_MSG_STOPPED   "0513-044 The %s Subsystem was requested to stop."
#define WPAR_SRC_MSG_TIMEOUT   "0513-056 Timeout waiting for command response."
#define WPAR_SRC_MSG_STARTED   "0513-059 The %s Subsystem has been started. Subsystem PID is %d."
#define WPAR_SRC_MSG_ADDED     "0513-071 The %s Subsystem has been added."
#define WPAR_SRC_MSG_CHANGED   "0513-077 Subsystem has been changed."
#define WPAR_SRC_MSG_DELETED   "0513-083 Subsystem has been Deleted."
#define WPAR_SRC_MSG_NO_SUBSYS "0513-085 The %s Subsystem is not on file."
#define WPAR_SRC_MSG_NO_GROUP  "0513-086 The %s Group is not on file."
#define WPAR_SRC_MSG_REFRESHED \
	"0513-095 The request for subsystem refresh was completed successfully."
