#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Backups of WPARs in the format of docs/SAVEWPAR.md, made by nobody's savewpar: good ones, and attacks.

make_backups.py tree FILE FOLDER NAME [SPEC]   of a folder; SPEC: text of wpar.spec behind its name
make_backups.py hostile FOLDER ATTACK          good-*.save must be restored, bad-*.save refused
make_backups.py spec FILE NAME SPEC            a small one that has this specification
make_backups.py bounds FOLDER                  two that would take memory without end
make_backups.py large FILE FOLDER-SIZE-MIB     one that needs so much room
make_backups.py holes FOLDER                   files with holes: good-*.save and bad-*.save
make_backups.py numbers FOLDER                 KEY,NUMBER.save: what it says of itself cannot be
"""
import hashlib
import io
import os
import stat
import sys
import tarfile

import make_archives
from make_archives import BASE, D, L, R, S, image_data, member

XATTRS = ("user.", "security.capability", "system.posix_acl_access", "system.posix_acl_default")


def word(name):
    raw = os.fsencode(name)
    return "".join(chr(c) if 0x21 <= c <= 0x7E and c != 0x5C else "\\%03o" % c for c in raw)


def sha(data):
    return hashlib.sha256(data).hexdigest()


def entry(info):
    kind = {R: "f", D: "d", S: "l", tarfile.FIFOTYPE: "p", tarfile.CHRTYPE: "c", tarfile.BLKTYPE: "b"}.get(info.type)
    name = info.name + ("/" if info.type == D and not info.name.endswith("/") else "")
    if info.type == L:
        return f"h {word(name)} {word(info.linkname)}\n"
    seconds, _, rest = str(info.pax_headers.get("mtime", int(info.mtime))).partition(".")
    text = f"{kind} {info.mode & 0o7777:o} {info.uid} {info.gid} {seconds}.{rest.ljust(9, '0')[:9]} {word(name)}"
    if kind == "l":
        text += " " + word(info.linkname)
    elif kind in "cb":
        text += f" {info.devmajor},{info.devminor}"
    for key in sorted(info.pax_headers):
        if key.startswith("SCHILY.xattr.") and key[13:].startswith(XATTRS):
            text += f" xattr {word(key[13:])} {sha(os.fsencode(info.pax_headers[key]))}"
    return text + "\n"


def wpar_data(name, kind="S", **more):
    keys = {"NAME": name, "TYPE": kind, "STATE": "D", "CREATED": "2026-01-01T00:00:00Z", "HOST": "old",
            "PRODUCT": "test", "CONSISTENCY": "stopped"}
    keys.update(more)
    return "wpar_data:\n" + "".join(f"\t{k} = {v}\n" for k, v in keys.items() if v is not None)


def level():
    with open("/etc/debian_version", encoding="ascii") as f:
        text = f.read().strip()
    return text if text[:1].isdigit() else "12"


class Backup:
    """Members are given one after the other; change() may alter each line of the list."""

    def __init__(self, path, name="dev01", spec="", kind="S", data=None, change=None, mode="w"):
        self.files, self.entries, self.count, self.bytes = [], hashlib.sha256(), 0, 0
        self.change = change or (lambda lines: lines)
        self.format = 2 if data and "CHECKSUMS = 2" in data else 1
        self.tar = tarfile.open(path, mode, format=tarfile.PAX_FORMAT)
        if data is None:
            data = image_data(OSLEVEL=level()) + wpar_data(name, kind)
        if data:
            self.add(*member("./.savewpar_dir/image.data", body=data.encode()))
        self.add(*member("./.savewpar_dir/wpar.spec", body=(f'general:\n\tname = "{name}"\n' + spec).encode()))

    def add(self, info, body=b"", listed=True):
        self.tar.addfile(info, io.BytesIO(body))
        if not listed:
            return
        self.list(info)
        if info.type == R:
            self.files.append(f"file {sha(body)} {len(body)} {word(info.name)}")
            self.bytes += len(body)

    def list(self, info):
        self.entries.update(os.fsencode(entry(info)))
        self.count += 1

    def add_sparse(self, name, size, parts, line):
        """parts: (offset, bytes); line: word and digest for the list."""
        text = f"{len(parts)}\n" + "".join(f"{at}\n{len(data)}\n" for at, data in parts)
        body = text.encode() + bytes(-len(text) % 512) + b"".join(data for _, data in parts)
        info, body = member("./GNUSparseFile.0/x", body=body, pax_headers={
            "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": name, "GNU.sparse.realsize": str(size)})
        self.tar.addfile(info, io.BytesIO(body))
        self.list(member(name)[0])
        self.files.append(f"{line} {size} {word(name)}")
        self.bytes += size

    def end(self, removed=(), signature=None):
        lines = [f"savewpar-checksums {self.format}", *self.files, *[f"removed {word(n)}" for n in removed],
                 f"entries {self.entries.hexdigest()}", "frozen 0", f"members {self.count}", f"bytes {self.bytes}", "end"]
        lines = self.change(lines)
        if lines is not None:
            text = "".join(line + "\n" for line in lines).encode()
            self.add(*member("./.savewpar_dir/checksums", body=text), listed=False)
        if signature:
            self.add(*member("./.savewpar_dir/signature", body=signature(text)), listed=False)
        self.tar.close()


def tree(path, folder, name, spec="", kind="S", signature=None, removed=()):
    top, first = os.fsencode(folder), {}
    paths = [top]
    for where, folders, files in os.walk(top):
        if where[len(top):] in (b"/proc", b"/dev", b"/run", b"/usr", b"/opt"):
            folders[:] = []
            continue
        paths += [where + b"/" + n for n in folders + files]
    size = sum(os.lstat(p).st_size for p in paths) // 1024 + 1
    b = Backup(path, name, spec, kind, image_data(size, OSLEVEL=level()) + wpar_data(name, kind))
    for p in sorted(paths):
        s = os.lstat(p)
        if stat.S_ISSOCK(s.st_mode):
            continue
        info = tarfile.TarInfo(os.fsdecode(b"." + p[len(top):]) if p != top else "./")
        info.mode, info.uid, info.gid, info.mtime = stat.S_IMODE(s.st_mode), s.st_uid, s.st_gid, int(s.st_mtime_ns // 10**9)
        info.pax_headers["mtime"] = "%d.%09d" % divmod(s.st_mtime_ns, 10**9)
        body = b""
        if stat.S_ISDIR(s.st_mode):
            info.type = D
        elif stat.S_ISLNK(s.st_mode):
            info.type, info.linkname = S, os.readlink(os.fsdecode(p))
        elif stat.S_ISFIFO(s.st_mode):
            info.type = tarfile.FIFOTYPE
        elif (s.st_dev, s.st_ino) in first:
            info.type, info.linkname = L, first[(s.st_dev, s.st_ino)]
        else:
            first[(s.st_dev, s.st_ino)] = info.name
            with open(p, "rb") as f:
                body = f.read()
            info.size = len(body)
        if info.type != L:
            for x in os.listxattr(p, follow_symlinks=False):
                info.pax_headers["SCHILY.xattr." + x] = os.fsdecode(os.getxattr(p, x, follow_symlinks=False))
        b.add(info, body)
    b.end(removed, signature)


def write(path, members, removed=(), **how):
    b = Backup(path, **how)
    for m in members:
        b.add(*m)
    b.end(removed)


def good(folder):
    write(f"{folder}/good-plain.save", BASE)
    write(f"{folder}/good-gzip.save", BASE, mode="w:gz")
    # The last one counts, whatever kind it is of; a folder keeps what is in it.
    write(f"{folder}/good-twice.save", BASE + [
        member("./etc/passwd", body=b"second\n"), member("./etc", D, mode=0o750),
        member("./x", D), member("./x/y", body=b"y"), member("./x", body=b"now a file"),
        member("./z", body=b"z"), member("./z", D, mode=0o711), member("./z/in", body=b"in")])
    write(f"{folder}/good-removed.save", BASE + [
        member("./gone", body=b"x"), member("./dir", D), member("./dir/in", body=b"x"), member("./was", S, linkname="etc")],
        removed=["./gone", "./dir", "./was", "./never/there"])
    write(f"{folder}/good-nodes.save", BASE + [
        member("./dev", D), member("./dev/null", tarfile.CHRTYPE, devmajor=1, devminor=3), member("./fifo", tarfile.FIFOTYPE),
        member("./dev/zero", L, linkname="./dev/null"),
        member("./dev/was", body=b"a file"), member("./dev/was", tarfile.CHRTYPE, devmajor=1, devminor=3)])
    # Of a versioned WPAR: an image of the store, in which the last one counts, too.
    write(f"{folder}/versioned.save", BASE + [
        member("./gone", body=b"x"), member("./z", body=b"z"), member("./z", D, mode=0o711), member("./z/in", body=b"in")],
        removed=["./gone"], name="old01", kind="L")
    write(f"{folder}/versioned-bad.save", BASE, name="old01", kind="L", change=lambda lines: lines[:-1])
    write(f"{folder}/good-replaced-link.save", BASE + [
        member("./x", S, linkname="/ATTACK/file"), member("./x", body=b"mine\n")])


def bad_lists(folder):
    def edit(path, edit_lines, members=BASE, **how):
        write(f"{folder}/bad-{path}.save", members, change=edit_lines, **how)

    def line(word_, new):
        return lambda lines: [new if x.startswith(word_) else x for x in lines]

    edit("no-checksums", lambda lines: None)
    edit("no-end", lambda lines: lines[:-1])
    edit("behind-end", lambda lines: lines + ["frozen 0"])
    edit("no-first-line", lambda lines: lines[1:])
    edit("format", line("savewpar-checksums", "savewpar-checksums 2"))
    edit("entries", line("entries", "entries " + "0" * 64))
    edit("members", line("members", "members 7777"))
    edit("bytes", line("bytes", "bytes -1"))
    edit("file-missing", lambda lines: [x for x in lines if not x.endswith("passwd")])
    edit("file-more", lambda lines: [lines[0], lines[1], *lines[1:]])
    edit("file-order", lambda lines: [lines[0], lines[2], lines[1], *lines[3:]])
    edit("file-digest", lambda lines: [x.replace("file ", "file 0")[:-1] if "passwd" in x else x for x in lines])
    edit("file-name", lambda lines: [x.replace("passwd", "shadow") for x in lines])
    edit("long-line", lambda lines: [lines[0] + " " * 100000, *lines[1:]])
    edit("nul", lambda lines: [lines[0], "\0", *lines[1:]])
    edit("unknown-line", lambda lines: [*lines[:-1], "and more", "end"])
    edit("removed-escape", lambda lines: [*lines[:-5], "removed ./\\999", *lines[-5:]])
    for name, removed in (("dotdot", "../escaped"), ("root", "./"), ("absolute", "/etc/passwd"), ("folder", "./.savewpar_dir")):
        write(f"{folder}/bad-removed-{name}.save", BASE, removed=[removed])


def bad_places(folder):
    info = "./.savewpar_dir/"
    write(f"{folder}/bad-folder-itself.save", [member("./.savewpar_dir", D)] + BASE)
    write(f"{folder}/bad-behind-tree.save", BASE + [member(info + "more", body=b"x")])
    write(f"{folder}/bad-spec-twice-behind.save", BASE + [member(info + "wpar.spec", body=b"general:\n\tname = \"evil\"\n")])
    write(f"{folder}/bad-deep.save", [member(info + "a/b", body=b"x")] + BASE)
    write(f"{folder}/bad-link-inside.save", [member(info + "more", S, linkname="/etc/passwd")] + BASE)
    write(f"{folder}/bad-large-spec.save", BASE, spec="*" * (2 << 20))
    write(f"{folder}/bad-no-image-data.save", BASE, data="")
    write(f"{folder}/bad-no-wpar-data.save", BASE, data=image_data())
    write(f"{folder}/bad-type.save", BASE, data=image_data() + wpar_data("dev01", "X"))
    write(f"{folder}/bad-format-1.save", BASE, data=image_data(FORMAT="2") + wpar_data("dev01"))
    write(f"{folder}/bad-machine.save", BASE, data=image_data(arch="s390x", OSLEVEL=level()) + wpar_data("dev01"))
    write(f"{folder}/bad-pages.save", BASE, data=image_data(PAGE_ALIGN="1024", OSLEVEL=level()) + wpar_data("dev01"))
    write(f"{folder}/bad-level.save", BASE, data=image_data(OSLEVEL="3.1") + wpar_data("dev01"))
    write(f"{folder}/bad-spec.save", BASE, spec="nonsense:\n\tx = 1\n")
    write(f"{folder}/bad-spec-name.save", BASE, name="../../x")
    write(f"{folder}/bad-application.save", BASE, spec='\ttype = "A"\n')
    b = Backup(f"{folder}/bad-behind-list.save")
    for m in BASE:
        b.add(*m)
    b.end = None
    lines = ["savewpar-checksums 1", *b.files, f"entries {b.entries.hexdigest()}", "frozen 0", f"members {b.count}",
             f"bytes {b.bytes}", "end"]
    b.add(*member(info + "checksums", body="".join(x + "\n" for x in lines).encode()), listed=False)
    b.add(*member("./etc/shadow", body=b"root::::::::\n"), listed=False)
    b.tar.close()


def damaged(folder):
    with open(f"{folder}/good-plain.save", "rb") as f:
        whole = bytearray(f.read())
    with open(f"{folder}/bad-cut.save", "wb") as f:
        f.write(whole[:len(whole) * 2 // 3])
    flipped = bytearray(whole)
    flipped[whole.index(b"root:x:0:0")] ^= 1
    with open(f"{folder}/bad-flipped.save", "wb") as f:
        f.write(flipped)
    mode = bytearray(whole)
    # The mode of a member and the sum of its header: still a tar, no longer what was saved.
    with tarfile.open(f"{folder}/good-plain.save") as tar:
        at = [m for m in tar.getmembers() if m.name == "./etc/passwd"][0].offset
    mode[at + 100:at + 108] = b"0004777\0"
    mode[at + 148:at + 156] = b"        "
    mode[at + 148:at + 156] = b"%06o\0 " % sum(mode[at:at + 512])
    with open(f"{folder}/bad-mode.save", "wb") as f:
        f.write(mode)


def from_archives(folder, attack):
    """Every attack of archive.sh, as the tree of a backup whose list is right."""
    made = {}

    def collect(path, members, **_):
        made[os.path.basename(path)] = members

    real, make_archives.make = make_archives.make, collect
    try:
        make_archives.bad_names(folder, attack)
        make_archives.bad_sizes(folder)
    finally:
        make_archives.make = real
    for name, members in made.items():
        # Kinds that take each other's place: so does the last one of a name in a backup.
        word_ = "maybe" if name in ("bad-file-over-folder.tar", "bad-folder-over-file.tar", "bad-folder-over-link.tar") else "bad"
        path = f"{folder}/{word_}-{name.split('.')[0][4:]}.save"
        try:
            write(path, members, data=image_data(size_kb=4, OSLEVEL=level()) + wpar_data("dev01")
                  if "bomb" in name else None)
        except ValueError:
            os.unlink(path)


def bounds(folder):
    """What would fill the memory: a description that does not end, and names without end that were removed."""
    info = "./.savewpar_dir/more"
    with tarfile.open(f"{folder}/long-description.save", "w", format=tarfile.PAX_FORMAT) as tar:
        first = member("./.savewpar_dir/image.data", body=(image_data(OSLEVEL=level()) + wpar_data("dev01")).encode())
        for one, body in [first] + [member(info + str(i), body=os.urandom(1 << 20)) for i in range(40)]:
            tar.addfile(one, io.BytesIO(body))
    write(f"{folder}/many-removed.save", BASE, removed=[f"./{i:0200}" + "/x" * 1900 for i in range(17000)])


def large(path, mib):
    write(path, BASE + [member(f"./f{i}", body=os.urandom(1 << 20)) for i in range(int(mib))],
          data=image_data(SIZE_KB=None, OSLEVEL=level()) + wpar_data("dev01"))


def of_holes(size, parts):
    """The line of a file, by docs/SAVEWPAR.md."""
    text = "".join(f"{at} {len(data)}\n" for at, data in parts if data)
    return "sparse " + sha((text + f"size {size}\ndata {sha(b''.join(data for _, data in parts))}\n").encode())


def of_zeros(size, parts):
    whole = bytearray(size)
    for at, data in parts:
        whole[at:at + len(data)] = data
    return "file " + sha(whole)


def holes(folder):
    data = bytes(range(256)) * 4
    tib, parts = 1 << 40, [(512, data), (1 << 39, data), (1 << 40, b"")]
    mib, small = 1 << 20, [(4096, data), (1 << 20, b"")]

    def one(name, size, found, line, checksums):
        b = Backup(f"{folder}/{name}.save", "q", data=image_data(OSLEVEL=level()) + wpar_data("q", CHECKSUMS=checksums))
        for m in BASE:
            b.add(*m)
        b.add_sparse("./sparse", size, found, line)
        b.end()

    one("good-holes", tib, parts, of_holes(tib, parts), 2)
    # A map may say the same in other words.
    one("good-parts", tib, [(0, b""), (512, data[:512]), (1024, data[512:]), (1 << 39, data), (1 << 40, b"")],
        of_holes(tib, parts), 2)
    one("good-whole", len(data), [(0, data)], "file " + sha(data), 2)
    one("good-zeros", mib, small, of_zeros(mib, small), 1)
    one("bad-moved", tib, [(1024, data), (1 << 39, data), (1 << 40, b"")], of_holes(tib, parts), 2)
    one("bad-less", tib, [(512, data), (1 << 40, b"")], of_holes(tib, parts), 2)
    one("bad-data", tib, [(512, data), (1 << 39, data[::-1]), (1 << 40, b"")], of_holes(tib, parts), 2)
    one("bad-zeros", mib, [(4096, data), (1 << 19, bytes(512)), (1 << 20, b"")], of_holes(mib, small), 2)
    one("bad-file", mib, small, of_zeros(mib, small), 2)
    one("bad-word", len(data), [(0, data)], "sparse " + sha(data), 2)
    one("bad-first", mib, small, of_holes(mib, small), 1)
    one("bad-format", mib, small, of_holes(mib, small), 3)
    one("bad-size", 17 << 30, [(17 << 30, b"")], "file " + "0" * 64, 1)


def numbers(folder):
    for key in ("MEMBERS_MAX", "BYTES_MAX", "CHECKSUMS"):
        for number in ("0", "-1", "null", str(2**64 - 1), str(2**64), "9" * 23):
            write(f"{folder}/{key},{number}.save", BASE, name="q",
                  data=image_data(OSLEVEL=level()) + wpar_data("q", **{key: number}))


def main():
    what, rest = sys.argv[1], sys.argv[2:]
    if what == "tree":
        tree(*rest)
    elif what == "spec":
        write(rest[0], BASE, name=rest[1], spec=rest[2].encode().decode("unicode_escape"))
    elif what == "large":
        large(*rest)
    elif what == "holes":
        holes(*rest)
    elif what == "numbers":
        numbers(*rest)
    elif what == "bounds":
        bounds(*rest)
    else:
        folder, attack = rest
        good(folder)
        bad_lists(folder)
        bad_places(folder)
        damaged(folder)
        from_archives(folder, attack)


if __name__ == "__main__":
    main()
