#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make_readers.py FOLDER ATTACK - images that are no archive of mksysb: good-* must be taken, bad-* refused

Each is a root of a small system without image.data, in the ways in which such roots are kept.
"""
import bz2
import gzip
import lzma
import os
import struct
import sys

from make_archives import D, L, R, S, make, member

OS_RELEASE = b'NAME="Example OS"\nID=example\nVERSION_ID="3.2"\n'


def program():
    """A program of this machine: as much of one as is looked at."""
    with open(os.path.realpath("/bin/true"), "rb") as f:
        return f.read(8192)


# What every good one has; archive.sh has the attributes that tar can keep besides.
ROOT = [
    ("", D, b"", 0o755, 0, 0), ("bin", D, b"", 0o755, 0, 0), ("bin/prog", R, program(), 0o4755, 5, 60),
    ("etc", D, b"", 0o755, 0, 0), ("etc/os-release", R, OS_RELEASE, 0o644, 0, 0),
    ("etc/passwd", R, b"root:x:0:0::/:/bin/sh\n", 0o644, 0, 0), ("bin/link", S, b"../etc/passwd", 0o777, 0, 0),
    ("caf\u00e9", R, b"x", 0o644, 0, 0),
]
KINDS = {D: 0o040000, R: 0o100000, S: 0o120000, "chr": 0o020000, "fifo": 0o010000}


def tar_members(root, prefix):
    found = []
    for name, kind, body, mode, uid, gid in root:
        path = prefix + name if name or prefix else "."
        more = {"mode": mode, "uid": uid, "gid": gid, "mtime": 1700000000}
        if kind == S:
            more["linkname"] = body.decode()
        found.append(member(path, kind, body if kind == R else b"", **more))
    return found


def cpio_head(form, name, mode, uid, gid, size, ino, nlink, mtime=1700000000):
    raw = os.fsencode(name) + b"\0"
    if form == "newc":
        head = b"070701" + b"".join(b"%08X" % n for n in (
            ino, mode, uid, gid, nlink, mtime, size, 8, 1, 0, 0, len(raw), 0))
        return head + raw + b"\0" * (-(len(head) + len(raw)) % 4)
    if form == "odc":
        return b"070707" + b"%06o%06o%06o%06o%06o%06o%06o%011o%06o%011o" % (
            1, ino, mode, uid, gid, nlink, 0, mtime, len(raw), size) + raw
    head = struct.pack("<13H", 0o70707, 1, ino, mode, uid, gid, nlink, 0, mtime >> 16, mtime & 0xffff,
                       len(raw), size >> 16, size & 0xffff)
    return head + raw + b"\0" * (len(raw) % 2)


def cpio(path, members, form="newc", end=True):
    """members: (name, kind, body, mode, uid, gid) and perhaps (ino, nlink)"""
    out = bytearray()
    for number, (name, kind, body, mode, uid, gid, *link) in enumerate(members, 10):
        ino, nlink = link or (number, 1)
        out += cpio_head(form, name or ".", KINDS[kind] | mode, uid, gid, len(body), ino, nlink) + body
        out += b"\0" * (-len(body) % {"newc": 4, "odc": 1, "bin": 2}[form])
    if end:
        out += cpio_head(form, "TRAILER!!!", 0, 0, 0, 0, 0, 1)
        out += b"\0" * (-len(out) % 512)
    with open(path, "wb") as f:
        f.write(out)
    return bytes(out)


def good(folder):
    make(f"{folder}/good-dots.tar", tar_members(ROOT, "./"), first=False)
    make(f"{folder}/good-no-dots.tar", tar_members(ROOT[1:], ""), first=False)
    for comp in ("gz", "xz", "bz2"):
        make(f"{folder}/good-{comp}.tar.{comp}", tar_members(ROOT, "./"), first=False, mode=f"w:{comp}")
    for form in ("newc", "odc", "bin"):
        cpio(f"{folder}/good-{form}.cpio", ROOT, form)
    plain = cpio(f"{folder}/good-dots.cpio", [("./" + m[0], *m[1:]) for m in ROOT])
    for end, packed in (("gz", gzip.compress(plain)), ("xz", lzma.compress(plain)), ("bz2", bz2.compress(plain))):
        with open(f"{folder}/good-packed.cpio.{end}", "wb") as f:
            f.write(packed)
    # newc has the contents of a file with three names behind the last of them, odc behind each.
    links = [("etc/one", R, b"", 0o644, 7, 8, 99, 3), ("etc/two", R, b"", 0o644, 7, 8, 99, 3)]
    cpio(f"{folder}/good-links-newc.cpio", ROOT + links + [("etc/three", R, b"contents", 0o644, 7, 8, 99, 3)])
    cpio(f"{folder}/good-links-odc.cpio", ROOT + [
        (f"etc/{n}", R, b"contents", 0o644, 7, 8, 99, 3) for n in ("one", "two", "three")], "odc")
    cpio(f"{folder}/good-nodes.cpio", ROOT + [("dev", D, b"", 0o755, 0, 0), ("dev/null", "chr", b"", 0o666, 0, 0)])


def bad_cpio(folder, attack):
    def bad(name, *members, **more):
        return cpio(f"{folder}/bad-{name}.cpio", ROOT + list(members), **more)

    bad("dotdot", ("../escaped", R, b"x", 0o644, 0, 0))
    bad("dotdot-inside", ("bin/../../escaped", R, b"x", 0o644, 0, 0))
    bad("absolute", (f"{attack}/escaped", R, b"x", 0o644, 0, 0))
    bad("through-link", ("out", S, attack.encode(), 0o777, 0, 0), ("out/escaped", R, b"x", 0o644, 0, 0))
    bad("through-inner-link", ("out", S, b"bin", 0o777, 0, 0), ("out/f", R, b"x", 0o644, 0, 0))
    # One file with two names, the first of which is a link to what is outside: its contents are not written there.
    bad("hardlink-through-link", ("out", S, f"{attack}/victim".encode(), 0o777, 0, 0, 99, 2),
        ("h", R, b"overwritten", 0o644, 0, 0, 99, 2))
    bad("file-over-folder", ("bin", R, b"x", 0o644, 0, 0))
    bad("long-part", ("p" * 300, R, b"x", 0o644, 0, 0))
    bad("long-name", ("/".join(["d" * 100] * 50), R, b"x", 0o644, 0, 0))
    bad("no-end", end=False)
    whole = bad("tmp", ("data", R, os.urandom(100000), 0o644, 0, 0))
    os.unlink(f"{folder}/bad-tmp.cpio")
    with open(f"{folder}/bad-cut.cpio", "wb") as f:
        f.write(whole[:60000])
    packed = gzip.compress(whole)
    with open(f"{folder}/bad-cut.cpio.gz", "wb") as f:
        f.write(packed[:len(packed) // 2])
    flipped = bytearray(packed)
    flipped[len(flipped) // 2] ^= 1
    with open(f"{folder}/bad-flipped.cpio.gz", "wb") as f:
        f.write(flipped)
    # A name of 4 GiB, a file of 4 GiB that is not there.
    head = bytearray(cpio_head("newc", "x", 0o100644, 0, 0, 0, 5, 1))
    head[94:102] = b"FFFFFFFF"
    with open(f"{folder}/bad-name-size.cpio", "wb") as f:
        f.write(head)
    with open(f"{folder}/bad-size.cpio", "wb") as f:
        f.write(cpio_head("newc", "x", 0o100644, 0, 0, 0xfffffff0, 5, 1) + b"x" * 1000)


def aix_backup(members, disk=b"by name"):
    """members: (name, mode, uid, gid, size, contents in the backup, magic)"""
    out = bytearray(struct.pack("<BBHIII I8sII8sII8sIII", 9, 0, 0xea6b, 1, 0, 0, 0, disk, 0, 0, disk, 0, 0,
                                b"root", 0, 0, 0))
    for name, mode, uid, gid, size, contents, magic in members:
        raw = os.fsencode(name) + b"\0"
        raw += b"\0" * (-len(raw) % 8)
        out += struct.pack("<BBHIIIIIIIIIIIIIII", (64 + len(raw)) // 8, 11, magic, 0, 2, mode, uid, gid, size,
                           0, 0, 0, 0, 0, 0, 0, len(contents), 0) + raw + b"\0" * 40
        out += contents + b"\0" * (-len(contents) % 8)
    return bytes(out) + struct.pack("<BBHI", 1, 7, 0xea6b, 0)


AIX_MEMBERS = [
    (".", 0o40755, 0, 0, 0, b"", 0xea6b), ("./bosinst.data", 0o100644, 0, 0, 5, b"hello", 0xea6b),
    ("./etc", 0o40755, 0, 0, 0, b"", 0xea6b), ("./etc/passwd", 0o100644, 2, 7, 3000, b"packed!", 0xea6c),
    ("./usr/bin/\033[2Jls", 0o104755, 2, 2, 16, b"\x01\xdf" + bytes(14), 0xea6b),
]


def aix(folder):
    """Refused, and listed as far as can be."""
    whole = aix_backup(AIX_MEMBERS)
    for name, data in (("plain", whole), ("tape", b"\xc9\xc2\xd4\xc1" + bytes(512 * 40 - 4) + whole),
                       ("cut", whole[:-60]), ("inode", aix_backup([], b"/dev/hd4"))):
        with open(f"{folder}/bad-aix-{name}", "wb") as f:
            f.write(data)
    with open(f"{folder}/bad-aix-packed.gz", "wb") as f:
        f.write(gzip.compress(whole))


def bad_plain(folder):
    make(f"{folder}/bad-one-folder.tar", tar_members(ROOT, "rootfs/"), first=False)
    make(f"{folder}/bad-nameless.tar", tar_members([m for m in ROOT if m[0] != "etc/os-release"], "./"), first=False)
    make(f"{folder}/bad-no-program.tar", tar_members([m for m in ROOT if m[0] != "bin/prog"], "./"), first=False)
    make(f"{folder}/bad-dotdot-plain.tar", tar_members(ROOT, "./") + [member("../escaped", body=b"x")], first=False)
    # What other readers would start a program for.
    for name, magic in (("lrzip", b"LRZI\0\6"), ("compress", b"\x1f\x9d\x90"), ("lzop", b"\x89LZO\0\r\n\x1a\n"),
                        ("grzip", b"GRZipII\0\2\4:)"), ("rpm", b"\xed\xab\xee\xdb\3\0"), ("uu", b"begin 644 x\n")):
        with open(f"{folder}/bad-{name}", "wb") as f:
            f.write(magic + bytes(2000))
    one = cpio_head("odc", "x", 0o100644, 0, 0, 0, 5, 1)
    with gzip.open(f"{folder}/many.cpio.gz", "wb", compresslevel=1) as f:
        for _ in range(4001):
            f.write(one * 1000)
    with open(f"{folder}/bad-text", "wb") as f:
        f.write(b"no archive at all\n" * 100)


def main():
    folder, attack = sys.argv[1:3]
    good(folder)
    bad_cpio(folder, attack)
    bad_plain(folder)
    aix(folder)


if __name__ == "__main__":
    main()
