/* SPDX-License-Identifier: Apache-2.0 */
/* A command of an ordinary user goes to the agent, which has root carry it out. */
#pragma once

/*
 * wpar_forward_main - the exit status; -1: the command is to be run here
 *
 * That is: of root, in a WPAR, a command that is not one of those (wpar_user_command_is()), one
 * that needs no root or cannot be read, and where no agent serves users.
 */
int wpar_forward_main(int argc, char **argv);
