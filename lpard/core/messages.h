/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the HMC says when it refuses.  Programs look for the codes and for some of the words, so the
 * texts are kept in one place.  Each is a printf format; its arguments are in the comment above it.
 * Two that lpard/common needs itself are there: PAR_MSG_INVALID_DATA in attrs.h and
 * PAR_MSG_BAD_PARAMETERS in cmd.h.
 */
#pragma once

#include "lpard/common/attrs.h"

#include <inttypes.h>

/* attribute */
#define LPAR_MSG_INVALID_ATTRIBUTE                                                         \
	"An invalid attribute was entered.  The invalid attribute is %s.  Please correct " \
	"your entry and retry the command."
/* filter */
#define LPAR_MSG_INVALID_FILTER                                                      \
	"An invalid filter was entered.  The invalid filter is %s.  Please correct " \
	"your entry and retry the command."
#define LPAR_MSG_NO_MEMORY_SHARING                                                          \
	"HSCLA4A0 The operation failed because the managed system does not support Active " \
	"Memory Sharing or partition suspend and resume operations."
/* attribute, attribute… */
#define LPAR_MSG_MISSING_ATTRIBUTES                                                    \
	"The configuration data entered is missing required attributes.  The missing " \
	"attributes are %s.  Please correct your entry and retry the command."
#define LPAR_MSG_INVALID_DATA PAR_MSG_INVALID_DATA

/* managed system */
#define LPAR_MSG_NO_SYSTEM                                                                      \
	"HSCL8018 The managed system %s was not found.  Please check your entry and retry the " \
	"command."
/* partition name */
#define LPAR_MSG_NO_PARTITION                                                                \
	"HSCL8012 The partition named %s was not found.  Please check your entry and retry " \
	"the command."
/* partition id (text) */
#define LPAR_MSG_NO_PARTITION_ID                                                                  \
	"HSCL8011 The partition ID \"%s\" was not found.  Please check your entry and retry the " \
	"command."
#define LPAR_MSG_AMBIGUOUS_ID                                                                  \
	"HSCL8011 The partition ID \"%" PRIu32                                                 \
	"\" belongs to more than one partition.  Please use the partition name and retry the " \
	"command."
/* profile, partition */
#define LPAR_MSG_NO_PROFILE                                                                      \
	"HSCL800F The profile named %s for the partition named %s was not found.  Please check " \
	"your entry and retry the command."
/* profile */
#define LPAR_MSG_NO_PROFILE_AT_ALL                                                             \
	"HSCL800F The profile named %s was not found.  Please check your entry and retry the " \
	"command."
/* partition name */
#define LPAR_MSG_NAME_USED                                                                       \
	"HSCL05DE The partition name %s is already used in the managed system.  Please specify " \
	"another name and retry the command."
/* partition id */
#define LPAR_MSG_ID_USED                                                                        \
	"HSCL05DE The partition ID %" PRIu32 " is already used in the managed system.  Please " \
	"specify another ID and retry the command."
/* profile, partition */
#define LPAR_MSG_PROFILE_USED                                                                \
	"HSCL05DE The profile name %s is already used in the partition %s.  Please specify " \
	"another name and retry the command."
/* operation under way, partition */
#define LPAR_MSG_BUSY                                                                            \
	"HSCL05DF Another operation (%s) on the partition named %s is under way.  Please retry " \
	"the command when it has ended."
/* partition, state */
#define LPAR_MSG_MUST_BE_OFF                                                                  \
	"HSCL05EA The partition named %s must be in the Not Activated state to perform this " \
	"operation.  Its state is %s."
/* partition, state */
#define LPAR_MSG_ALREADY_ON                                                                    \
	"HSCL3681 The partition named %s is already activated.  Its state is %s.  It must be " \
	"in the Not Activated state to be activated."
/* partition, state */
#define LPAR_MSG_ALREADY_OFF                                                                    \
	"HSCL1558 The requested operation is unavailable in the current partition state.  The " \
	"partition named %s is in the %s state."
/* partition: saved, and to be started anew */
#define LPAR_MSG_SAVED                                                                         \
	"HSCL05DF The partition named %s is in the Suspended state: its memory is saved.  "    \
	"Activate it without -f and -b to let it go on, or retry the command with --force to " \
	"give its memory up."
/* partition: saved, and to be removed */
#define LPAR_MSG_SAVED_REMOVE                                                                 \
	"HSCL05EA The partition named %s must be in the Not Activated state to perform this " \
	"operation.  Its state is Suspended: its memory is saved.  Retry the command with "   \
	"--force to give its memory up."
/* partition */
#define LPAR_MSG_PAUSED                                                                           \
	"HSCL05DF The partition named %s is in the Suspended state: another program stopped its " \
	"processors.  Let it go on with that program, or shut it down with --immed."
/* partition, reason */
#define LPAR_MSG_DAMAGED                                                                           \
	"HSCL05DF What is stored of the partition named %s is damaged (%s).  It can be shut down " \
	"and removed.  To keep it, repair the metadata of its domain with virsh."
/* partition */
#define LPAR_MSG_CUT \
	"HSCL05DF The activation of the partition named %s was ended by an immediate shutdown."
/* partition */
#define LPAR_MSG_NO_OS_SHUTDOWN                                                                     \
	"HSCL0DB4 The operating system shutdown of the partition named %s cannot be done, because " \
	"there is no active RMC connection with the partition."
/* partition */
#define LPAR_MSG_NOT_RESTARTED "The partition named %s was shut down and did not restart."
/* partition, seconds (unsigned long long) */
#define LPAR_MSG_NOT_SHUT_DOWN                                                                   \
	"The partition named %s did not shut down within %llu seconds.  Retry the command with " \
	"--immed to end it at once."
#define LPAR_MSG_NO_AUTHORITY "You do not have the authority to perform this operation."
/* partition, what its agent said */
#define LPAR_MSG_OS_SHUTDOWN_FAILED \
	"HSCL0DB4 The operating system of the partition named %s could not be shut down: %s"
/* partition */
#define LPAR_MSG_NO_CURRENT                                                                       \
	"HSCL05DF The partition named %s was never activated and has no current configuration.  " \
	"Specify a profile with -f and retry the command."
/* partition, reference code, reason */
#define LPAR_MSG_ERROR_STATE \
	"HSCL3205 The partition named %s entered the Error state with reference code %s.  %s."
/* follows the one above when the partition's disk is missing */
#define LPAR_MSG_DISK_REMEDY                                                                    \
	"Put the disk back and retry the command, or retry it with --new-disk to start with a " \
	"new disk, without anything that was on the missing one."
/* profile, partition */
#define LPAR_MSG_DEFAULT_PROFILE                                                                 \
	"HSCL05DF The profile named %s cannot be removed, because it is the default profile of " \
	"the partition named %s."
/* what (mem, procs, proc_units) three times, its three values as text */
#define LPAR_MSG_ORDER                                                                             \
	"HSCL0617 The values of min_%s, desired_%s and max_%s are not valid: %s, %s and %s.  The " \
	"minimum must not be more than the desired value, nor that more than the maximum.  "       \
	"Please check your entry and retry the command."
/* level (min, desired, max), units, hundredths of units, virtual processors */
#define LPAR_MSG_UNITS                                                                           \
	"HSCL0617 The value of attribute %s_proc_units is not valid.  The value entered is "     \
	"%u.%02u.  It must be 0.05 to 1.0 for each of the %u virtual processors.  Please check " \
	"your entry and retry the command."
/* attribute, value, reason */
#define LPAR_MSG_VALUE                                                                                 \
	"HSCL0617 The value of attribute %s is not valid.  The value entered is \"%s\".  %s.  Please " \
	"check your entry and retry the command."
