#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A hostile client of the agent's socket of users: agent_client.py SOCKET MODE [ARGUMENT...]

run ARGV...	have argv run, with an environment and a directory that are not the caller's to choose
call METHOD	call a method without parameters
twice ARGV...	the same command two times in one session
garbage N	N times a megabyte of noise; prints how the last connection ended
hold N		N connections that say nothing, until standard input ends; prints how many stay open
cut		a frame that announces more than it has, then half of a call, then nothing
stopped ARGV...	have argv run and read nothing of what comes, until standard input ends
rights ARGV...	hand descriptors over with the call
signal N ARGV...	have argv run and send it the signal N at once
idle ARGV...	have argv run and stay connected, until standard input ends
paused ARGV...	have argv run at a terminal and type Ctrl-S at once
Prints a line for each answer: "reply", "error TEXT", "exit STATUS", "out TEXT", "closed".
"""
import array
import json
import os
import select
import socket
import struct
import sys

MAGIC = b"lpard-agent 1\xf5\x00\xfe"
NONCE = bytes(4) + b"hostileclien"
HELLO, OPEN, REPLY, ERROR, STDIN, STDOUT, STDERR, SIGNAL, EXIT = 1, 2, 3, 4, 5, 6, 7, 11, 12


def frame(stream, kind, data):
    return struct.pack(">IB3xI", stream, kind, len(data)) + data + bytes(4)


def connect(path):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(60)
    s.connect(path)
    return s


def hello(path):
    s = connect(path)
    s.sendall(frame(0, HELLO, MAGIC + NONCE + b"{}"))
    data = b""
    while NONCE not in data:
        more = s.recv(65536)
        if not more:
            return s, None
        data += more
    # Behind the agent's answer nothing has come yet.
    end = data.index(NONCE)
    need = struct.unpack(">I", data[end - 20:end - 16])[0]
    while len(data) < end - 16 + need + 4:
        data += s.recv(65536)
    return s, data[end - 16 + need + 4:]


def call(method, parameters):
    return json.dumps({"method": method, "parameters": parameters}).encode()


def run(argv, tty=False):
    return call("org.lpard.agent.Run", {
        "argv": argv, "tty": tty, "directory": "/root", "environment": [
            "PATH=/tmp", "LD_PRELOAD=/tmp/evil.so", "WPARS_ROOT=/tmp/evil", "LPARD_USER=root",
            "WPAR_STOP_AT=saved", "TERM=../../etc/passwd", "HOME=/tmp"]})


def answers(s, data):
    while True:
        while len(data) >= 12:
            _, kind, length = struct.unpack(">IB3xI", data[:12])
            if len(data) < 16 + length:
                break
            payload, data = data[12:12 + length], data[16 + length:]
            if kind == REPLY:
                print("reply")
            elif kind == ERROR:
                print("error", json.loads(payload)["parameters"].get("message"))
            elif kind in (STDOUT, STDERR):
                print("out", payload.decode(errors="replace").rstrip())
            elif kind == EXIT:
                print("exit", payload[1])
                return
            if kind == ERROR:
                return
        try:
            more = s.recv(65536)
        except ConnectionError:
            more = b""
        if not more:
            print("closed")
            return
        data += more


def noise(path, count):
    for _ in range(count):
        s = connect(path)
        try:
            s.sendall(os.urandom(1 << 20))
            s.sendall(b"\xff" * (1 << 18))
        except OSError:
            pass
        s.close()
    print("sent")


def hold(path, count):
    held = []
    for _ in range(count):
        try:
            held.append(connect(path))
        except OSError:
            break
    still = 0
    for s in held:
        # One that is let in hears from the agent; the others are closed.
        select.select([s], [], [], 10)
        try:
            still += bool(s.recv(1))
        except ConnectionError:
            pass
    print("open", still, flush=True)
    sys.stdin.read()


def main():
    path, mode, rest = sys.argv[1], sys.argv[2], sys.argv[3:]
    if mode == "garbage":
        return noise(path, int(rest[0]))
    if mode == "hold":
        return hold(path, int(rest[0]))
    s, data = hello(path)
    if data is None:
        return print("closed")
    if mode == "call":
        s.sendall(frame(1, OPEN, call(rest[0], {})))
    elif mode == "cut":
        s.sendall(struct.pack(">IB3xI", 1, OPEN, 60000) + b'{"method":')
        s.shutdown(socket.SHUT_WR)
    elif mode == "signal":
        s.sendall(frame(1, OPEN, run(rest[1:])) + frame(1, SIGNAL, bytes([int(rest[0])])))
    elif mode == "paused":
        s.sendall(frame(1, OPEN, run(rest, True)) + frame(1, STDIN, b"\x13"))
    elif mode == "rights":
        with open("/etc/passwd", "rb") as f:
            fds = array.array("i", [f.fileno()] * 200)
            s.sendmsg([frame(1, OPEN, run(rest))],
                      [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)])
    else:
        s.sendall(frame(1, OPEN, run(rest)))
    if mode == "stopped":
        sys.stdin.read()
        return None
    answers(s, data)
    if mode == "idle":
        sys.stdout.flush()
        sys.stdin.read()
    if mode == "twice":
        s.sendall(frame(2, OPEN, run(rest)))
        answers(s, b"")
    return None


main()
