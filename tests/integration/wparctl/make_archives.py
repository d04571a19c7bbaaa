#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make_archives.py FOLDER - the archives of archive.sh: good-* must be taken, bad-* refused

Each bad one is an attack that other archive readers fell for, or a fault; its name says which.
"""
import bz2
import gzip
import io
import lzma
import os
import subprocess
import sys
import tarfile

R, D, S, L = tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE
MACHINE = os.uname().machine


def image_data(size_kb=1000, arch=MACHINE, **more):
    keys = {
        "FORMAT": "1", "OSNAME": '"Debian GNU/Linux"', "OSID": "debian", "OSLEVEL": "11.11",
        "KERNEL_RELEASE": "5.10.0-32-amd64", "KERNEL_VERSION": '"#1 SMP Debian 5.10"',
        "ARCH": arch, "PAGE_SIZE": "4096", "SIZE_KB": str(size_kb),
        "CREATED": '"2026-01-01T00:00:00Z"',
    }
    keys.update(more)
    return "image_data:\n" + "".join(f"\t{k} = {v}\n" for k, v in keys.items() if v is not None)


def member(name, kind=R, body=b"", **more):
    info = tarfile.TarInfo(name)
    info.type = kind
    info.mode = 0o755 if kind == D else 0o644
    if kind == R:
        info.size = len(body)
    for key, value in more.items():
        setattr(info, key, value)
    return info, body


def make(path, members, data=None, first=True, mode="w", fmt=tarfile.PAX_FORMAT):
    with tarfile.open(path, mode, format=fmt) as tar:
        if first:
            text = (data if data is not None else image_data()).encode()
            tar.addfile(*[(i, io.BytesIO(b)) for i, b in [member("./image.data", body=text)]][0])
        for info, body in members:
            tar.addfile(info, io.BytesIO(body))


BASE = [
    member("./", D), member("./usr", D), member("./usr/bin", D), member("./bin", S, linkname="usr/bin"),
    member("./usr/bin/prog", body=b"#!/bin/sh\n", mode=0o4755, uid=5, gid=60, mtime=1700000000),
    member("./etc", D), member("./etc/passwd", body=b"root:x:0:0::/:/bin/sh\n"),
]


def good(folder):
    for comp in ("", "gz", "xz", "bz2"):
        make(f"{folder}/good-{comp or 'plain'}.tar", BASE + [member(f"./{comp}")], mode=f"w:{comp}")
    make(f"{folder}/good-links.tar", BASE + [
        member("./usr/hard", L, linkname="./usr/bin/prog"), member("./abs", S, linkname="/etc/passwd"),
        member("./dangling", S, linkname="../../../nowhere")])
    make(f"{folder}/good-nodes.tar", BASE + [
        member("./dev", D), member("./dev/null", tarfile.CHRTYPE, devmajor=1, devminor=3),
        member("./dev/sda", tarfile.BLKTYPE, devmajor=8, devminor=0), member("./fifo", tarfile.FIFOTYPE),
        # Further names of what is passed over.
        member("./dev/zero", L, linkname="./dev/null"), member("./dev/again", L, linkname="dev/zero"),
        member("./dev/null", body=b"a file now\n"), member("./dev/file", L, linkname="./dev/null")])
    make(f"{folder}/good-twice.tar", BASE + [
        member("./etc/passwd", body=b"second\n"), member("./etc", D, mode=0o750)])
    # A file, replaced by a link, replaced by a file: nothing is written through the link.
    make(f"{folder}/good-replaced-link.tar", BASE + [
        member("./x", S, linkname="/ATTACK/file"), member("./x", body=b"mine\n")])
    make(f"{folder}/good-deep.tar", BASE + [member("./" + "/".join(["d" * 20] * 100) + "/f", body=b"x")])
    make(f"{folder}/good-unnamed-folders.tar", [member("./a/b/c", body=b"x")])
    make(f"{folder}/good-xattrs.tar", BASE + [member("./x", body=b"x", pax_headers={
        "SCHILY.xattr.user.kept": "yes", "SCHILY.xattr.user.a%3Db%25": "as tar writes it", "SCHILY.xattr.user.caf\u00e9": "",
        "SCHILY.xattr.user.bad%00%zz%": "", "SCHILY.xattr.user.overlay.redirect": "/etc", "SCHILY.xattr.user.%6fverlay.x": "",
        "SCHILY.xattr.trusted.overlay.opaque": "y", "SCHILY.xattr.security.selinux": "no"})])
    # GNU tar has names, and BSD's adds numbers; what is made in a folder must not inherit its list before its own.
    make(f"{folder}/good-lists.tar", [
        member("./srv", D, pax_headers={"SCHILY.acl.default": "user::rwx\nuser:old:rwx\ngroup::r-x\nmask::rwx\nother::---"}),
        member("./srv/in", body=b"x", mode=0o640),
        member("./named", body=b"x", mode=0o640, pax_headers={
            "SCHILY.acl.access": "user::rw-\nuser:old:r--\nuser:nobody-knows:rwx\ngroup::---\ngroup:staff:rw-\nmask::rw-\nother::---"}),
        member("./numbered", body=b"x", mode=0o640, pax_headers={
            "SCHILY.acl.access": "user::rw-,group::r--,user:x:r--:1234,mask::r--,other::---"}),
        member("./etc", D), member("./etc/passwd", body=b"root:x:0:0::/:/bin/sh\nolder:x:1:1::/:\nold:x:1999:50::/:\n"),
        member("./etc/group", body=b"staff:x:50:old\n")])
    make(f"{folder}/good-utf8.tar", BASE + [member("./caf\u00e9", body=b"x")])
    make(f"{folder}/good-gnu.tar", BASE + [member("./" + "n" * 200, body=b"x")], fmt=tarfile.GNU_FORMAT)


def bad_names(folder, attack):
    make(f"{folder}/bad-dotdot.tar", BASE + [member("../escaped", body=b"x")])
    make(f"{folder}/bad-dotdot-inside.tar", BASE + [member("./usr/../../escaped", body=b"x")])
    make(f"{folder}/bad-absolute.tar", BASE + [member(f"{attack}/escaped", body=b"x")])
    make(f"{folder}/bad-through-link.tar", BASE + [
        member("./out", S, linkname=attack), member("./out/escaped", body=b"x")])
    make(f"{folder}/bad-through-relative-link.tar", BASE + [
        member("./out", S, linkname="../../../../../../../../../../.." + attack), member("./out/escaped", body=b"x")])
    # The folder that is the helper's root would stop the two above; this one only openat2 does.
    make(f"{folder}/bad-through-inner-link.tar", BASE + [
        member("./out", S, linkname="usr"), member("./out/f", body=b"x")])
    make(f"{folder}/bad-hardlink-through-inner-link.tar", BASE + [
        member("./out", S, linkname="etc"), member("./h", L, linkname="./out/passwd")])
    # Two steps: a link to a folder of the archive, whose parts are links again.
    make(f"{folder}/bad-two-steps.tar", BASE + [
        member("./one", S, linkname="usr"), member("./one/two", S, linkname=attack),
        member("./usr/two/escaped", body=b"x")])
    make(f"{folder}/bad-folder-over-link.tar", BASE + [
        member("./out", S, linkname=attack), member("./out", D), member("./out/escaped", body=b"x")])
    make(f"{folder}/bad-hardlink-out.tar", BASE + [member("./h", L, linkname=f"{attack}/victim")])
    make(f"{folder}/bad-hardlink-dotdot.tar", BASE + [
        member("./h", L, linkname="../../../../../../../../../../../.." + attack + "/victim")])
    make(f"{folder}/bad-hardlink-through-link.tar", BASE + [
        member("./out", S, linkname=attack), member("./h", L, linkname="./out/victim"),
        member("./h", body=b"overwritten")])
    make(f"{folder}/bad-file-as-folder.tar", BASE + [member("./etc/passwd/x", body=b"x")])
    make(f"{folder}/bad-file-over-folder.tar", BASE + [member("./usr", body=b"x")])
    make(f"{folder}/bad-folder-over-file.tar", BASE + [member("./x", body=b"1"), member("./x", D)])
    make(f"{folder}/bad-link-over-folder.tar", BASE + [member("./etc", S, linkname="usr"), member("./etc/a", body=b"x")])
    make(f"{folder}/bad-hardlink-self.tar", BASE + [member("./h", L, linkname="./h")])
    make(f"{folder}/bad-hardlink-later.tar", BASE + [member("./h", L, linkname="./l"), member("./l", body=b"x")])
    make(f"{folder}/bad-hardlink-folder.tar", BASE + [member("./h", L, linkname="./etc")])
    make(f"{folder}/bad-long-link.tar", BASE + [member("./s", S, pax_headers={"linkpath": "y" * 5000})])
    make(f"{folder}/bad-long-attribute.tar", BASE + [
        member("./x", body=b"x", pax_headers={"SCHILY.xattr.user." + "n" * 300: "v"})])
    make(f"{folder}/bad-long-name.tar", BASE + [member("./" + "/".join(["d" * 100] * 50), body=b"x")])
    make(f"{folder}/bad-long-part.tar", BASE + [member("./" + "p" * 300, body=b"x")])
    make(f"{folder}/bad-root-link.tar", [member("./", S, linkname=attack), member("./escaped", body=b"x")])


def bad_sizes(folder):
    big = 80 << 20
    make(f"{folder}/bad-bomb.tar.gz", BASE + [member("./zeros", body=b"\0" * big)],
         data=image_data(size_kb=4), mode="w:gz")
    make(f"{folder}/bad-huge-metadata.tar", BASE + [
        member("./x", body=b"x", pax_headers={"comment": "c" * (3 << 20)})])
    # A sparse file that says it is larger than any.
    header = "GNU.sparse.major=1,GNU.sparse.minor=0".split(",")
    sparse = {h.split("=")[0]: h.split("=")[1] for h in header}
    sparse.update({"GNU.sparse.name": "./sparse", "GNU.sparse.realsize": str(1 << 60)})
    make(f"{folder}/bad-sparse.tar", BASE + [member("./GNUSparseFile.0/s", body=b"0\n" + b"\0" * 510, pax_headers=sparse)])
    sparse = dict(sparse, **{"GNU.sparse.realsize": "100"})
    make(f"{folder}/bad-sparse-map.tar", BASE + [member(
        "./GNUSparseFile.0/s", body=b"1\n9000000000000000000\n512\n".ljust(512, b"\0") + b"x" * 512,
        pax_headers=sparse)])
    make(f"{folder}/bad-negative-owner.tar", BASE + [member("./x", body=b"x", pax_headers={"uid": "-5"})])
    make(f"{folder}/bad-large-owner.tar", BASE + [member("./x", body=b"x", pax_headers={"uid": str(1 << 40)})])


def bad_data(folder):
    make(f"{folder}/bad-no-image-data.tar", BASE, first=False)
    make(f"{folder}/bad-empty.tar", [], first=False)
    make(f"{folder}/bad-other-machine.tar", BASE, data=image_data(arch="s390x"))
    make(f"{folder}/bad-no-arch.tar", BASE, data=image_data(ARCH=None))
    make(f"{folder}/bad-format.tar", BASE, data=image_data(FORMAT="2"))
    make(f"{folder}/bad-no-stanza.tar", BASE, data="hello\n")
    make(f"{folder}/bad-large-image-data.tar", BASE, data=image_data() + "#" * (4 << 20))
    make(f"{folder}/bad-level.tar", BASE, data=image_data(OSLEVEL='"../../etc"'))
    make(f"{folder}/bad-image-data-link.tar", [
        member("./image.data", S, linkname="/etc/passwd")] + BASE, first=False)
    for name in ("not-an-archive", "empty-file"):
        with open(f"{folder}/bad-{name}.tar", "wb") as f:
            f.write(os.urandom(4096) if name == "not-an-archive" else b"")


def damaged(folder):
    with open(f"{folder}/good-plain.tar", "rb") as f:
        whole = f.read()
    make(f"{folder}/tmp.tar", BASE + [member("./data", body=os.urandom(200000))])
    with open(f"{folder}/tmp.tar", "rb") as f:
        data = f.read()
    os.unlink(f"{folder}/tmp.tar")
    packed = gzip.compress(data)
    with open(f"{folder}/bad-cut.tar", "wb") as f:
        f.write(data[:len(data) // 2])
    for ending, packed in (("gz", packed), ("xz", lzma.compress(data)), ("bz2", bz2.compress(data)),
                           ("zst", subprocess.run(["zstd", "-qc", "--check"], input=data, capture_output=True, check=True).stdout)):
        with open(f"{folder}/bad-cut.tar.{ending}", "wb") as f:
            f.write(packed[:len(packed) // 2])
        flipped = bytearray(packed)
        flipped[len(flipped) // 2] ^= 1
        with open(f"{folder}/bad-flipped.tar.{ending}", "wb") as f:
            f.write(flipped)
    header = bytearray(whole)
    header[1024 + 100] ^= 0xff
    # Between two members, as when the writer was ended: no blocks of zeros.
    with tarfile.open(f"{folder}/good-plain.tar") as tar:
        members = tar.getmembers()
        last = members[-1]
        cuts = {"bad-cut-member": members[len(members) // 2].offset, "bad-cut-end": last.offset_data + -(-last.size // 512) * 512}
    with open(f"{folder}/good-plain.tar", "rb") as f:
        whole = f.read()
    for name, at in cuts.items():
        with open(f"{folder}/{name}.tar", "wb") as f:
            f.write(whole[:at])
        with gzip.open(f"{folder}/{name}.tar.gz", "wb") as f:
            f.write(whole[:at])
    # Some end it with one block, and fill no record.
    with open(f"{folder}/good-one-block.tar", "wb") as f:
        f.write(whole[:cuts["bad-cut-end"]] + b"\0" * 512)
    with open(f"{folder}/bad-flipped-header.tar", "wb") as f:
        f.write(header)
    # The digest beside it is of another file.
    with open(f"{folder}/bad-digest.tar", "wb") as f:
        f.write(whole)
    with open(f"{folder}/bad-digest.tar.sha256", "w", encoding="ascii") as f:
        f.write("0" * 64 + "  bad-digest.tar\n")


def large(folder):
    """For a file system of 100 MiB: what is declared, in image.data or by a member, does not fit."""
    make(f"{folder}/large-declares.tar", BASE, data=image_data(size_kb=3000000))
    make(f"{folder}/large-limit.tar", BASE, data=image_data(size_kb=10**12 * 1000 // 1024))
    make(f"{folder}/large-many.tar", BASE + [member(f"./f{i}", body=bytes(1 << 20)) for i in range(150)],
         data=image_data(size_kb=None), mode="w:gz")
    make(f"{folder}/large-inodes.tar", BASE + [member(f"./f{i}") for i in range(9000)])
    make(f"{folder}/large-member.tar", BASE, data=image_data(size_kb=None))
    with open(f"{folder}/large-member.tar", "r+b") as file:
        info = tarfile.TarInfo("./big")
        info.size = 2 << 30
        with tarfile.open(f"{folder}/large-member.tar") as tar:
            offset = max(m.offset_data + (m.size + 511) // 512 * 512 for m in tar.getmembers())
        file.seek(offset)
        file.truncate()
        file.write(info.tobuf(tarfile.PAX_FORMAT) + bytes(4096))


def attributes(folder):
    """More of them than a file of ext4 has room for."""
    make(f"{folder}/attributes.tar", BASE + [
        member("./much", body=b"x", pax_headers={f"SCHILY.xattr.user.a{i}": "v" * 1000 for i in range(200)})])


def main():
    if sys.argv[1] == "--large":
        return large(sys.argv[2])
    folder, attack = sys.argv[1:3]
    good(folder)
    bad_names(folder, attack)
    bad_sizes(folder)
    bad_data(folder)
    damaged(folder)
    attributes(folder)


if __name__ == "__main__":
    main()
