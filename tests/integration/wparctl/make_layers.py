#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make_layers.py FOLDER ATTACK - images of layers: good-* must be taken, bad-* refused

OCI image layouts, as archives and as directories, and what docker save writes.
"""
import copy
import gzip
import hashlib
import io
import json
import os
import shutil
import sys
import tarfile

from make_archives import D, L, R, S, member
from make_readers import OS_RELEASE, program

GO = {"x86_64": "amd64", "aarch64": "arm64", "i686": "386"}
ARCHITECTURE = GO.get(os.uname().machine, os.uname().machine)
RUN = {"User": "app:50", "Env": ["PATH=/bin", "A=b c\"'\\%=\u00e9"], "Entrypoint": ["/bin/prog"],
       "Cmd": ["-x", "two words", ""], "WorkingDir": "/srv"}
BASE = [
    member("etc/", D), member("etc/os-release", body=b'NAME="Old"\nID=old\nVERSION_ID=1\n'),
    member("etc/passwd", body=b"root:x:0:0::/:/bin/sh\napp:x:1000:50::/:/bin/sh\n"),
    member("usr/bin/", D), member("usr/bin/prog", body=program(), mode=0o755), member("bin", S, linkname="usr/bin"),
    member("srv/", D), member("srv/gone", body=b"x"), member("srv/folder/", D), member("srv/folder/a", body=b"x"),
    member("srv/hidden/", D), member("srv/hidden/old", body=b"x"), member("srv/file", body=b"lower", uid=3),
    member("srv/becomes-folder", body=b"x"), member("srv/becomes-file/", D), member("srv/becomes-file/x", body=b"x"),
    member("srv/link", S, linkname="/etc"), member("srv/stays/", D, mode=0o750), member("srv/stays/x", body=b"x"),
]
UPPER = [
    member("etc/os-release", body=OS_RELEASE), member("srv/.wh.gone"), member("srv/.wh.folder"),
    member("srv/hidden/", D), member("srv/hidden/new", body=b"new"), member("srv/hidden/.wh..wh..opq"),
    member("srv/file", body=b"upper", uid=7), member("srv/becomes-folder/", D),
    member("srv/becomes-folder/y", body=b"y"), member("srv/becomes-file", body=b"file"),
    member("bin/second", body=b"through the lower layer's link", mode=0o755), member("srv/.wh.link"),
    member("srv/hard", L, linkname="srv/stays/x"), member("srv/.wh.never-there"), member("srv/.wh..wh.plnk/", D),
]


def tar(members, mode="w"):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, format=tarfile.PAX_FORMAT) as t:
        for info, body in members:
            t.addfile(info, io.BytesIO(body))
    return out.getvalue()


def sha(data):
    return hashlib.sha256(data).hexdigest()


class Layout:
    """Files of a layout; what is not given is made to fit."""

    def __init__(self, layers, run=None, pack=gzip.compress, architecture=ARCHITECTURE):
        self.files = {"oci-layout": b'{"imageLayoutVersion":"1.0.0"}'}
        tars = [layer if isinstance(layer, bytes) else tar(layer) for layer in layers]
        kind = "application/vnd.oci.image.layer.v1.tar" + ("+gzip" if pack is gzip.compress else "")
        self.config = {"architecture": architecture, "os": "linux", "created": "2026-01-02T03:04:05Z",
                       "config": copy.deepcopy(RUN if run is None else run),
                       "rootfs": {"type": "layers", "diff_ids": ["sha256:" + sha(t) for t in tars]}}
        self.manifest = {"schemaVersion": 2, "layers": [self.blob(pack(t) if pack else t, kind) for t in tars]}
        self.index = {"schemaVersion": 2}
        self.platform = {"architecture": architecture, "os": "linux"}
        self.more = []

    def blob(self, data, kind, **more):
        self.files["blobs/sha256/" + sha(data)] = data
        return {"mediaType": kind, "digest": "sha256:" + sha(data), "size": len(data), **more}

    def descriptor(self):
        self.manifest.setdefault("config", self.blob(
            json.dumps(self.config).encode(), "application/vnd.oci.image.config.v1+json"))
        return self.blob(json.dumps(self.manifest).encode(), "application/vnd.oci.image.manifest.v1+json",
                         platform=self.platform)

    def finish(self):
        if "manifests" not in self.index:
            self.index["manifests"] = self.more + [self.descriptor()]
        self.files.setdefault("index.json", json.dumps(self.index).encode())
        return self

    def archive(self, path, mode="w", prefix=""):
        with open(path, "wb") as f:
            f.write(tar([member(prefix + n, body=b) for n, b in self.files.items()], mode))

    def folder(self, path):
        for name, data in self.files.items():
            os.makedirs(os.path.dirname(f"{path}/{name}"), exist_ok=True)
            with open(f"{path}/{name}", "wb") as f:
                f.write(data)


def docker(path, layers, twice=False, extra=None):
    tars = [tar(layer) for layer in layers]
    config = {"architecture": ARCHITECTURE, "os": "linux", "config": RUN,
              "rootfs": {"type": "layers", "diff_ids": ["sha256:" + sha(t) for t in tars]}}
    if extra:
        extra(config)
    text = json.dumps(config).encode()
    names = [f"{sha(b'layer' + t)}/layer.tar" for t in tars]
    members = [member(n, body=t) for n, t in zip(names, tars)]
    if twice:
        names.append("f" * 64 + "/layer.tar")
        members.append(member(names[-1], S, linkname="../" + names[-2]))
        config["rootfs"]["diff_ids"].append(config["rootfs"]["diff_ids"][-1])
        text = json.dumps(config).encode()
    members += [member(sha(text) + ".json", body=text), member("manifest.json", body=json.dumps(
        [{"Config": sha(text) + ".json", "RepoTags": ["x:1"], "Layers": names}]).encode()), member("repositories", body=b"{}")]
    with open(path, "wb") as f:
        f.write(tar(members))


def good(folder):
    layers = [BASE, UPPER]
    Layout(layers).finish().archive(f"{folder}/good-oci.tar")
    Layout(layers, pack=None).finish().archive(f"{folder}/good-plain-layers.tar", prefix="./")
    Layout(layers).finish().archive(f"{folder}/good-packed.tar.gz", "w:gz")
    Layout(layers).finish().archive(f"{folder}/good-packed.tar.xz", "w:xz")
    Layout(layers).finish().folder(f"{folder}/good-folder")
    several = Layout(layers)
    other = Layout([[member("etc/", D), member("etc/other", body=b"x")]], architecture="s390x")
    several.more = [other.descriptor(), {**other.descriptor(), "platform": {"architecture": "unknown", "os": "unknown"}}]
    several.files.update(other.files)
    several.finish().archive(f"{folder}/good-several.tar")
    nested = Layout(layers)
    inner = nested.blob(json.dumps({"manifests": [nested.descriptor()]}).encode(), "application/vnd.oci.image.index.v1+json")
    nested.index["manifests"] = [inner]
    nested.finish().archive(f"{folder}/good-nested.tar")
    empty = Layout([BASE, UPPER, bytes(1024)])
    empty.finish().archive(f"{folder}/good-empty-layer.tar")
    docker(f"{folder}/good-docker.tar", layers)
    docker(f"{folder}/good-docker-twice.tar", layers, twice=True)


def bad_texts(folder):
    def bad(name, change, finish=True):
        layout = Layout([BASE, UPPER])
        change(layout)
        if finish:
            layout.finish()
        layout.archive(f"{folder}/bad-{name}.tar")
        return layout

    def drop(layout, which):
        layout.finish()
        del layout.files["blobs/sha256/" + which(layout)["digest"][7:]]

    def replace(layout, which, data):
        layout.finish()
        layout.files["blobs/sha256/" + which(layout)["digest"][7:]] = data

    first, config = lambda l: l.manifest["layers"][0], lambda l: l.manifest["config"]
    manifest = lambda l: l.index["manifests"][0]
    for name, which in (("layer", first), ("config", config), ("manifest", manifest)):
        bad(f"missing-{name}", lambda l, which=which: drop(l, which))
        bad(f"wrong-{name}", lambda l, which=which: replace(l, which, b"other bytes"))
    bad("wrong-layer-same-size", lambda l: replace(l, first, bytes(len(l.files["blobs/sha256/" + first(l)["digest"][7:]]))))
    for name, value in (("null", None), ("negative", -1), ("text", "12"), ("float", 1.5), ("huge", 1 << 70)):
        bad(f"size-{name}", lambda l, value=value: l.manifest["layers"][0].update(size=value))
    bad("size-other", lambda l: l.manifest["layers"][0].update(size=7))
    for name, value in (("null", None), ("short", "sha256:ab"), ("dots", "sha256:" + "../" * 21 + "a"),
                        ("algorithm", "md5:" + "a" * 64), ("capitals", "sha256:" + "A" * 64)):
        bad(f"digest-{name}", lambda l, value=value: l.manifest["layers"][0].update(digest=value))
    bad("layers-null", lambda l: l.manifest.update(layers=None))
    bad("layers-none", lambda l: (l.manifest.update(layers=[]), l.config["rootfs"].update(diff_ids=[])))
    bad("layers-object", lambda l: l.manifest.update(layers={}))
    bad("layers-many", lambda l: l.manifest.update(layers=l.manifest["layers"] * 500))
    bad("diff-ids-fewer", lambda l: l.config["rootfs"]["diff_ids"].pop())
    bad("rootfs-null", lambda l: l.config.update(rootfs=None))
    bad("os-other", lambda l: l.config.update(os="windows"))
    bad("env-number", lambda l: l.config["config"].update(Env=[1]))
    bad("command-text", lambda l: l.config["config"].update(Cmd="sh -c x"))
    bad("directory-relative", lambda l: l.config["config"].update(WorkingDir="../.."))
    bad("nul", lambda l: l.config["config"].update(User="a\0b"))
    bad("manifests-null", lambda l: l.index.update(manifests=None))
    bad("manifests-none", lambda l: l.index.update(manifests=[]))
    bad("index-deep", lambda l: l.files.update({"index.json": b"[" * 100000}))
    bad("index-large", lambda l: l.files.update({"index.json": b'{"x":"' + b"x" * (5 << 20) + b'"}'}))
    bad("index-cut", lambda l: l.files.update({"index.json": b'{"manifests":['}))
    bad("index-none", lambda l: None, finish=False)
    bad("index-link", lambda l: l.files.pop("oci-layout"))
    with open(f"{folder}/bad-index-link.tar", "wb") as f:
        f.write(tar([member("oci-layout", body=b"{}"), member("index.json", S, linkname="/etc/passwd")]))
    bad("config-loop", lambda l: l.index.update(manifests=[dict(
        l.blob(b'{"manifests":[]}', "application/vnd.oci.image.index.v1+json"))]))
    two = Layout([BASE])
    two.more = [Layout([UPPER]).descriptor()]
    two.finish().archive(f"{folder}/bad-two-images.tar")
    Layout([BASE[:2]], architecture="vax").finish().archive(f"{folder}/bad-other-machine.tar")
    whole = Layout([BASE, UPPER]).finish()
    whole.archive(f"{folder}/bad-cut.tar")
    os.truncate(f"{folder}/bad-cut.tar", os.path.getsize(f"{folder}/bad-cut.tar") // 3)
    docker(f"{folder}/bad-docker-digest.tar", [BASE], extra=lambda c: c["rootfs"].update(diff_ids=["sha256:" + "a" * 64]))
    docker(f"{folder}/bad-docker-count.tar", [BASE], extra=lambda c: c["rootfs"].update(diff_ids=[]))
    for name, text in (("null", b"null"), ("empty", b"[]"), ("two", b"[{},{}]"), ("outside", json.dumps(
            [{"Config": "../../etc/passwd", "Layers": ["../../etc/passwd"]}]).encode())):
        with open(f"{folder}/bad-docker-{name}.tar", "wb") as f:
            f.write(tar([member("manifest.json", body=text)]))
    links = Layout([BASE]).finish()
    links.folder(f"{folder}/bad-folder-link")
    blob = f"{folder}/bad-folder-link/blobs/sha256/" + first(links)["digest"][7:]
    os.rename(blob, f"{folder}/outside")
    os.symlink(f"{folder}/outside", blob)
    shutil.copytree(f"{folder}/good-folder", f"{folder}/bad-folder-missing")
    shutil.rmtree(f"{folder}/bad-folder-missing/blobs")


def bad_layers(folder, attack):
    def bad(name, *layers):
        Layout([BASE, *layers]).finish().archive(f"{folder}/bad-{name}.tar")

    up = "../" * 12 + attack[1:]
    bad("layer-dotdot", [member("../escaped", body=b"x")])
    bad("layer-absolute", [member(f"{attack}/escaped", body=b"x")])
    bad("layer-hardlink-out", [member("h", L, linkname=f"{attack}/victim")])
    bad("layer-hardlink-dotdot", [member("h", L, linkname=up + "/victim")])
    bad("layer-whiteout-dotdot", [member("srv/.wh..")])
    bad("layer-whiteout-up", [member("srv/.wh...")])
    bad("layer-whiteout-path", [member("../.wh.victim")])
    bad("layer-whiteout-absolute", [member(f"{attack}/.wh.victim")])
    bad("layer-root-link", [member("./", S, linkname=attack)])
    bad("layer-no-tar", b"no archive" * 100)
    bad("layer-owner", [member("x", body=b"x", pax_headers={"uid": "-5"})])
    layer = gzip.compress(tar(BASE))
    cut = Layout([BASE], pack=lambda t: layer[:len(layer) // 2])
    cut.finish().archive(f"{folder}/bad-layer-cut.tar")
    # Links that would lead out lead within the image, where containers follow them: taken, and nothing is outside.
    for name, members in (
            ("link", [member("out", S, linkname=attack), member("out/escaped", body=b"x")]),
            ("link-up", [member("out", S, linkname=up), member("out/escaped", body=b"x")]),
            ("two-steps", [member("one", S, linkname="srv"), member("one/two", S, linkname=attack), member("srv/two/escaped", body=b"x")]),
            ("nothing", [member("out", S, linkname="/not/in/the/image"), member("out/escaped", body=b"x")]),
            ("whiteout", [member("out", S, linkname=attack), member("out/.wh.victim"), member("out/.wh..wh..opq")])):
        Layout([BASE, UPPER, members[:-1], members[-1:]]).finish().archive(f"{folder}/through-{name}.tar")
    zeros = tar(BASE + [member("zeros", body=bytes(80 << 20))])
    Layout([zeros] * 3).finish().archive(f"{folder}/large.tar")


def main():
    folder, attack = sys.argv[1:3]
    good(folder)
    bad_texts(folder)
    bad_layers(folder, attack)


if __name__ == "__main__":
    main()
