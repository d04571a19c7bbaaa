/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the commands ask of the runtime, all of it: start reading here.  A WPAR's state is what the
 * kernel says; nothing here trusts a state file for more than where to look.
 */
#pragma once

#include "wparctl/runtime/launch/reset.h"
#include "wparctl/runtime/life/change_active.h"
#include "wparctl/runtime/life/checkpoint_mark.h"
#include "wparctl/runtime/life/clear.h"
#include "wparctl/runtime/life/hold.h"
#include "wparctl/runtime/life/ids.h"
#include "wparctl/runtime/life/lock.h"
#include "wparctl/runtime/life/ownership.h"
#include "wparctl/runtime/life/pending.h"
#include "wparctl/runtime/life/script.h"
#include "wparctl/runtime/life/start.h"
#include "wparctl/runtime/life/state.h"
#include "wparctl/runtime/life/stop.h"
#include "wparctl/runtime/life/wpar_log.h"
#include "wparctl/runtime/session/session.h"
