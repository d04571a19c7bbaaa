#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# An error leaves a function at once (docs/CODING_STYLE.md).  Refused is the chain in which a result
# is carried past the steps that must not run any more:
#
#	r = first();
#	if (r == 0)
#		r = second();
#
# and its brothers (r >= 0, !r, with more behind "&&", with a block, as "else if",
# r = r < 0 ? r : second()).
# Without arguments every C file of the tree is looked at, else the files named.
"""Finds chains of 'if (r == 0) r = ...'."""

import os
import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]

# How results are called here; other variables that begin as 0 are counts and the like.
RESULT = r"(?P<result>r|rc|ret|result|status)\b"
# The condition begins with the result, and the first statement under it assigns that result.
CHAINS = (
    re.compile(
        rf"\bif \(\s*(?:!{RESULT}|{RESULT.replace('result>', 'other>')} (?:==|>=) 0)"
        r"(?:\)|\s+&&[^;{}]*\))\s*\{?\s*(?:/\*.*?\*/\s*)?(?P<to>\w+) = ",
        re.DOTALL,
    ),
    re.compile(rf"\b(?P<to>\w+) = (?P<other>(?P=to)) < 0 \? (?P<result>(?P=to)) :"),
)


def chains(text):
    """The line number and the first line of each chain in the text."""
    lines = text.splitlines()
    for kind in CHAINS:
        for found in kind.finditer(text):
            if found["to"] == (found["result"] or found["other"]):
                line = text.count("\n", 0, found.start()) + 1
                yield line, lines[line - 1].strip()


def main():
    files = [pathlib.Path(name) for name in sys.argv[1:]] or sorted(
        file
        for folder in ("lpard", "firmware", "wparctl", "images", "tests")
        for file in (TOP / folder).rglob("*.[ch]")
    )
    found = [
        f"{os.path.relpath(file, TOP)}:{line}: {what}"
        for file in files
        for line, what in chains(file.read_text(encoding="utf-8"))
    ]
    for one in found:
        print(f"{one} - an error leaves at once, it is not carried along", file=sys.stderr)
    return 1 if found or not files else 0


if __name__ == "__main__":
    sys.exit(main())
