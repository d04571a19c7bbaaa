/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reference codes: what the operator panel of a partition shows while it boots, found by watching
 * its console.  The matcher is a pure state machine over bytes that a guest controls: it holds a
 * fixed amount of memory and does a bounded amount of work for each byte.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Where a boot has come to; the order is that of a normal boot. */
enum fw_stage_id {
	FW_STAGE_NONE,
	FW_STAGE_POWER_ON,    /* the emulator runs */
	FW_STAGE_FIRMWARE,    /* SLOF said its first word */
	FW_STAGE_PROBE,	      /* SLOF looks for devices */
	FW_STAGE_BOOT_MENU,   /* waits in the menu (sms) */
	FW_STAGE_PROMPT,      /* the `0 >` prompt (of) */
	FW_STAGE_BOOT_DEVICE, /* tries to boot from a device */
	FW_STAGE_NO_DEVICE,   /* nothing to boot from */
	FW_STAGE_KERNEL_LOAD, /* the firmware gives control to a kernel */
	FW_STAGE_KERNEL,      /* Linux runs */
	FW_STAGE_ROOT,	      /* the initrd has found the root file system */
	FW_STAGE_INIT,	      /* the image's init runs */
	FW_STAGE_LOGIN,	      /* a getty asks for a login */
	FW_STAGE_FAILED,      /* the initrd found no root file system */
	FW_STAGE_PANIC,	      /* the kernel panicked */
	FW_STAGE_POWER_OFF,   /* the kernel powers down */
	FW_STAGE_COUNT
};

struct fw_stage_info {
	enum fw_stage_id id;
	const char *refcode; /* "CA00E1DC", or a text: "Linux ppc64le"; "" for none */
	bool open_firmware;  /* the partition's state is Open Firmware, not Running */
	bool error;	     /* the boot will not go on by itself */
	const char *meaning; /* for people */
};

#define FW_STAGE_LINE 192 /* of a longer line only the beginning is looked at */

/* Start with { 0 } or fw_stage_reset(). */
struct fw_stage {
	enum fw_stage_id now;
	enum { FW_STAGE_TEXT, FW_STAGE_ESC, FW_STAGE_CSI } escape;
	size_t len;
	bool overlong;
	char line[FW_STAGE_LINE + 1];
};

void fw_stage_reset(struct fw_stage *s, enum fw_stage_id start);

/*
 * fw_stage_feed - look at bytes of the console
 * @n		up to and including the first byte that changes the stage are taken
 *
 * Returns how many bytes were taken.  Call this until all bytes are; after each call s->now has the
 * stage.
 */
size_t fw_stage_feed(struct fw_stage *s, const char *bytes, size_t n);

/* fw_stage_info - the row of a stage; never NULL */
const struct fw_stage_info *fw_stage_info(enum fw_stage_id id);

/* Reference codes of failed activations, as the HMC shows them. */
enum fw_failure {
	FW_FAILURE_RESOURCES,  /* "B2001230": not enough memory or processors */
	FW_FAILURE_NO_IMAGE,   /* the image is missing or damaged */
	FW_FAILURE_NO_DISK,    /* the disk that the partition had is missing, or cannot be used */
	FW_FAILURE_HYPERVISOR, /* the hypervisor refused for another reason */
};

/* An LPAR was given less than its profile asks for; the words behind it tell how much. */
#define FW_REFCODE_LESS "B2001231"

/* fw_failure_refcode - eight characters; the second word is "LP=%05d" with the partition's id */
const char *fw_failure_refcode(enum fw_failure f);
