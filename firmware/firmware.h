/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a partition boots: which firmware, which machine options, which kernel command line.  All
 * functions are pure: values in, values out, no file, no clock.
 */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/str.h"
#include "lpard/core/model/profile.h"

#include <stdbool.h>
#include <stdint.h>

struct fw_image;

enum fw_accel {
	FW_ACCEL_TCG, /* emulation */
	FW_ACCEL_KVM, /* KVM-HV for ppc64 */
};

enum fw_path {
	FW_PATH_VOF,  /* Virtual Open Firmware starts the kernel given: three times faster */
	FW_PATH_SLOF, /* Slimline Open Firmware: boots from disks, has a prompt and a menu */
};

/* An option of the machine that libvirt has an element for (<features><cfpc value='broken'/>). */
struct fw_feature {
	const char *element;
	const char *attribute; /* "value" or "state" */
	const char *value;
};

/*
 * Machine options that not every machine can give its guests, as bits.  An LPAR on such a machine
 * has to do without: the guest is told that there is no such protection, or no such help.
 */
enum fw_option {
	FW_OPTION_CFPC = 1 << 0,       /* the L1 cache is flushed on privilege changes */
	FW_OPTION_SBBC = 1 << 1,       /* bounds are checked against speculation */
	FW_OPTION_IBS = 1 << 2,	       /* indirect branches are serialised */
	FW_OPTION_CCF_ASSIST = 1 << 3, /* the count cache is flushed by the hardware */
};
#define FW_OPTIONS 4

/* How to boot; the strings that are not const are owned (fw_plan_done). */
struct fw_plan {
	enum fw_path path;
	bool direct;				    /* kernel and initrd are given to the machine */
	const char *cpu_mode;			    /* libvirt's: "custom" or "host-model" */
	const char *cpu_model;			    /* "power9"; NULL: the host's own */
	struct fw_feature features[FW_OPTIONS + 1]; /* ends with element NULL */
	struct par_strv qemu_args;		    /* more arguments for qemu, in order */
	char *cmdline;				    /* of the kernel; NULL unless direct */
};

#define auto_fw_plan par_cleanup(fw_plan_done) struct fw_plan

/* What the choice is made from; all borrowed. */
struct fw_request {
	enum fw_accel accel;
	enum lpar_boot_mode boot_mode;
	const char *compat_mode; /* lpar_proc_compat_mode: "default", "POWER9", …; NULL: default */
	const char *name;	 /* the partition's */
	unsigned int id;	 /* the partition's lpar_id; 0: not known */
	const struct fw_image *image; /* NULL: boots from whatever its disks hold */
	bool has_eth;		      /* a virtual Ethernet adapter */
	unsigned int without; /* KVM: options (enum fw_option) the machine is known to lack */
};

/*
 * fw_plan_make - decide how to boot
 * Errors: PAR_E_INVALID_ARGUMENT (unknown compatibility mode), PAR_E_NO_MEMORY.
 */
int fw_plan_make(const struct fw_request *rq, struct fw_plan *ret, struct par_error **err);
void fw_plan_done(struct fw_plan *p);

/* An argument for qemu: an option and its value. */
struct fw_argument {
	const char *option, *value;
};

/* fw_arguments - every one that a plan may have in qemu_args; ends with option NULL */
extern const struct fw_argument fw_arguments[];

/* fw_features - what libvirt must say for a machine without these options; ends with element NULL
 */
void fw_features(unsigned int without, struct fw_feature ret[FW_OPTIONS + 1]);

/*
 * fw_refused_option - the option that KVM does not give, by qemu's error message; 0: the message is
 * about something else
 */
unsigned int fw_refused_option(const char *words);

/* fw_accel_name - "tcg" or "kvm" */
const char *fw_accel_name(enum fw_accel accel);

/* fw_compat_modes - what lpar_proc_compat_modes lists for this accelerator: "default,POWER8,…" */
const char *fw_compat_modes(enum fw_accel accel);

/*
 * fw_cmdline_escape - put a value on a kernel command line so that it stays one word
 *
 * Letters, digits and `-._:+` stay; every other byte becomes %XX.  So a partition's name
 * can neither add a parameter nor end a quotation.
 */
int fw_cmdline_escape(struct par_buf *b, const char *value);
