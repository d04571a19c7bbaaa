#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
Serves a folder on loopback as an archive does, with its faults.

serve_archive.py FOLDER PORT LOG

Writes each request to LOG.  FOLDER/faults has lines "KIND TEXT" for requests whose path has TEXT in
it: hang (no answer), hangget (none but to HEAD), hanghead (none to HEAD), cut (half of the file, then the end of the connection), nohead (HEAD is not
allowed), circle (it is at the same place), endless (10 GB).
"""

import http.server
import os
import socketserver
import sys
import time


class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *words):
        pass

    def faults(self):
        try:
            with open(os.path.join(self.directory, "faults")) as file:
                pairs = [line.split(None, 1) for line in file.read().splitlines()]
        except OSError:
            pairs = []
        return {kind for kind, text in pairs if text in self.path}

    def do_GET(self):
        self.answer()

    def do_HEAD(self):
        self.answer()

    def answer(self):
        with open(sys.argv[3], "a") as file:
            file.write("%s %s\n" % (self.command, self.path))
        faults = self.faults()
        path = self.translate_path(self.path)
        if "hang" in faults or "hang" + self.command.lower() in faults:
            time.sleep(300)
        elif "nohead" in faults and self.command == "HEAD":
            self.send_error(405)
        elif "circle" in faults:
            self.send_response(302)
            self.send_header("Location", self.path)
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif "endless" in faults and self.command == "GET":
            self.send_endless()
        elif not os.path.isfile(path):
            self.send_error(404)
        else:
            self.send_file(path, "cut" in faults)

    def send_endless(self):
        """Says that it has 10 GB, and sends them."""
        self.send_response(200)
        self.send_header("Content-Length", str(10 * 1000 ** 3))
        self.end_headers()
        self.close_connection = True
        try:
            while True:
                self.wfile.write(b"Origin: Debian\n" * 4096)
        except OSError:
            pass

    def send_file(self, path, cut):
        with open(path, "rb") as file:
            content = file.read()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command == "HEAD":
            return
        self.wfile.write(content[:len(content) // 2] if cut else content)
        if cut:
            self.close_connection = True


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True


def main():
    folder = sys.argv[1]
    Server(("127.0.0.1", int(sys.argv[2])),
           lambda *words: Handler(*words, directory=folder)).serve_forever()


main()
