#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A client that is not ours, good and bad, for daemon.sh: varlink.py SOCKET DEED ARGUMENT..."""
import json
import os
import signal
import socket
import sys
import time

signal.alarm(60)
path, deed, args = sys.argv[1], sys.argv[2], sys.argv[3:]


def dial():
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(20)
    s.connect(path)
    return s


def send(s, method, parameters=None, **flags):
    call = {"method": method, "parameters": parameters or {}, **flags}
    s.sendall(json.dumps(call).encode() + b"\0")


def receive(s):
    """One reply, or None when the other side closed."""
    data = b""
    while not data.endswith(b"\0"):
        piece = s.recv(1)
        if not piece:
            return None
        data += piece
    return json.loads(data[:-1])


def show(reply):
    print("closed" if reply is None else json.dumps(reply, sort_keys=True))


if deed == "call":  # METHOD [PARAMETERS]
    s = dial()
    send(s, args[0], json.loads(args[1]) if len(args) > 1 else {})
    show(receive(s))
elif deed == "text":  # METHOD PARAMETERS KEY: one member of the answer, as text
    s = dial()
    send(s, args[0], json.loads(args[1]))
    print(receive(s)["parameters"][args[2]])
elif deed == "raw":  # bytes, as a Python literal
    s = dial()
    s.sendall(eval(args[0]))  # pylint: disable=eval-used
    show(receive(s))
elif deed == "huge":  # a call that never ends
    s = dial()
    try:
        for _ in range(40):
            s.sendall(b" " * 65536)
    except OSError:
        pass
    show(receive(s))
elif deed == "slow":  # asks for many long listings, reads nothing; meanwhile others are served
    s = dial()
    s.settimeout(1)
    try:
        while True:  # until lpard reads no more calls
            send(s, "org.lpard.List", {"resource": "lpar", "system": "MANY"})
    except TimeoutError:
        pass
    other = dial()
    begin = time.time()
    send(other, "org.lpard.GetVersion")
    print("served" if receive(other) and time.time() - begin < 1 else "stuck")
elif deed == "crowd":  # N clients at once, each with a call
    held = []
    for _ in range(int(args[0])):
        s = dial()
        send(s, "org.lpard.GetVersion")
        held.append(s)
    print(sum(1 for s in held if "parameters" in (receive(s) or {})))
elif deed == "crowd-over":  # N clients, all that are allowed, once those before have gone; then one more
    held = []
    while len(held) < int(args[0]):
        s = dial()
        try:
            send(s, "org.lpard.GetVersion")
        except OSError:
            pass
        if "parameters" in (receive(s) or {}):
            held.append(s)
        else:
            time.sleep(0.01)
    show(receive(dial()))
elif deed == "hold":  # the terminal, until killed; says so once it has it
    s = dial()
    send(s, "org.lpard.OpenTerminal", {"system": "SYS", "lpar": args[0]}, upgrade=True)
    show(receive(s))
    sys.stdout.flush()
    signal.alarm(0)
    s.settimeout(None)
    while s.recv(4096):
        pass
    print("closed")
elif deed == "progress":
    s = dial()
    send(s, "org.lpard.ChangeState", {"resource": "lpar", "system": "SYS", "lpars": [args[0]],
                                      "operation": "on", "profile": "default"}, more=True)
    while True:
        reply = receive(s)
        show(reply)
        if not reply or not reply.get("continues"):
            break
elif deed == "leave":  # asks for a change and goes at once
    s = dial()
    send(s, args[0], json.loads(args[1]))
    os._exit(0)
elif deed == "subscribe":  # SECONDS PARAMETERS [LAST]: prints events until one starts with LAST
    signal.alarm(int(args[0]))
    s = dial()
    s.settimeout(None)
    send(s, "org.lpard.Subscribe", json.loads(args[1]), more=True)
    reply = receive(s)
    if "error" in reply:
        show(reply)
        sys.exit(1)
    print("subscribed", flush=True)
    while True:
        for e in receive(s)["parameters"]["events"]:
            words = [e["event"]] + [str(e[k]) for k in
                                    ("operation", "now", "code", "result", "text") if k in e]
            print(":".join(words), flush=True)
            if len(args) > 2 and ":".join(words).startswith(args[2]):
                sys.exit(0)
elif deed == "subscribe-slow":  # N: does not read while N listings' worth of jobs run, then counts
    s = dial()
    send(s, "org.lpard.Subscribe", {}, more=True)
    next_number = receive(s)["parameters"]["number"] + 1
    other = dial()
    for _ in range(int(args[0])):  # each is a job that is told twice
        send(other, "org.lpard.Create", {"resource": "lpar", "system": "SYS", "attributes": [
            {"name": n, "op": "set", "value": v} for n, v in (
                ("name", "slow%d" % _), ("profile_name", "default"), ("lpar_env", "aixlinux"),
                ("min_mem", "256"), ("desired_mem", "256"), ("max_mem", "256"),
                ("proc_mode", "shared"), ("sharing_mode", "uncap"), ("uncap_weight", "128"),
                ("min_procs", "1"), ("desired_procs", "1"), ("max_procs", "1"),
                ("min_proc_units", "0.1"), ("desired_proc_units", "0.1"),
                ("max_proc_units", "1.0"), ("boot_image", "none"))]})
        receive(other)
    first, lost, ended = next_number, 0, 0
    while ended < int(args[0]):
        reply = receive(s)["parameters"]
        for e in reply["events"]:
            if e["number"] != next_number:
                sys.exit("%d instead of %d" % (e["number"], next_number))
            next_number += 1
            ended += e["event"] == "JobEnded"
        lost += reply.get("lost", 0)
        next_number += reply.get("lost", 0)
        if reply.get("lost"):
            break
    print("all %d accounted for, %d lost" % (next_number - first, lost))
