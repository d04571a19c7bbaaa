# SPDX-License-Identifier: Apache-2.0
"""chaos.py - what both halves share: options, the random choices, rounds as TAP, the summary"""
import argparse
import collections
import os
import random
import re
import signal
import subprocess
import sys
import time


class Fault(Exception):
    """What a round has found: a sentence for the reader."""


def options(about, rounds):
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--rounds", type=int, default=rounds, help=f"how many (default: {rounds})")
    parser.add_argument("--seed", type=int, default=None, help="of the choices (default: a new one)")
    parser.add_argument("--keep-going", action="store_true", help="go on after a failed round")
    args = parser.parse_args()
    if args.seed is None:
        args.seed = int.from_bytes(os.urandom(4), "big")
    return args


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError as error:
        return error.strerror


def who_waits(command):
    """What a command that does not end, and who else has its output, are doing."""
    pipe = os.readlink(f"/proc/self/fd/{command.stdout.fileno()}")
    lines = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        held = [f for f in (1, 2) if os.path.exists(f"/proc/{pid}/fd/{f}")
                and os.readlink(f"/proc/{pid}/fd/{f}") == pipe]
        if held or int(pid) == command.pid:
            status = " ".join(read(f"/proc/{pid}/stat").split()[1:4])
            lines.append(f"{pid} {read(f'/proc/{pid}/cmdline')} [{status}] has {held} waits in "
                         f"{read(f'/proc/{pid}/wchan')} {read(f'/proc/{pid}/syscall')}: "
                         + read(f"/proc/{pid}/stack").replace("\n", " "))
    return "\n".join(lines)


def run(*words, timeout=120, **more):
    """Run a command to its end; its status and its output, stderr included."""
    with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, **more) as command:
        try:
            output, _ = command.communicate(timeout=timeout)
        except subprocess.TimeoutExpired as late:
            waiting = who_waits(command)
            command.kill()
            raise Fault(f"{' '.join(words)} has not ended within {timeout} s\n{waiting}") from late
    return command.returncode, output.decode(errors="replace")


def need(*words, **more):
    """Run a command that must work."""
    status, text = run(*words, **more)
    if status != 0:
        raise Fault(f"{' '.join(words)} ended with {status}: {text.strip()[-400:]}")
    return text


def wait_until(seconds, question):
    """Until question() has the answer True; its last answer otherwise."""
    end = time.monotonic() + seconds
    while True:
        answer = question()
        if answer is True or time.monotonic() > end:
            return answer
        time.sleep(0.05)


def process_table():
    """pid: (parent, name) of every process of this frame; zombies are left out"""
    table = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat", encoding="utf-8", errors="replace") as file:
                text = file.read()
        except OSError:
            continue
        name = text[text.index("(") + 1:text.rindex(")")]
        rest = text[text.rindex(")") + 2:].split()
        if rest[0] not in "ZX":
            table[int(entry)] = (int(rest[1]), name)
    return table


def descendants(pid, table=None):
    table = table or process_table()
    below, found = [pid], []
    while below:
        one = below.pop()
        children = [p for p, (parent, _) in table.items() if parent == one]
        found += children
        below += children
    return found


def kill(pid, number=signal.SIGKILL):
    try:
        os.kill(pid, number)
        return True
    except ProcessLookupError:
        return False


class Rounds:
    """Counts the rounds, prints a TAP line for each, and a summary at the end."""

    def __init__(self, args):
        self.random = random.Random(args.seed)
        self.args, self.number, self.failed, self.kills = args, 0, 0, 0
        self.kinds = collections.Counter()
        self.outcomes = collections.Counter()
        print(f"# seed {args.seed}, {args.rounds} rounds", flush=True)

    def round(self, name, work):
        """One round; work() returns how many processes it has killed, and how it came out."""
        self.number += 1
        try:
            kills, outcome = work()
            self.kills += kills
            self.kinds[re.sub(r" \(.*", "", name)] += 1
            self.outcomes[outcome] += 1
            print(f"ok {self.number} - {name}: {outcome}", flush=True)
        except Fault as fault:
            self.failed += 1
            print(f"not ok {self.number} - {name}", flush=True)
            for line in str(fault).splitlines():
                print(f"#   {line}", flush=True)
            if not self.args.keep_going:
                self.end()

    def end(self):
        print(f"1..{self.number}")
        print(f"# seed {self.args.seed}: {self.number} rounds, {self.kills} kills, {self.failed} failed")
        for title, counter in (("rounds", self.kinds), ("outcomes", self.outcomes)):
            for name, count in counter.most_common():
                print(f"# {title}: {count:5} {name}")
        sys.stdout.flush()
        sys.exit(1 if self.failed else 0)
