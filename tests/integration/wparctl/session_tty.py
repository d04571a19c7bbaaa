#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""session_tty.py - COMMAND ARG... on a terminal of 24 by 200; prints what it writes, ends as it does"""
import fcntl
import os
import pty
import struct
import sys
import termios

pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 200, 0, 0))
    os.execvp(sys.argv[1], sys.argv[1:])
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
