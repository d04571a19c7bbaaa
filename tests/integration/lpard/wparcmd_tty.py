# SPDX-License-Identifier: Apache-2.0
# wparcmd_tty.py - wparcmd at a terminal; prints "ok NAME" or "NAME: what is wrong" lines
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time


class Session:
    def __init__(self, *argv, rows=31, columns=97):
        self.master, slave = pty.openpty()
        self.slave = slave
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.before = termios.tcgetattr(slave)
        self.out = b""
        self.pid = os.fork()
        if self.pid == 0:
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
            for fd in (0, 1, 2):
                os.dup2(slave, fd)
            os.closerange(3, 64)
            os.execvp("wparcmd", ["wparcmd", "-m", "sys", "-p", "lpar01", *argv])

    def expect(self, text, seconds=10):
        until = time.monotonic() + seconds
        while text not in self.out and time.monotonic() < until:
            if select.select([self.master], [], [], 0.1)[0]:
                self.out += os.read(self.master, 65536)
        return text in self.out

    def send(self, data):
        os.write(self.master, data)

    def end(self, seconds=10):
        """The exit status, or -1 when it does not end; drains what it prints."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if select.select([self.master], [], [], 0.02)[0]:
                self.out += os.read(self.master, 65536)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
        os.kill(self.pid, signal.SIGKILL)
        return -1

    def restored(self):
        return termios.tcgetattr(self.slave) == self.before


def check(name, good, session):
    print(f"ok {name}" if good else f"{name}: {session.out!r}")
    sys.stdout.flush()


s = Session("--", "sh", "-c", "tty; stty size; echo $TERM; exit 9")
status = s.end()
check("a pty, its size, the status", status == 9 and b"/dev/pts/" in s.out and
      b"31 97\r\n" in s.out, s)
check("the terminal is as before", s.restored(), s)

s = Session("-T", "--", "sh", "-c", "test -t 0 || echo none")
check("-T gives none", s.end() == 0 and b"none\r\n" in s.out, s)

s = Session("--", "sh", "-i")
s.send(b"stty size; PS1='%'\n")
s.expect(b"31 97")
fcntl.ioctl(s.slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 132, 0, 0))
os.kill(s.pid, signal.SIGWINCH)
time.sleep(0.3)
s.send(b"stty size\n")
check("the window's size follows", s.expect(b"50 132"), s)
s.send(b"sleep 1000\n")
time.sleep(0.5)
s.send(b"\x03")
s.send(b"echo after $?\n")
check("Ctrl-C ends the command, not wparcmd", s.expect(b"after 130"), s)
s.send(b"sleep 1000\n")
time.sleep(0.5)
s.send(b"\x1a")
s.send(b"jobs; kill -9 %1; wait; echo job control\n")
check("Ctrl-Z stops a job", s.expect(b"topped") and s.expect(b"job control\r\n"), s)
s.send(b"exit 4\nexit 4\n")
check("the shell's status", s.end() == 4, s)
check("the terminal is as before, after a shell", s.restored(), s)

s = Session("--", "sh", "-c", "echo on; exec sleep 1000")
s.expect(b"on")
raw = not s.restored()
os.kill(s.pid, signal.SIGTERM)
check("SIGTERM to wparcmd ends the command", raw and s.end() == 143, s)
check("the terminal is as before, after a signal", s.restored(), s)

s = Session("--", "sh", "-c", "echo on; exec sleep 1000")
s.expect(b"on")
os.kill(s.pid, signal.SIGTSTP)
time.sleep(0.3)
stopped = s.restored()
os.kill(s.pid, signal.SIGCONT)
time.sleep(0.3)
check("stopped from outside: terminal given back and taken again", stopped and not s.restored(), s)
s.send(b"\x03")
check("and it goes on", s.end() in (130, 137), s)
