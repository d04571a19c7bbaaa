#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""terminal.py - clogin NAME on a terminal: types into a login shell, prints what comes back"""
import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time

pid, fd = pty.fork()
if pid == 0:
    os.execvp("clogin", ["clogin", sys.argv[1]])


def size(rows, columns):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    time.sleep(0.3)


def type_in(text, seconds=0.7):
    os.write(fd, text.encode())
    end = time.time() + seconds
    while time.time() < end:
        if select.select([fd], [], [], 0.1)[0]:
            try:
                sys.stdout.write(os.read(fd, 4096).decode(errors="replace"))
            except OSError:
                return


type_in("\n", 1.5)
size(33, 101)
type_in("echo first `stty size`\n")
size(40, 120)
type_in("echo second `stty size`\n")
type_in("sleep 100\n")
type_in("\x03")
type_in("echo interrupted $?\n")
type_in("sleep 50 & jobs\n")
type_in("exit 9\n", 1.5)
print("\nstatus", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
