#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
A package archive of a few kilobytes, signed, for tests of the image builders.

make_archive.py FOLDER < DESCRIPTION

DESCRIPTION is JSON:
  {"key": "NAME of the key that signs" or null (no signature),
   "suites": {"dists name": {"suite": ..., "codename": ..., "date": "...", "valid_until": "...",
                             "packages": ["NAME=VERSION [DEPENDS]", ...], "key": ...},
              "another name": "dists name"},
   "gone": ["CODENAME/FILE", ...],   in the index, not in the pool
   "files": {"PACKAGE": {"path": "text"}},
   "library": "a shared library, which libc-bin contains"}

Each package of a suite gets a .deb of its own made by dpkg-deb; FILES says what is in those that a
tree cannot do without, beside what the description says.  gpg takes its key from $GNUPGHOME.
"""

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys

ARCHITECTURE = "ppc64el"

FILES = {
    "base-passwd": {
        "usr/share/base-passwd/passwd.master": "root:*:0:0:root:/root:/bin/bash\n",
        "usr/share/base-passwd/group.master": "root:*:0:\nmail:*:8:\nshadow:*:42:\nutmp:*:43:\n",
    },
    "base-files": {
        "usr/lib/os-release": 'NAME="Debian GNU/Linux"\nID=debian\nVERSION_CODENAME={codename}\n',
        "etc/debian_version": "12.0\n",
        "etc/default/none": "",
        "var/lib/none": "",
    },
    "libc-bin": {
        "etc/ld.so.conf.d/powerpc64le-linux-gnu.conf": "/usr/lib/powerpc64le-linux-gnu\n",
    },
}


def deb_name(name, version):
    return "%s_%s_%s.deb" % (name, version, ARCHITECTURE)


def make_deb(pool, work, codename, name, version, depends, library, more_files):
    """The package's file in the pool, made unless it is there; its stanza for the index."""
    tree = os.path.join(work, name)
    os.makedirs(os.path.join(tree, "DEBIAN"))
    control = "Package: %s\nVersion: %s\nArchitecture: %s\nMaintainer: nobody\n" % (
        name, version, ARCHITECTURE)
    if depends:
        control += "Depends: %s\n" % depends
    control += "Description: made for a test\n"
    with open(os.path.join(tree, "DEBIAN/control"), "w") as file:
        file.write(control)
    files = {**FILES.get(name, {}), **more_files.get(name, {})}
    files["usr/share/doc/%s/copyright" % name] = version + "\n"
    for path, text in files.items():
        path = os.path.join(tree, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text.replace("{codename}", codename))
    if name == "libc-bin":
        path = os.path.join(tree, "usr/lib/powerpc64le-linux-gnu/libtest.so.1")
        os.makedirs(os.path.dirname(path))
        shutil.copyfile(library, path)
    path = os.path.join(pool, deb_name(name, version))
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Znone", "-b", tree, path], check=True,
                   stdout=subprocess.DEVNULL, env={**os.environ, "SOURCE_DATE_EPOCH": "1000000000"})
    with open(path, "rb") as file:
        content = file.read()
    return control.replace("Description:", "Filename: pool/%s/%s\nSize: %d\nSHA256: %s\nDescription:" % (
        codename, deb_name(name, version), len(content), hashlib.sha256(content).hexdigest()))


def write_index(folder, text):
    os.makedirs(folder)
    with open(os.path.join(folder, "Packages.gz"), "wb") as file:
        file.write(gzip.compress(text.encode(), mtime=0))


def sign(folder, key):
    if key is None:
        return
    subprocess.run(["gpg", "--batch", "--quiet", "--yes", "--local-user", key, "--digest-algo",
                    "SHA256", "--clearsign", "--output", folder + "/InRelease",
                    folder + "/Release"], check=True)


def make_suite(root, name, suite, description):
    folder = os.path.join(root, "dists", name)
    pool = os.path.join(root, "pool", suite["codename"])
    work = os.path.join(root, "work", name)
    os.makedirs(pool, exist_ok=True)
    stanzas = []
    for package in suite["packages"]:
        word, _, depends = package.partition(" ")
        word, _, version = word.partition("=")
        stanzas.append(make_deb(pool, os.path.join(work, version), suite["codename"], word, version,
                                depends, description["library"], description["files"]))
    text = "\n".join(stanzas) + "\n"
    write_index(os.path.join(folder, "main/binary-" + ARCHITECTURE), text)
    lines = ["Origin: Debian", "Label: Debian", "Suite: " + suite["suite"],
             "Codename: " + suite["codename"], "Date: " + suite["date"]]
    if "valid_until" in suite:
        lines.append("Valid-Until: " + suite["valid_until"])
    lines += ["Architectures: " + ARCHITECTURE, "Components: main", "SHA256:"]
    index = "main/binary-%s/Packages" % ARCHITECTURE
    with open(os.path.join(folder, index + ".gz"), "rb") as file:
        packed = file.read()
    for path, content in ((index + ".gz", packed), (index, text.encode())):
        lines.append(" %s %d %s" % (hashlib.sha256(content).hexdigest(), len(content), path))
    with open(os.path.join(folder, "Release"), "w") as file:
        file.write("\n".join(lines) + "\n")
    sign(folder, suite.get("key", description["key"]))


def main():
    root = sys.argv[1]
    description = json.load(sys.stdin)
    for name, suite in description["suites"].items():
        if isinstance(suite, str):
            os.symlink(suite, os.path.join(root, "dists", name))
            continue
        make_suite(root, name, suite, description)
    for word in description.get("gone", []):
        codename, _, file = word.rpartition("/")
        os.unlink(os.path.join(root, "pool", codename, file))


main()
