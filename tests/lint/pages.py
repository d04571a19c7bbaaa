#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""pages.py - every file, folder and test that a page names is there

Usage: pages.py [TOP]

Reads README.md, the pages of docs/ and the README.md of every folder.  Three kinds of words must
name something in the tree, and one must not:
- what begins with a folder of the top (`tests/fuzz`); one of places for what comes may be missing,
  when layers.txt has a row for it;
- the name of a source or a page, with folders before it or without (`power.c`, `jobs/job.h`).  In a
  page of docs/ it may lie anywhere; in a folder's README it lies in that folder or below, in one
  above, or in a folder that the page names;
- the folders under "Places for what comes" are not there yet: one that has come is described elsewhere;
- the words after `./check guest`, `./check integration`, `./check fuzz` and `./bench`.
NAME, X and other words in capitals stand for anything, as * does; {a,b} is a and b.
"""
import fnmatch
import os
import re
import sys

TOP = os.path.realpath(sys.argv[1] if len(sys.argv) > 1 else
                       os.path.join(os.path.dirname(__file__), "../.."))
WORD = re.compile(r"(?<![A-Za-z0-9_.*{}/:$~…-])[A-Za-z0-9_.*{}/,…-]+")
SOURCE = re.compile(r"[A-Za-z0-9_*{},-]+\.(c|h|def|sh|py|txt|md|scd)$")
ANY = re.compile(r"(?<![A-Za-z0-9])[A-Z][A-Z0-9]*(?![A-Za-z0-9])")
RUN = re.compile(r"\./(check (?:guest|integration|fuzz)|bench)((?: [a-z0-9_-]+)+)")


def tree():
    """Every file and folder of the tree, as paths from its top; nothing that was built."""
    found = set()
    for folder, below, files in os.walk(TOP):
        here = os.path.relpath(folder, TOP)
        below[:] = [name for name in below
                    if name not in (".git", ".cache") and (here, name) != (".", "build")]
        found.update(os.path.normpath(os.path.join(here, name)) for name in files + below)
    return found


PATHS = tree()
FOLDERS = {path for path in PATHS if os.path.isdir(os.path.join(TOP, path))}
TOPS = {path for path in FOLDERS if "/" not in path and not path.startswith(".")}


def places_for_what_comes():
    with open(os.path.join(TOP, "tests/lint/layers.txt"), encoding="utf-8") as file:
        return {line.split(":")[0] for line in file if re.match(r"[a-z/_]+:", line)}


COMING = places_for_what_comes()


def spread(word):
    """a/{b,c}.h is a/b.h and a/c.h."""
    match = re.search(r"\{([^{}]*)\}", word)
    if not match:
        return [word]
    return [more for part in match.group(1).split(",")
            for more in spread(word[:match.start()] + part + word[match.end():])]


def names(line):
    """The words of a line that look like paths, without the comma or the dot of the sentence."""
    for word in WORD.findall(line):
        word = word.rstrip(".,-").rstrip("/")
        for path in spread(word) if "{" in word else word.split(","):
            if path and "…" not in path:
                yield path


def fits(path, among):
    """Is there such a path?  Words in capitals stand for anything, unless they are its name."""
    if path in among:
        return True
    pattern = ANY.sub("*", os.path.splitext(path)[0]) + os.path.splitext(path)[1]
    return "*" in pattern and any(fnmatch.fnmatchcase(name, pattern) for name in among)


def ends(path):
    """Folders in which @path, a name with or without folders before it, would be there."""
    tail = "/" + path
    depth = tail.count("/")
    return {known.rsplit("/", depth)[0] if known.count("/") >= depth else ""
            for known in PATHS if fits(tail.lstrip("/"), {"/".join(known.split("/")[-depth:])})}


def homes(page, text):
    """Where a bare name of a folder's README may lie: there, above, and in folders it names."""
    home = os.path.dirname(page)
    result = {home, "", "docs"}
    while home:
        home = os.path.dirname(home)
        result.add(home)
    for line in text:
        for path in names(line):
            for folder in ("", os.path.dirname(page)):
                full = os.path.normpath(os.path.join(folder, path))
                result.add(full if full in FOLDERS else os.path.dirname(full))
    return result


def is_there(page, path, near):
    folder = os.path.dirname(page)
    full = os.path.normpath(os.path.join(folder, path))
    if fits(path, PATHS) or fits(full, PATHS) or path in COMING:
        return True
    if not SOURCE.match(os.path.basename(path)):
        return False
    found = ends(path)
    if near is None:
        return bool(found)
    return any(home in near or home == folder or home.startswith(folder + "/") for home in found)


def is_checked(path):
    if path.startswith(("../", "tests/")):
        return True
    if path.startswith(("/", "./", "build/", "_")):
        return False
    if path.split("/")[0] in TOPS and "/" in path:
        return True
    return bool(SOURCE.match(os.path.basename(path)))


def tests_named(line):
    """What is wrong with names of tests: ./check integration NAME fits a folder or a script."""
    for command, words in RUN.findall(line):
        for word in words.split():
            if command == "bench":
                with open(os.path.join(TOP, "bench"), encoding="utf-8") as file:
                    good = f"{word})" in file.read().replace(" |", ")")
            elif command == "check fuzz":
                good = f"tests/fuzz/fuzz_{word}.c" in PATHS
            else:
                kind = command.split()[1]
                good = any(f"/{word}/" in f"/{path[:-3]}/" for path in PATHS
                           if path.startswith(f"tests/{kind}/") and path.endswith(".sh"))
            if not good:
                yield f"./{command} {word}"


def places_taken(text):
    """(line, folder) of "Places for what comes" that have been moved into."""
    inside = False
    for number, line in enumerate(text, 1):
        if line.startswith("## "):
            inside = line == "## Places for what comes"
        match = re.match(r"\| `([a-z/_]+)` \|", line)
        if inside and match and match.group(1) in FOLDERS:
            yield number, match.group(1)


def check(page):
    with open(os.path.join(TOP, page), encoding="utf-8") as file:
        text = file.read().splitlines()
    near = homes(page, text) if page.endswith("/README.md") and not page.startswith("docs/") else None
    wrong = 0
    for number, folder in places_taken(text):
        print(f"{page}:{number}: {folder} is there, and no place for what comes any more")
        wrong += 1
    for number, line in enumerate(text, 1):
        # What an article's listing prints names files of its own.
        if page.startswith("docs/articles/") and line.startswith("    "):
            continue
        missing = [path for path in names(line) if is_checked(path) and not is_there(page, path, near)]
        for what in missing + list(tests_named(line)):
            print(f"{page}:{number}: there is no {what}")
            wrong += 1
    return wrong


def main():
    pages = [path for path in sorted(PATHS) if path == "README.md" or path.endswith("/README.md") or
             re.match(r"docs/.*\.(md|scd)$", path)]
    if len(pages) < 40:
        sys.exit(f"pages.py: {len(pages)} pages only: this lint does not find them any more")
    return 1 if sum(check(page) for page in pages) else 0


sys.exit(main())
