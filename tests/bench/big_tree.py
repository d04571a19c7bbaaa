#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""big_tree.py FOLDER FILES BYTES - a tree of files as a system has them: many small, some large, a fifth of it
data that is packed already.  The same each time, but for what the machine's own files have in them."""
import os
import random
import sys


def material(most):
    """Texts and programs of this machine."""
    some = b""
    for folder, _, names in os.walk("/usr/lib"):
        for name in sorted(names):
            path = os.path.join(folder, name)
            if os.path.isfile(path) and not os.path.islink(path) and len(some) < most:
                with open(path, "rb") as f:
                    some += f.read(1 << 20)
        if len(some) >= most:
            break
    return some


def main():
    top, files, total = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    random.seed(1)
    source, packed = material(48 << 20), random.randbytes(8 << 20)
    for i in range(files):
        folder = "%s/d%d/s%d" % (top, i % 50, i // 50 % 20)
        os.makedirs(folder, exist_ok=True)
        left = int(random.expovariate(files / total))
        with open("%s/f%d" % (folder, i), "wb") as f:
            while left > 0:
                data = packed if random.random() < 0.2 else source
                n = min(left, random.randint(1000, 200000), len(data))
                at = random.randint(0, len(data) - n)
                f.write(data[at:at + n])
                left -= n


main()
