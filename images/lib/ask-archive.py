#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
Asks archives what they have, many questions at a time and within bounded time.

ask-archive.py suites   standard input: lines "URI<TAB>NAME<TAB>ENTRY"; for each, in that order, a line
                        "STATE<TAB>URI<TAB>NAME<TAB>SUITE<TAB>CODENAME<TAB>DATE<TAB>ENTRY"
                        (what the suite's InRelease says, "-" where it says nothing)
ask-archive.py files    lines "URI<TAB>SIZE<TAB>NAME"; for each that is not there as it should be,
                        a line "STATE<TAB>NAME"

STATE is there, absent (the archive says so, or has another size), silent (no answer within the
time), or unknown (a way of asking that only apt knows).  What is said here is a hint, not trusted:
signatures and digests are apt's to check.
"""

import email.utils
import os
import queue
import re
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

WORKERS = 24
TIMEOUT_S = 5  # of one answer
LIMIT_S = 12  # of all answers together
NAME = re.compile(r"[a-z0-9][a-z0-9.+-]{0,63}")  # of a suite

opener = None
no_proxy_known = set()  # schemes whose proxy a program of apt's chooses
silent_hosts = set()


def read_apt_proxies():
    """The proxies that apt would use: its own settings, else those of the environment."""
    proxies = urllib.request.getproxies()
    by_host = {}
    text = subprocess.run(["apt-config", "dump", "--no-empty", "--format", "%f\t%v%n",
                           "Acquire::http", "Acquire::https"],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          check=False).stdout
    for line in text.splitlines():
        key, _, value = line.partition("\t")
        part = key.split("::")
        if len(part) < 3:
            continue
        scheme, setting = part[1].lower(), part[2].lower()
        if setting == "proxy" and len(part) == 3:
            proxies[scheme] = value
        elif setting == "proxy":
            by_host[(scheme, part[3].lower())] = value
        elif setting in ("proxy-auto-detect", "proxyautodetect"):
            no_proxy_known.add(scheme)
    return proxies, by_host


class AptProxies(urllib.request.ProxyHandler):
    """A proxy by scheme and host, as apt has it; DIRECT is none."""

    def __init__(self, proxies, by_host):
        self.by_host = by_host
        super().__init__({k: v for k, v in proxies.items() if k in ("http", "https") and v})

    def proxy_open(self, req, proxy, type):
        proxy = self.by_host.get((req.type, (req.host or "").split(":")[0].lower()), proxy)
        if proxy.upper() == "DIRECT":
            return None
        return super().proxy_open(req, proxy, type)


def open_uri(uri, method, headers):
    """A response, or the state in place of it."""
    parts = urllib.parse.urlsplit(uri)
    if parts.netloc in silent_hosts:
        return None, "silent"
    request = urllib.request.Request(uri, method=method, headers={
        "User-Agent": "Debian APT-HTTP/1.3 (lpard images)", **headers})
    try:
        return opener.open(request, timeout=TIMEOUT_S), "there"
    except urllib.error.HTTPError as error:
        error.close()
        if error.code in (404, 410):
            return None, "absent"
        return None, "refused" if method == "HEAD" else "silent"
    except (OSError, ValueError, urllib.error.URLError) as error:
        if "timed out" in str(error) or "refused" in str(error):
            silent_hosts.add(parts.netloc)
        return None, "silent"
    except Exception:  # an answer that is none
        return None, "silent"


def local_path(uri):
    parts = urllib.parse.urlsplit(uri)
    return urllib.parse.unquote(parts.path) if parts.scheme in ("file", "copy") else None


def ask_suite(uri, name):
    """The state, and the first lines of the suite's InRelease."""
    uri = "%s/dists/%s/InRelease" % (uri, name)
    path = local_path(uri)
    if path:
        try:
            with open(path, "rb") as file:
                return "there", file.read(4096)
        except OSError:
            return "absent", b""
    if not can_ask(uri):
        return "unknown", b""
    response, state = open_uri(uri, "GET", {})
    if response is None:
        return state, b""
    try:
        with response:
            return "there", response.read(4096)
    except Exception:
        return "silent", b""


def ask_file(uri, size):
    path = local_path(uri)
    if path:
        return "there" if os.path.exists(path) and os.path.getsize(path) == size else "absent"
    if not can_ask(uri):
        return "unknown"
    response, state = open_uri(uri, "HEAD", {})
    if state == "refused":
        # Not every archive and proxy answers HEAD.
        response, state = open_uri(uri, "GET", {"Range": "bytes=0-0"})
    if response is None:
        return state
    with response:
        length = response.headers.get("Content-Length")
        if response.status == 206:
            length = response.headers.get("Content-Range", "").rpartition("/")[2]
        if length and length.isdigit() and int(length) != size:
            return "absent"
    return "there"


def can_ask(uri):
    scheme = urllib.parse.urlsplit(uri).scheme
    return scheme in ("http", "https") and scheme not in no_proxy_known


def release_fields(text):
    """Suite, codename and date of an InRelease's first lines."""
    fields = {"suite": "-", "codename": "-", "date": "-"}
    for line in text.decode("utf-8", "replace").splitlines():
        key, colon, value = line.partition(":")
        value = value.strip()
        # No signature was checked so far, and these names become paths and lines of apt's settings.
        if colon and key.lower() in fields and (key.lower() == "date" or NAME.fullmatch(value)):
            fields[key.lower()] = value
    when = email.utils.parsedate_to_datetime(fields["date"]) if fields["date"] != "-" else None
    return fields["suite"], fields["codename"], when.strftime("%Y-%m-%d") if when else "-"


def answer_suite(line):
    uri, name, entry = line.split("\t")
    state, text = ask_suite(uri, name)
    try:
        fields = release_fields(text)
    except (ValueError, TypeError):
        fields = ("-", "-", "-")
    return "\t".join((state, uri, name, *fields, entry))


def answer_file(line):
    uri, size, name = line.split("\t")
    state = ask_file(uri, int(size))
    return None if state in ("there", "unknown") else "%s\t%s" % (state, name)


def unanswered(mode, line):
    uri, second, third = line.split("\t")
    if mode == "suites":
        return "\t".join(("silent", uri, second, "-", "-", "-", third))
    return "silent\t" + third


def main():
    global opener
    mode = sys.argv[1]
    answer = {"suites": answer_suite, "files": answer_file}[mode]
    lines = [line for line in sys.stdin.read().splitlines() if line]
    opener = urllib.request.build_opener(AptProxies(*read_apt_proxies()))
    questions = queue.Queue()
    answers = {}
    for item in enumerate(lines):
        questions.put(item)

    def work():
        while True:
            try:
                number, line = questions.get_nowait()
            except queue.Empty:
                return
            answers[number] = answer(line)

    workers = [threading.Thread(target=work, daemon=True) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    end = time.monotonic() + LIMIT_S
    for worker in workers:
        worker.join(max(0.0, end - time.monotonic()))
    known = dict(answers)
    for number, line in enumerate(lines):
        text = known[number] if number in known else unanswered(mode, line)
        if text is not None:
            print(text)
    sys.stdout.flush()
    # A worker that still waits for a server must not keep us.
    os._exit(0)


main()
