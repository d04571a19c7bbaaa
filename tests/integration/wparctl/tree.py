#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A tree with one of each thing that a backup can lose, and a lister of all that a file has.

tree.py make FOLDER                      makes it
tree.py odd FOLDER                       the same, and what tar programs do not keep alike
tree.py list FOLDER [--without A,B]      a line per file; without xattr, ns (parts of seconds), holes
"""
import argparse
import hashlib
import os
import socket
import stat
import struct
import sys

# Revision 2 of a capability: effective, CAP_NET_RAW (capability.h of the kernel)
CAPABILITY = struct.pack("<5I", 0x02000001, 1 << 13, 0, 0, 0)


def access_list(*entries):
    """posix_acl_xattr.h: version 2, then tag, permissions, id of each."""
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *e) for e in entries)


ACCESS = access_list((1, 6, 0xFFFFFFFF), (2, 4, 1999), (4, 4, 0xFFFFFFFF), (16, 4, 0xFFFFFFFF), (32, 0, 0xFFFFFFFF))


def make(folder, odd):
    names = [b"plain", b"with blank", b"-dash", b"new\nline", b"\xff\xfe", b"[a]*?", b"back\\slash", b"tab\t",
             "ä€".encode(), b"a" * 200, b"x.dat", b"#"]
    top = os.fsencode(folder)
    os.makedirs(top + b"/sub/deep/" + b"d" * 120 + b"/" + b"e" * 120, exist_ok=True)
    for where in (top, top + b"/sub", top + b"/sub/deep/" + b"d" * 120 + b"/" + b"e" * 120):
        for n, name in enumerate(names):
            path = where + b"/" + name
            with open(path, "wb") as f:
                f.write(name * (n * 37 + 1))
            os.chown(path, 1000 + n, 2000 + n)
            os.chmod(path, (0o644, 0o600, 0o4755, 0o2711, 0o1777, 0)[n % 6])
    os.link(top + b"/plain", top + b"/sub/hard")
    os.link(top + b"/plain", top + b"/zz-hard")
    os.symlink(b"plain", top + b"/soft")
    os.symlink(b"/nowhere/\xff", top + b"/sub/dangling")
    os.lchown(top + b"/soft", 7, 8)
    os.mkfifo(top + b"/fifo", 0o620)
    with open(top + b"/holes", "wb") as f:
        f.write(b"begin")
        f.seek(3 << 20)
        f.write(b"middle")
        f.truncate(8 << 20)
    open(top + b"/empty", "wb").close()
    with open(top + b"/program", "wb") as f:
        f.write(os.urandom(70000))
    os.setxattr(top + b"/program", "security.capability", CAPABILITY)
    os.setxattr(top + b"/empty", "user.note", b"\x00any\xffbytes")
    os.setxattr(top + b"/plain", "system.posix_acl_access", ACCESS)
    os.setxattr(top + b"/sub", "system.posix_acl_default", ACCESS)
    if odd:
        # What other programs of this kind do not keep, or keep by other names.
        os.setxattr(top + b"/fifo", "system.posix_acl_access", ACCESS)
        for name in (b"user.a=b", b"user.%3D", b"user.50%", "user.\u00fc".encode(), b"user.line\nend", b"user.\xff"):
            os.setxattr(top + b"/x.dat", name, name)
            os.setxattr(top + b"/sub/deep", name, b"")
    with socket.socket(socket.AF_UNIX) as s:
        here = os.open(top, os.O_RDONLY)
        s.bind("/proc/self/fd/%d/socket" % here)
        os.close(here)
    os.chmod(top + b"/sub/deep", 0o2750)
    stamp = 1136073600_123456789
    for path, folders, files in os.walk(top, topdown=False):
        for name in files + folders:
            os.utime(path + b"/" + name, ns=(stamp, stamp), follow_symlinks=False)
            stamp += 86400_000000000
    os.utime(top, ns=(stamp, stamp))


def data_of(path):
    """The pieces that are no holes, as (from, to)."""
    pieces, at = [], 0
    with open(path, "rb") as f:
        size = os.fstat(f.fileno()).st_size
        while at < size:
            try:
                start = os.lseek(f.fileno(), at, os.SEEK_DATA)
            except OSError:
                break
            at = os.lseek(f.fileno(), start, os.SEEK_HOLE)
            pieces.append((start, at))
    return pieces


def digest(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


def line(top, path, first, without):
    s = os.lstat(path)
    kind = stat.S_IFMT(s.st_mode)
    words = [repr(path[len(top):] or b"/"), oct(s.st_mode), s.st_uid, s.st_gid]
    if kind != stat.S_IFDIR:
        words += [s.st_nlink, repr(first.setdefault((s.st_dev, s.st_ino), path)[len(top):])]
    words.append(s.st_mtime_ns // 10**9 if "ns" in without else s.st_mtime_ns)
    if kind == stat.S_IFREG:
        words += [s.st_size, digest(path)]
        if "holes" not in without:
            words.append("holes" if sum(b - a for a, b in data_of(path)) < s.st_size else "whole")
    elif kind == stat.S_IFLNK:
        words.append(repr(os.readlink(path)))
    elif kind in (stat.S_IFCHR, stat.S_IFBLK):
        words.append(s.st_rdev)
    if "xattr" not in without:
        words += ["%s=%r" % (n, os.getxattr(path, n, follow_symlinks=False))
                  for n in sorted(os.listxattr(path, follow_symlinks=False))]
    return " ".join(str(w) for w in words)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("make", "odd", "list"))
    parser.add_argument("folder")
    parser.add_argument("--without", default="", help="xattr, ns, holes")
    a = parser.parse_args()
    if a.what != "list":
        make(a.folder, a.what == "odd")
        return
    top, first = os.fsencode(a.folder), {}
    paths = [top]
    for path, folders, files in os.walk(top):
        paths += [path + b"/" + n for n in folders + files]
    for path in sorted(paths):
        # tar has no sockets.
        if not stat.S_ISSOCK(os.lstat(path).st_mode):
            print(line(top, path, first, a.without.split(",")))


if __name__ == "__main__":
    sys.exit(main())
