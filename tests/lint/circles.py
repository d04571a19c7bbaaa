#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""circles.py - no file needs, by way of others, itself

Usage: circles.py [--graph] [BUILD]

Reads the symbols that each object file of BUILD (default: build/lpard) defines and needs, and
reports every circle of files, and every circle of folders, that they make.  Symbols and not
includes: a header may name a type of a file above, a call upwards is what makes a circle.
--graph prints the arrows instead, one a line: FILE -> FILE.  Needs nm.
"""
import json
import os
import subprocess
import sys


def objects(build):
    """The product's own objects that were compiled: {source: object}."""
    top = os.path.realpath(os.path.join(os.path.dirname(__file__), "../.."))
    found = {}
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        for entry in json.load(file):
            source = os.path.realpath(os.path.join(entry["directory"], entry["file"]))
            source = os.path.relpath(source, top)
            made = os.path.join(entry["directory"], entry["output"])
            # A library that is preloaded defines names of libc: nobody of ours means those.
            if (source.startswith(("lpard/", "firmware/", "wparctl/", "images/")) and
                    ".so.p/" not in made and os.path.exists(made)):
                found.setdefault(source, made)
    return found


def symbols(path):
    """What an object defines, and what it needs."""
    defines, needs = set(), set()
    printed = subprocess.run(["nm", "--format=posix", path], check=True, stdout=subprocess.PIPE)
    for line in printed.stdout.decode().splitlines():
        name, kind = line.split()[:2]
        if kind == "U":
            needs.add(name)
        elif kind.isupper() or kind in "vw":
            defines.add(name)
    return defines, needs


def arrows(found):
    """{source: {source it needs: a symbol that shows it}}.

    Two programs may define one name; then the definition nearest in the tree is meant.
    """
    defined, needed = {}, {}
    for source, path in found.items():
        defines, needed[source] = symbols(path)
        for name in defines:
            defined.setdefault(name, []).append(source)
    graph = {source: {} for source in found}
    for source, names in needed.items():
        for name in sorted(names):
            homes = [home for home in defined.get(name, []) if home != source]
            if homes:
                home = max(homes, key=lambda h: len(os.path.commonprefix([h, source])))
                graph[source].setdefault(home, name)
    return graph


def circles(graph):
    """Strongly connected parts of more than one node (Tarjan, without recursion)."""
    index, low, on_stack, stack, parts = {}, {}, set(), [], []
    for root in sorted(graph):
        if root in index:
            continue
        work = [(root, iter(sorted(graph[root])))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, rest = work[-1]
            for target in rest:
                if target not in index:
                    index[target] = low[target] = len(index)
                    stack.append(target)
                    on_stack.add(target)
                    work.append((target, iter(sorted(graph[target]))))
                    break
                if target in on_stack:
                    low[node] = min(low[node], index[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    part = []
                    while not part or part[-1] != node:
                        part.append(stack.pop())
                        on_stack.discard(part[-1])
                    if len(part) > 1:
                        parts.append(sorted(part))
    return parts


def folders(graph):
    """The same graph between folders.

    A folder and the folder it lies in are two nodes: lpard/core/model may not call lpard/core back.
    A program's main.c is a node of its own, the roof over the folder that it lies in.
    """
    def node(source):
        return source if source.endswith("/main.c") else os.path.dirname(source)

    result = {}
    for source, targets in graph.items():
        here = result.setdefault(node(source), {})
        for target, name in targets.items():
            if node(target) != node(source):
                here.setdefault(node(target), f"{source} needs {name} of {target}")
    return result


def report(kind, graph):
    parts = circles(graph)
    for part in parts:
        print(f"circle of {len(part)} {kind}: {' '.join(part)}")
        for node in part:
            for target, why in sorted(graph[node].items()):
                if target in part:
                    print(f"    {node} -> {target}  ({why})")
    return parts


def main(words):
    graph_only = "--graph" in words
    words = [word for word in words if word != "--graph"]
    top = os.path.join(os.path.dirname(__file__), "../..")
    build = words[0] if words else os.path.join(top, "build/lpard")
    found = objects(build)
    if len(found) < 50:
        sys.exit(f"circles.py: {build} has only {len(found)} compiled files; build it first")
    graph = arrows(found)
    if graph_only:
        for source in sorted(graph):
            for target in sorted(graph[source]):
                print(f"{source} -> {target}")
        return 0
    return 1 if report("files", graph) + report("folders", folders(graph)) else 0


sys.exit(main(sys.argv[1:]))
