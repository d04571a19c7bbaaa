#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""layers.py - who may use whom: includes of C files and sourced shell files against layers.txt

Usage: layers.py [--print] [TOP]

layers.txt has a row for each folder; --print prints what each folder uses today instead.
"""
import os
import re
import subprocess
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.M)
SYSTEM = re.compile(r"^\s*#\s*include\s*<([^>]+)>", re.M)
SOURCED = re.compile(r"^\s*(?:\.|source)\s+([\"$./].*)$", re.M)
HERE = re.compile(r'^\$\(dirname "\$\{BASH_SOURCE\[0\]\}"\)')
SHELL = re.compile(rb"#!/bin/(ba)?sh|# shellcheck shell=|# SPDX-[^\n]*\n# shellcheck shell=")
# The words before a sourced file's name that the scripts use for a place.
PLACES = {
    "$par_setup": "setup",
    "$par_test_setup": "tests/setup",
    "$par_top": "",
    "$PAR_TEST_SOURCE": "tests",
}


def tracked():
    """Files that git knows; in a copy without git, all but what is built."""
    try:
        listed = subprocess.run(
            ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard"],
            check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode().splitlines()
    except (OSError, subprocess.CalledProcessError):
        listed = []
        for folder, below, names in os.walk("."):
            below[:] = [name for name in below if name not in ("build", ".cache", ".git")]
            listed += [os.path.relpath(os.path.join(folder, name)) for name in names]
    return sorted(name for name in listed if os.path.isfile(name) and "/corpus/" not in name)


def place(file, word):
    """The file that a script's `. WORD` means; None when it is not one of the tree."""
    here = os.path.dirname(file)
    word = HERE.sub("$here", word)
    for name, folder in PLACES.items():
        if word.startswith(name + "/"):
            return os.path.normpath(os.path.join(folder, word[len(name) + 1:]))
    # $here is the script's folder or that of the builders; any other variable a copy of the tree.
    tops = (here, "images") if word.startswith(("$here/", "./")) else ("",)
    rest = word.split("/", 1)[-1]
    if "$" in rest:  # one of several files: the folder counts
        rest = os.path.dirname(rest)
    found = [os.path.normpath(os.path.join(top, rest)) for top in tops]
    path = next((path for path in found if os.path.exists(path)), None)
    return os.path.join(path, "*") if path and os.path.isdir(path) else path


def uses(file):
    """(word, file) for all that a file uses of the tree; None: a word that nobody can follow."""
    with open(file, "rb") as opened:
        raw = opened.read(1 << 20)
    text = raw.decode(errors="replace")
    if file.endswith((".c", ".h", ".def")):
        for word in INCLUDE.findall(text):
            beside = os.path.join(os.path.dirname(file), word)
            if os.path.exists(word):
                yield word, word
            elif "/" not in word and (os.path.exists(beside) or word.endswith(".inc")):
                continue # beside the file, or made by the build for it
            elif os.path.exists(os.path.join("tests/unit", word)) and file.startswith("tests/"):
                yield word, "tests/unit/" + word
            else:
                yield word, None
    elif SHELL.match(raw):
        for word in SOURCED.findall(text):
            word = word.split(" && ")[0].strip()
            word = word[1:-1] if word[0] == word[-1] == '"' else word
            target = place(file, word)
            if target is None or not os.path.exists(target.rstrip("*")):
                yield word, None
            elif os.path.dirname(target) != os.path.dirname(file):
                yield word, target


def read_rows(path):
    rows = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            line = line.split("#")[0].strip()
            if line:
                folder, allowed = line.split(":", 1)
                rows[folder.strip()] = rows.get(folder.strip(), []) + allowed.split()
    return rows


def fits(target, pattern):
    """A row names a file, a folder, or with /** a folder and all below."""
    if pattern.endswith("/**"):
        return target.startswith(pattern[:-2])
    return pattern in (target, os.path.dirname(target) or ".")


def judge(file, rows, seen):
    """What is wrong with what a file uses; @seen collects the folders."""
    folder = os.path.dirname(file) or "."
    found = list(uses(file))
    if found and folder not in rows:
        yield f"{file}: the folder {folder} has no row in tests/lint/layers.txt"
    for word, target in found:
        if target is None:
            yield f'{file}: uses "{word}"; name a file of the tree by its whole path'
            continue
        if (os.path.dirname(target) or ".") == folder:
            continue
        seen.setdefault(folder, set()).add(os.path.dirname(target) or ".")
        if not any(fits(target, pattern) for pattern in rows.get(folder, [])):
            yield f"{file}: uses {target}, which {folder} may not (tests/lint/layers.txt)"


def judge_libraries(file, rows):
    """Libraries that a row `<HEADER: FOLDER…` keeps to some folders."""
    if not file.endswith((".c", ".h")):
        return
    with open(file, encoding="utf-8", errors="replace") as opened:
        headers = SYSTEM.findall(opened.read())
    for prefix in (row for row in rows if row.startswith("<")):
        for header in headers:
            if header.startswith(prefix[1:]) and not any(fits(file, p) for p in rows[prefix]):
                yield f"{file}: includes <{header}>, which only {' '.join(rows[prefix])} may"


def main(words):
    print_only = "--print" in words
    words = [word for word in words if word != "--print"]
    here = os.path.dirname(os.path.realpath(__file__))
    rows = read_rows(os.path.join(here, "layers.txt"))
    os.chdir(words[0] if words else os.path.join(here, "../.."))
    seen, wrong = {}, []
    for file in tracked():
        wrong += judge(file, rows, seen)
        wrong += judge_libraries(file, rows)
    if print_only:
        for folder in sorted(seen):
            print(f"{folder}: {' '.join(sorted(seen[folder]))}")
        return 0
    if len(seen) < 20:
        wrong.append("layers.py: hardly any folder uses another: is this the right place?")
    print("\n".join(wrong), end="\n" if wrong else "")
    return 1 if wrong else 0


sys.exit(main(sys.argv[1:]))
