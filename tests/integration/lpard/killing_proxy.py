#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""killing_proxy.py SOCKET LPARD_SOCKET METHOD - lpard's door, at which METHOD is never called

Hands each client's bytes on to lpard and back.  A client that calls METHOD is killed (SIGKILL)
before lpard hears of the call: what it has done until then is what a killed client leaves.
"""

import os
import select
import signal
import socket
import struct
import sys


def peer_pid(client):
    """The process at the other end."""
    size = struct.calcsize("3i")
    return struct.unpack("3i", client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))[0]


def serve(client, path, method):
    """One client, until one side ends."""
    with socket.socket(socket.AF_UNIX) as lpard:
        lpard.connect(path)
        heard = b""
        while True:
            for end in select.select([client, lpard], [], [])[0]:
                data = end.recv(65536)
                if not data:
                    return
                if end is lpard:
                    client.sendall(data)
                    continue
                heard += data
                if method in heard:
                    os.kill(peer_pid(client), signal.SIGKILL)
                    return
                lpard.sendall(data)


def main():
    path, lpard, method = sys.argv[1:]
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(path)
        door.listen()
        while True:
            client = door.accept()[0]
            with client:
                serve(client, lpard, method.encode())


if __name__ == "__main__":
    main()
