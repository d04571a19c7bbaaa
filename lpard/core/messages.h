/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the HMC says when it refuses.  Programs look for the codes and for some of the words, so the
 * texts are kept in one place.  They are printf formats; the arguments are in the comment.
 */
#pragma once

/* attribute */
#define LPAR_MSG_INVALID_ATTRIBUTE                                                         \
	"An invalid attribute was entered.  The invalid attribute is %s.  Please correct " \
	"your entry and retry the command."
/* filter */
#define LPAR_MSG_INVALID_FILTER                                                      \
	"An invalid filter was entered.  The invalid filter is %s.  Please correct " \
	"your entry and retry the command."
/* attribute, attribute… */
#define LPAR_MSG_MISSING_ATTRIBUTES                                                    \
	"The configuration data entered is missing required attributes.  The missing " \
	"attributes are %s.  Please correct your entry and retry the command."
/* option, option… */
#define LPAR_MSG_MISSING_PARAMETERS                                                           \
	"The command entered is either missing a required parameter or a parameter value is " \
	"invalid. The parameters that are missing or have an invalid value are %s. Please "   \
	"check your entry and retry the command."
#define LPAR_MSG_INVALID_DATA "The format of the configuration data is invalid."

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
/* profile, partition */
#define LPAR_MSG_PROFILE_USED                                                                \
	"HSCL05DE The profile name %s is already used in the partition %s.  Please specify " \
	"another name and retry the command."
/* partition, state */
#define LPAR_MSG_WRONG_STATE                                                                      \
	"HSCL05DF The partition named %s is not in a valid state for this operation.  Its state " \
	"is %s."
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
/* partition */
#define LPAR_MSG_NO_OS_SHUTDOWN                                                                     \
	"HSCL0DB4 The operating system shutdown of the partition named %s cannot be done, because " \
	"there is no active RMC connection with the partition."
/* partition */
#define LPAR_MSG_NO_CURRENT                                                                       \
	"HSCL05DF The partition named %s was never activated and has no current configuration.  " \
	"Specify a profile with -f and retry the command."
/* partition, reference code, reason */
#define LPAR_MSG_ERROR_STATE \
	"HSCL3205 The partition named %s entered the Error state with reference code %s.  %s."
/* attribute, value, reason */
#define LPAR_MSG_VALUE                                                                                 \
	"HSCL0617 The value of attribute %s is not valid.  The value entered is \"%s\".  %s.  Please " \
	"check your entry and retry the command."
