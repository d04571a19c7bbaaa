#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""session_tty.py - clogin ARG... on a terminal of 24 by 200; prints what it writes, ends as it does"""
import fcntl
import os
import pty
import struct
import sys
import termios

pid, fd = pty.fork()
if pid == 0:
    os.execvp("clogin", ["clogin"] + sys.argv[1:])
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 200, 0, 0))
while True:
    try:
        data = os.read(fd, 4096)
    except OSError:  # EIO: the other end is closed
        break
    if not data:
        break
    sys.stdout.write(data.decode(errors="replace").replace("\r", ""))
    sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
