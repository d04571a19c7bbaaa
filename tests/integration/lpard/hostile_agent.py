#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# hostile_agent.py - called as "wparctl agent --fd N": an agent that does what $HOSTILE_MODE's file says
#	silent	answers the hello and then nothing
#	endless	says that the command runs, and nothing more
#	error	answers each call with control characters and 16 KB
#	flood	the command runs and writes for ever, signals or not
#	wpars	the command is "wparctl usage", and tells of WPARs with evil names and numbers
#	many	the same with more than anybody keeps
#	deep	the same, 100,000 levels deep
#	half	half a frame of it, and nothing more
import json
import os
import struct
import sys

MAGIC = b"lpard-agent 1\xf5\x00\xfe"
HELLO, OPEN, REPLY, ERROR, STDOUT, EXIT = 1, 2, 3, 4, 6, 12
EVIL = "\u009b2J\u0085\u202e\u2066\u2028\u200b\x1b[31m" + "m" * 15000

fd = int(sys.argv[sys.argv.index("--fd") + 1])
tag = b"\0\0\0\0"


def put(stream, kind, data, its_tag=None):
    frame = struct.pack(">IB3xI", stream, kind, len(data)) + data + (its_tag or tag)
    while frame:
        try:
            frame = frame[os.write(fd, frame):]
        except BlockingIOError:
            pass


def mode():
    with open(os.environ["HOSTILE_MODE"]) as f:
        return f.read().strip()


def usage():
    wpar = {"name": EVIL[:100], "type": EVIL[:9], "state": "A\nrow 2", "os": EVIL[:40],
            "processors_used": 1e308, "memory_used": 10 ** 30, "up_s": -1}
    odd = [7, None, {"name": None}, {"name": ["x"]}, {"name": "n" * 300000, "state": "A"}]
    said = {"processors_used": "no number", "memory_used": 1e308, "up_s": 1e40, "wpars": [wpar] + odd}
    return json.dumps(said, ensure_ascii=False).encode()


def command(stream, text):
    """Writes @text as the command's output, as far as the window lets it, and ends."""
    for at in range(0, min(len(text), 200000), 32000):
        put(stream, STDOUT, text[at:at + 32000])
    put(stream, EXIT, b"\0\0")


def answer(stream):
    if mode() == "error":
        text = json.dumps({"error": "org.lpard.NotFound", "parameters": {"message": EVIL}},
                          ensure_ascii=False)
        put(stream, ERROR, text.encode())
    elif mode() in ("wpars", "many", "deep", "half"):
        put(stream, REPLY, b'{"parameters":{}}')
        if mode() == "half":
            os.write(fd, struct.pack(">IB3xI", stream, STDOUT, 5000) + b"x" * 100)
            return
        command(stream, {"wpars": usage().replace(b"n" * 300000, b"n" * 100000),
                         "many": b'{"wpars":[' + b'{"name":"w"},' * 20000,
                         "deep": b"[" * 100000}[mode()])
    elif mode() in ("endless", "flood"):
        put(stream, REPLY, b'{"parameters":{}}')
        for _ in range(7 if mode() == "flood" else 0):  # all that the window lets through
            put(stream, STDOUT, b"x" * 32000)


os.set_blocking(fd, True)
buf = b""
while True:
    at = buf.find(MAGIC)
    if at >= 12 and len(buf) >= at + 36:
        nonce = buf[at + 16:at + 32]
        tag = nonce[:4]
        buf = buf[at + 36:]
        facts = {"agent": "9", "os_name": EVIL[:60], "os_version": EVIL[:60], "kernel": "6\u202e1"}
        put(0, HELLO, MAGIC + nonce + json.dumps(facts).encode())
    if tag != b"\0\0\0\0" and len(buf) >= 16:
        stream, kind, length = struct.unpack(">IB3xI", buf[:12])
        if length <= 65536 and len(buf) >= 16 + length:
            buf = buf[16 + length:]
            if kind == OPEN:
                answer(stream)
            continue
    more = os.read(fd, 65536)
    if not more:
        break
    buf += more
