#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads backups by docs/SAVEWPAR.md and nothing of ours.

backup.py check FILE     is it whole, and is all of it what its checksums say?
backup.py names FILE     the members
"""
import hashlib
import re
import subprocess
import sys
import tarfile

MAGIC = {b"\x28\xb5\x2f\xfd": "zstd", b"\x1f\x8b": "gzip", b"\xfd7zXZ": "xz"}
SAVED = ("security.capability", "system.posix_acl_access", "system.posix_acl_default")


def word(name):
    raw = name.encode("utf-8", "surrogateescape")
    return "".join(chr(c) if 0x21 <= c <= 0x7e and c != 0x5c else "\\%03o" % c for c in raw)


def opened(path):
    with open(path, "rb") as f:
        head = f.read(6)
    for magic, program in MAGIC.items():
        if head.startswith(magic):
            out = subprocess.Popen([program, "-dc", path], stdout=subprocess.PIPE).stdout
            return tarfile.open(fileobj=out, mode="r|", errors="surrogateescape")
    return tarfile.open(path, mode="r|", errors="surrogateescape")


def seconds(t):
    whole, _, part = t.pax_headers.get("mtime", str(int(t.mtime))).partition(".")
    return "%s.%s" % (whole, (part + "000000000")[:9])


def raw(text):
    return text.encode("utf-8", "surrogateescape")


def plain(name):
    """The name of an attribute, of which a pax header's key has some bytes as %XX."""
    return re.sub(b"%([0-9A-Fa-f]{2})", lambda m: bytes([int(m[1], 16)]), raw(name)).decode("utf-8", "surrogateescape")


def entry(t):
    name = word(t.name)
    if t.islnk():
        return "h %s %s\n" % (name, word(t.linkname))
    kind = {tarfile.DIRTYPE: "d", tarfile.SYMTYPE: "l", tarfile.FIFOTYPE: "p", tarfile.CHRTYPE: "c",
            tarfile.BLKTYPE: "b"}.get(t.type, "f")
    line = "%s %o %d %d %s %s" % (kind, t.mode & 0o7777, t.uid, t.gid, seconds(t), name + ("/" if kind == "d" else ""))
    if kind == "l":
        line += " " + word(t.linkname)
    if kind in "cb":
        line += " %d,%d" % (t.devmajor, t.devminor)
    attributes = {plain(k[len("SCHILY.xattr."):]): v for k, v in t.pax_headers.items() if k.startswith("SCHILY.xattr.")}
    for k in sorted(attributes, key=raw):
        if k.startswith("user.") or k in SAVED:
            line += " xattr %s %s" % (word(k), hashlib.sha256(raw(attributes[k])).hexdigest())
    return line + "\n"


def read(f, length):
    while length > 0:
        some = f.read(min(length, 1 << 20))
        assert some, "it ends too early"
        length -= len(some)
        yield some


def parts_of(t):
    """Where its data is: [offset, length], those that touch each other as one."""
    parts = []
    for offset, length in t.sparse if t.sparse is not None else [(0, t.size)]:
        if length and parts and sum(parts[-1]) == offset:
            parts[-1][1] += length
        elif length:
            parts.append([offset, length])
    return parts


def contents(archive, t):
    digest, parts = hashlib.sha256(), parts_of(t)
    # What the archive has, one part behind the other: tarfile would make the holes of it.
    archive.fileobj.seek(t.offset_data)
    for some in read(archive.fileobj, sum(length for _, length in parts)):
        digest.update(some)
    if parts == ([[0, t.size]] if t.size else []):
        return "file " + digest.hexdigest()
    text = "".join("%d %d\n" % tuple(part) for part in parts) + "size %d\ndata %s\n" % (t.size, digest.hexdigest())
    return "sparse " + hashlib.sha256(text.encode()).hexdigest()


def check(path):
    lines, entries, members, size, found = ["savewpar-checksums 2"], hashlib.sha256(), 0, 0, None
    folders = set()
    archive = opened(path)
    for t in archive:
        if t.name == "./.savewpar_dir/checksums":
            found = archive.extractfile(t).read().decode().split("\n")
            continue
        if found is not None:
            assert t.name == "./.savewpar_dir/signature", "%s follows the checksums" % t.name
            continue
        members += 1
        entries.update(entry(t).encode())
        if not t.name.startswith("./.savewpar_dir/"):
            above = t.name.rpartition("/")[0]
            assert above in folders or t.name == ".", "%s comes before its folder" % word(t.name)
            if t.isdir():
                folders.add(t.name)
        if t.isreg() or t.type == tarfile.GNUTYPE_SPARSE:
            size += t.size
            lines.append("%s %d %s" % (contents(archive, t), t.size, word(t.name)))
    assert found is not None, "there are no checksums"
    assert found[-1] == "" and found[-2] == "end", "the checksums have no end"
    files = [x for x in found if not x.startswith("removed ")]
    n = len(lines)
    for a, b in zip(files, lines):
        assert a == b, "%r is not %r" % (a, b)
    rest = dict(x.split(" ") for x in files[n:-2])
    assert rest["entries"] == entries.hexdigest(), "entries"
    assert int(rest["members"]) == members and int(rest["bytes"]) == size, "sums"
    print("whole: %d members, frozen %s" % (members, "0" if rest["frozen"] == "0" else "yes"))


def main():
    if sys.argv[1] == "check":
        check(sys.argv[2])
    else:
        for t in opened(sys.argv[2]):
            print(word(t.name))


main()
