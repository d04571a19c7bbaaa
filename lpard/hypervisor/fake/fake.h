/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A managed system in memory, for tests of whatever stands above the port.
 *
 * URI: fake:///?KEY=VALUE&…
 *	lpars=N		N LPARs are there from the start: fake0001, fake0002, …
 *	mem=MIB, procs=N  what the machine has (65536, 16)
 *	boot=MS		time from start to the login prompt (0)
 *	agent=PROGRAM	opening a channel runs `PROGRAM agent --fd N` (as wparctl does); without
 *			this option the channel sends back what it gets
 *	down=1		the connection never comes up
 *
 * An LPAR whose name holds one of these words fails on purpose:
 *	nomem		start: PAR_E_NO_RESOURCES
 *	nostart		start: PAR_E_SYSTEM
 *	crash		starts, and its guest crashes at once
 *	deaf		takes no notice of HV_STOP_ASK
 *	noagent		channel_open: PAR_E_NOT_SUPPORTED
 *	busy		console_open without stealing: PAR_E_BUSY
 *
 * The guest behind the console says what a Linux image says while it boots, then asks for a login
 * and echoes; `poweroff`, `reboot` and `panic` on a line do that.
 */
#pragma once

#include "lpard/hypervisor/hypervisor.h"

/*
 * hv_fake_connection - lose the connection, or have it again
 * While it is lost every call fails with PAR_E_DISCONNECTED, streams end, guests run on, and what
 * happens to them causes no event.
 */
void hv_fake_connection(struct hv *hv, bool up);

/* hv_fake_lose_disks - somebody removes the disks of all LPARs */
void hv_fake_lose_disks(struct hv *hv);
/*
 * What others do behind lpard's back to the LPAR of that name; nothing when it is not there, or not
 * as it would have to be.
 * hv_fake_pause - virsh suspend, resume
 * hv_fake_save - virsh managedsave, managedsave-remove (of the latter no event tells)
 * hv_fake_damage - virsh metadata --set; NULL: repair it
 * hv_fake_others - so much memory is that of running domains which are no LPARs
 */
void hv_fake_pause(struct hv *hv, const char *name, bool paused);
void hv_fake_save(struct hv *hv, const char *name, bool saved);
void hv_fake_damage(struct hv *hv, const char *name, const char *why);
void hv_fake_others(struct hv *hv, uint64_t mem_mib);

int hv_fake_open(const struct hv_config *config, hv_event_fn fn, void *user, struct hv **ret,
		 struct par_error **err);
