#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""compare.py - run the listings of an article and set what they print beside what the article prints

    compare.py PAGE.in PAGE.md
    compare.py --same OLD.md NEW.md

PAGE.in is Markdown with blocks in it.  A line that begins with four blanks and a dollar sign is run, and
what it prints stands below it; one that fails ends the program.  A block is a listing:

    @listing TITLE
    @run COMMAND            what is run here, by bash; once or more, all of their output counts
    @fails                  the last @run must end with a status that is not 0; without this word, with 0
    @type TEXT              typed into the terminal of the last @run, at its next prompt
    @key REGEX              lines belong together when group 1 is the same, in either case; without it, by their order
    @same REGEX => TEXT     is replaced on both sides before lines are compared (not in what is shown)
    @why REGEX :: TEXT      explains each line that differs and matches, on either side
    @article                what the article prints, up to @end
    @end

The program ends with status 1, and writes nothing, when a line differs that no @why explains, when an
@why explains nothing, when a @run ends with another status, or when a terminal shows no prompt in time.

With --same two pages that it made are compared, so that what a page shows is what is printed today: all of
their text but numbers and the blanks that depend on them, and the order of a listing's lines, which are those
of processes too.
"""

import difflib
import os
import pty
import re
import select
import subprocess
import sys
import time

WIDTH = 100
PROMPT = re.compile(r"[#$>] $")
PROMPT_S = 120


class Bad(Exception):
    """What keeps the page from being made."""


class Listing:
    """A block of the page."""

    def __init__(self, title):
        self.title = title
        self.runs = []
        self.fails = set()
        self.key = None
        self.same = []
        self.why = []
        self.article = []


def parse_listing(title, lines):
    """Takes the lines of a block off the iterator."""
    listing = Listing(title)
    for line in lines:
        word, _, rest = line.partition(" ")
        if word == "@run":
            listing.runs.append((rest, []))
        elif word == "@fails":
            listing.fails.add(len(listing.runs) - 1)
        elif word == "@type":
            listing.runs[-1][1].append(rest)
        elif word == "@key":
            listing.key = re.compile(rest)
        elif word == "@same":
            listing.same.append(rest.split(" => ", 1))
        elif word == "@why":
            regex, _, text = rest.partition(" :: ")
            listing.why.append((re.compile(regex), text))
        elif word == "@article":
            for text in lines:
                if text == "@end":
                    return listing
                listing.article.append(text)
        else:
            raise Bad(f"{title}: {line}: no such word")
    raise Bad(f"{title}: no @end")


def plain(output):
    """Lines of a terminal without its control sequences."""
    output = re.sub(r"\x1b\][^\x07]*\x07|\x1b\[[0-9;?]*[A-Za-z]", "", output)
    lines = [line.expandtabs().rstrip() for line in output.replace("\r", "").split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def run_typed(command, typed):
    """Runs it at a terminal of 80 columns; each text is typed when a prompt stands there."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "dumb"
        os.execvp("bash", ["bash", "-c", "stty cols 80; exec " + command])
    output = ""
    since = time.monotonic()
    while True:
        ready, _, _ = select.select([terminal], [], [], 1)
        if ready:
            try:
                data = os.read(terminal, 65536)
            except OSError:
                data = b""
            if not data:
                break
            output += data.decode("utf-8", "replace")
            since = time.monotonic()
        # A prompt, and nothing behind it for a second.
        elif typed and PROMPT.search(output):
            os.write(terminal, typed[0].encode() + b"\n")
            typed = typed[1:]
            since = time.monotonic()
        elif time.monotonic() - since > PROMPT_S:
            raise Bad(f"{command}: no prompt and no end after {PROMPT_S} s:\n{output}")
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.close(terminal)
    if typed:
        raise Bad(f"{command}: ended before '{typed[0]}' was typed:\n{output}")
    return plain(output), status


def run_plain(command):
    done = subprocess.run(["bash", "-c", command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    return plain(done.stdout.decode("utf-8", "replace")), done.returncode


def run_listing(listing):
    here = []
    for number, (command, typed) in enumerate(listing.runs):
        said, status = run_typed(command, typed) if typed or " -t " in command else run_plain(command)
        if (status != 0) != (number in listing.fails):
            raise Bad(f"{listing.title}: status {status} of: {command}\n" + "\n".join(said))
        here += said
    return here


def for_comparison(listing, line):
    line = line.rstrip()
    for regex, text in listing.same:
        line = re.sub(regex, text, line)
    return line


def pair_by_key(listing, theirs, ours):
    """In the article's order; what is only here comes last."""
    def key_of(line):
        found = listing.key.search(line)
        return found.group(1).lower() if found else line
    left = list(range(len(ours)))
    pairs = []
    for line in theirs:
        match = next((i for i in left if key_of(ours[i]) == key_of(line)), None)
        if match is not None:
            left.remove(match)
        pairs.append((line, None if match is None else ours[match]))
    return pairs + [(None, ours[i]) for i in left]


def pair_by_order(listing, theirs, ours):
    pairs = []
    matcher = difflib.SequenceMatcher(None, [for_comparison(listing, x) for x in theirs],
                                      [for_comparison(listing, x) for x in ours], autojunk=False)
    for _, a, b, c, d in matcher.get_opcodes():
        one, two = theirs[a:b], ours[c:d]
        while one or two:
            if one and two and (len(one) == len(two) or
                                difflib.SequenceMatcher(None, one[0], two[0]).ratio() > 0.6):
                pairs.append((one.pop(0), two.pop(0)))
            elif two and (not one or len(two) > len(one)):
                pairs.append((None, two.pop(0)))
            else:
                pairs.append((one.pop(0), None))
    return pairs


def explain(listing, one, two, used):
    """The mark between the columns."""
    if one is not None and two is not None and for_comparison(listing, one) == for_comparison(listing, two):
        return "=", None
    for number, (regex, _) in enumerate(listing.why):
        if any(text is not None and regex.search(text) for text in (one, two)):
            used.add(number)
            return "<" if two is None else ">" if one is None else "~", number
    raise Bad(f"{listing.title}: nobody explains this difference:\narticle: {one}\nhere:    {two}")


def show_listing(listing, out):
    here = run_listing(listing)
    pairs = (pair_by_key if listing.key else pair_by_order)(listing, listing.article, here)
    used = set()
    marks = [explain(listing, one, two, used) for one, two in pairs]
    for number, (regex, _) in enumerate(listing.why):
        if number not in used:
            raise Bad(f"{listing.title}: no difference matches '{regex.pattern}', here is:\n" + "\n".join(here))
    numbers = {old: new for new, old in enumerate(sorted(used), 1)}
    width = max([len("the article")] + [min(len(one), WIDTH) for one in listing.article])
    out.append(f"### {listing.title}")
    for command, typed in listing.runs:
        out.append(f"\n    $ {command}")
        out.extend(f"    {text}" for text in typed)
    out.append(f"\n    {'the article':{width}}      here")
    for (one, two), (mark, number) in zip(pairs, marks):
        mark += "  " if number is None else f"{numbers[number]:<2}"
        out.append(f"    {(one or '')[:WIDTH]:{width}}  {mark} {two or ''}".rstrip())
    out.append("")
    out.extend(f"{numbers[old]}. {listing.why[old][1]}" for old in sorted(used))
    if not used:
        out.append("The same, line by line.")


def make(page):
    out = []
    lines = iter(page.splitlines())
    for line in lines:
        if line.startswith("@listing "):
            show_listing(parse_listing(line.split(" ", 1)[1], lines), out)
            continue
        out.append(line)
        if line.startswith("    $ "):
            said, status = run_plain(line[len("    $ "):])
            if status != 0:
                raise Bad(f"this command failed: {line.strip()}\n" + "\n".join(said))
            out.extend(f"    {text}".rstrip() for text in said)
    return "\n".join(out) + "\n"


def lasting(page):
    """Its lines without what is another in each run; those of a table of two columns are sorted."""
    lines, table = [], []
    for line in page.splitlines():
        line = re.sub(r"[ -]+", " ", re.sub(r"[0-9]+(?:[.:][0-9]+)*", "N", line)).rstrip()
        if re.search(r" [=~<>](?:N )? ?", line) and line.startswith(" "):
            table.append(line)
            continue
        lines += sorted(table)
        table = []
        lines.append(line)
    return lines + sorted(table)


def same(old, new):
    with open(old, encoding="utf-8") as f, open(new, encoding="utf-8") as g:
        diff = list(difflib.unified_diff(lasting(f.read()), lasting(g.read()), old, new, lineterm="", n=1))
    if diff:
        sys.exit("\n".join(diff))


def main():
    if len(sys.argv) == 4 and sys.argv[1] == "--same":
        same(sys.argv[2], sys.argv[3])
        return
    if len(sys.argv) != 3:
        sys.exit("Usage: compare.py PAGE.in PAGE.md | compare.py --same OLD.md NEW.md")
    try:
        with open(sys.argv[1], encoding="utf-8") as f:
            page = make(f.read())
    except Bad as bad:
        sys.exit(f"compare.py: {bad}")
    with open(sys.argv[2], "w", encoding="utf-8") as f:
        f.write(page)


main()
