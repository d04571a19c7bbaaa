#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""wpars.py - kill -9 of WPAR commands, monitors and first processes; run by `run wpars` in a frame

Each round kills something while a command runs, or before it, and runs the same command again; that
must do what was asked for.  Then nothing may be there but what the WPARs that are left need.
"""
import glob
import io
import os
import re
import subprocess
import tarfile
import time

from chaos import (Fault, Rounds, descendants, kill, need, options, process_table, run, wait_until)

ROOT = os.path.join(os.environ.get("TMPDIR", "/run"), "chaos")
IMAGE = os.path.join(ROOT, "old.tar")
NAMES = ("native", "kept", "versioned")
APPLICATION = "app"
BUSY = "another operation on workload partition"


def path(*parts):
    return os.path.join(ROOT, *parts)


def member(tar, name, body=b"", kind=tarfile.REGTYPE, mode=0o755):
    info = tarfile.TarInfo(name)
    info.type, info.mode, info.size = kind, mode, len(body)
    tar.addfile(info, io.BytesIO(body))


def make_image():
    """A system image that is just large enough to run a shell, and slow enough to be killed."""
    libraries = re.findall(r"(/\S+) \(0x", need("ldd", "/bin/sh"))
    data = ("image_data:\n\tFORMAT = 1\n\tOSNAME = \"Old\"\n\tOSID = old\n\tOSLEVEL = 1.0\n"
            "\tKERNEL_RELEASE = 5.10.0\n\tKERNEL_VERSION = \"#1 SMP\"\n"
            f"\tARCH = {os.uname().machine}\n\tPAGE_SIZE = 4096\n\tSIZE_KB = 20000\n"
            "\tCREATED = \"2026-01-01T00:00:00Z\"\n")
    with tarfile.open(IMAGE, "w") as tar:
        member(tar, "./image.data", data.encode())
        for folder in ("usr", "usr/bin", "etc", "proc", "dev", "tmp", "run", "var", "many", "home"):
            member(tar, f"./{folder}", kind=tarfile.DIRTYPE)
        member(tar, "./etc/passwd", b"root:x:0:0::/:/bin/sh\n")
        member(tar, "./etc/group", b"root:x:0:\n")
        member(tar, "./etc/init", b"")
        for name in ["/bin/sh"] + libraries:
            with open(name, "rb") as file:
                member(tar, "." + name, file.read())
        for number in range(2000):
            member(tar, f"./many/{number}", b"x" * 1000)


def listing():
    """name: state letter of every WPAR"""
    text = need("lswpar", "-q", "-c", "-a", "name,state")
    return dict(line.split(":") for line in text.split())


def monitors():
    return {int(f.split()[0]): name for name, f in
            ((os.path.basename(os.path.dirname(p)), open(p, encoding="utf-8").read())
             for p in glob.glob(path("run/wpars/*/monitor")))}


def group(name):
    """The control group of a WPAR, None when there is none."""
    found = glob.glob(f"/sys/fs/cgroup/**/wpars{ROOT.replace('/', '-').replace('.', '-')}/{name}",
                      recursive=True)
    return found[0] if found else None


def members_of(name):
    folder = group(name)
    try:
        with open(f"{folder}/cgroup.procs", encoding="utf-8") as file:
            return [int(pid) for pid in file.read().split()]
    except OSError:
        return []


def first_process(name):
    for pid in members_of(name):
        try:
            with open(f"/proc/{pid}/status", encoding="utf-8") as file:
                if re.search(r"^NSpid:\t\d+\t1$", file.read(), re.M):
                    return pid
        except OSError:
            pass
    return None


def monitor_of(name):
    for pid, (_, comm) in process_table().items():
        if comm == f"cor_{name}"[:15]:
            return pid
    return None


# --- what may be there -------------------------------------------------------------------------

def expected_files(states):
    """Every path below ROOT that is no WPAR's own: what is missing in this set is left behind."""
    fine = {"old.tar", "etc", "etc/wpars", "run", "run/wpars", "run/wpars/.registry", "run/wpars/.space", "run/wpars/.ids",
            "run/wpars/.ids/lock", "var", "var/lib", "var/lib/wpars", "var/lib/wpars/roots",
            "var/lib/wpars/images", "var/lib/wpars/lists", "var/lib/wpars/levels", "var/lib/wpars/templates",
            "var/lib/wpars/templates/.lock", "var/lib/wpars/templates/current", "wpars", "var/adm",
            "var/adm/wpars", "wpars/.volumes", "run/wpars/.fstab", "etc/fstab"}
    # One generation of the template, whatever the machine's packages do meanwhile.
    fine |= {f"var/lib/wpars/templates/{os.readlink(p)}"
             for p in [path("var/lib/wpars/templates/current")] if os.path.islink(p)}
    # The builds of our program that WPARs run: one here.
    fine |= {"var/lib/wpars/programs", "var/lib/wpars/owners"}
    fine |= {p[len(ROOT) + 1:] for p in glob.glob(path("var/lib/wpars/programs/*"))
             if re.fullmatch(r"[0-9a-f]+", os.path.basename(p))}
    # The records of who runs those that are there.
    fine |= {f"var/lib/wpars/owners/{uuid}" for p in glob.glob(path("etc/wpars/*.cf"))
             for uuid in re.findall(r'uuid\s*=\s*"([0-9a-f-]+)"', open(p).read())}
    for name in states:
        fine |= {f"etc/wpars/{name}.cf", f"var/lib/wpars/roots/{name}", f"run/wpars/{name}.lock",
                 f"var/lib/wpars/lists/{name}", f"var/lib/wpars/levels/{name}", f"wpars/{name}"}
    if "native" in states:
        fine |= {"wpars/.volumes/native", "wpars/.volumes/native/data.jfs2"}
    if any(name == "versioned" for name in states):
        fine |= {p[len(ROOT) + 1:] for p in glob.glob(path("var/lib/wpars/images/*"))[:1]}
    if kept_files_are_there:
        fine |= {"wpars/kept", "var/lib/wpars/roots/kept"}
    return fine


kept_files_are_there = False


def look_at_files(states):
    fine = expected_files(states)
    own = tuple(f"wpars/{name}/" for name in NAMES)
    for folder, folders, files in os.walk(ROOT):
        where = folder[len(ROOT) + 1:]
        for name in list(folders) + files:
            found = os.path.join(where, name)
            if found.startswith("var/adm/wpars/"):
                continue
            if found.startswith("run/wpars/.ids/"):
                if name != "lock" and os.readlink(os.path.join(ROOT, found)) not in states:
                    raise Fault(f"an id range is still given to "
                                f"{os.readlink(os.path.join(ROOT, found))}: {found}")
                continue
            if found.startswith("run/wpars/") and name in states and states[name] != "D":
                folders.remove(name)
                continue
            if found not in fine and not (found + "/").startswith(own):
                raise Fault(f"left behind: {found}")
        folders[:] = [f for f in folders
                      if not (os.path.join(where, f) + "/").startswith(own)
                      and not re.match(r"var/lib/wpars/(images/[0-9a-f]{64}|templates/[0-9a-f]{16})$",
                                       os.path.join(where, f))]


def mount_points():
    """Ours: those of others on the machine come and go meanwhile."""
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        return [point for point in (line.split()[4] for line in file)
                if f"{point}/".startswith(f"{ROOT}/") or "wpar" in point]


def look_at_rest(states, before):
    active = {name for name, state in states.items() if state != "D"}
    groups = {os.path.basename(p) for p in glob.glob(
        f"/sys/fs/cgroup/**/wpars{ROOT.replace('/', '-').replace('.', '-')}/*", recursive=True)
              if os.path.isdir(p)} - {".keepers"}
    if groups != active:
        raise Fault(f"control groups of {sorted(groups)}, and active are {sorted(active)}")
    points = mount_points()
    shown = [p for p in points if any((p + "/").startswith(f"{ROOT}/wpars/{name}/") for name in active)]
    if len(shown) != len(set(shown)):
        raise Fault(f"mounted twice: {sorted(shown)}")
    for name in active:
        if f"{ROOT}/wpars/{name}" not in shown:
            raise Fault(f"nothing of {name}, which is active, is seen from outside")
    if len(points) - len(shown) != before["mounts"]:
        raise Fault(f"{len(points) - len(shown)} mounts, and {before['mounts']} before")
    image = path("wpars/.volumes/native/data.jfs2")
    loops = need("losetup", "-n", "-j", image).count("\n") if os.path.exists(image) else 0
    if loops != ("native" in active):
        raise Fault(f"{loops} loop devices show {image}")
    if os.path.exists(path("etc/fstab")):
        with open(path("etc/fstab"), encoding="utf-8") as file:
            lines = file.read().count("x-wpar=native")
        if lines != ("native" in states):
            raise Fault(f"{lines} lines of native are in fstab")
    inside = {pid for name in active for pid in members_of(name)}
    for pid, (parent, comm) in process_table().items():
        if pid in before["processes"] or pid in inside or pid == os.getpid():
            continue
        if (parent, comm) == (1, "sleep"): # the frame's own
            continue
        if comm in {f"cor_{name}"[:15] for name in active} | {f"uname_{name}"[:15] for name in active}:
            continue
        raise Fault(f"process {pid} ({comm}) is left")
    for name in active:
        count = sum(comm == f"cor_{name}"[:15] for _, comm in process_table().values())
        if count != 1:
            raise Fault(f"{name} has {count} monitors")


def look(before):
    """What is there fits the states of the WPARs, at once or when the monitors have cleared away."""
    def question():
        try:
            states = listing()
            for name, state in states.items():
                if state not in "DA":
                    raise Fault(f"{name} is in the state {state}")
            for name, state in states.items():
                if state == "A": # clogin starts a monitor that was killed
                    need("clogin", name, "--", "/bin/sh", "-c", ":")
            look_at_files(states)
            look_at_rest(states, before)
            return True
        except (Fault, OSError) as fault:
            return fault
    answer = wait_until(5, question)
    if answer is not True:
        raise Fault(str(answer))


# --- commands: how each is given, and what it must have reached ------------------------------------

def is_state(name, state):
    return lambda: listing().get(name) == state


# Of each WPAR; native has a file system with a size of its own.
FLAGS = {"native": ["-M", "directory=/data", "vfs=jfs2", "size=16M"], "kept": [], "versioned": ["-C", "-B", IMAGE]}
COMMANDS = {
    "mkwpar": lambda n: (["mkwpar", "-n", n] + FLAGS.get(n, []), None, "D"),
    "mkwpar -s": lambda n: (["mkwpar", "-n", n, "-s"] + FLAGS.get(n, []), None, "A"),
    "startwpar": lambda n: (["startwpar", n], "D", "A"),
    "stopwpar": lambda n: (["stopwpar", n], "A", "D"),
    "stopwpar -h": lambda n: (["stopwpar", "-h", n], "A", "D"),
    "stopwpar -F": lambda n: (["stopwpar", "-F", n], "A", "D"),
    "stopwpar -r": lambda n: (["stopwpar", "-r", n], "A", "A"),
    "rebootwpar": lambda n: (["rebootwpar", n], "A", "A"),
    "rmwpar": lambda n: (["rmwpar", n], "D", None),
    "rmwpar -s": lambda n: (["rmwpar", "-s", n], "A", None),
    "rmwpar -F": lambda n: (["rmwpar", "-F", n], "A", None),
    "clogin": lambda n: (["clogin", n, "--", "/bin/sh", "-c", ":"], "A", "A"),
    "lswpar": lambda n: (["lswpar", "-L"], "A", "A"),
    "syncwpar": lambda n: (["syncwpar", "-A"], "A", "A"),
    "wparexec": lambda n: (["wparexec", "-n", APPLICATION, "/bin/sh", "-c", "exit 0"], None, None),
}


def bring(name, state):
    """Into the state from which the command starts, without a kill."""
    now = listing().get(name)
    if now == state:
        return
    if now is None:
        need(*COMMANDS["mkwpar"](name)[0])
        now = "D"
    if state is None:
        need("rmwpar", "-F", name)
    elif now != state:
        need(*(["startwpar", name] if state == "A" else ["stopwpar", "-F", name]))


def settled(name):
    """The state of a WPAR when its monitor has cleared away, if that is just happening."""
    for _ in range(100):
        now = listing().get(name)
        if now != "T":
            break
        time.sleep(0.05)
    return now


def again(words, name, goal, first):
    """The same command once more: it works, or says that nothing is left to be done."""
    for _ in range(40):
        status, text = run(*words)
        if BUSY not in text:
            break
        time.sleep(0.05) # what the killed command left behind dies just now
    now = settled(name)
    if first == 0 and goal == "A" and now == "D":
        # The first had done it all, and what was killed was the WPAR.
        need("startwpar", name)
        return "done by the first, and the WPAR killed"
    if now != goal:
        raise Fault(f"after the kill, {' '.join(words)} ended with {status} and left {name} in the state "
                    f"{now}, not {goal}: {text.strip()[-300:]}")
    return "done by the second" if status == 0 else "done by the first"


def typical(times, key, words, name):
    """How long the command takes undisturbed, measured the first time."""
    if key not in times:
        begin = time.monotonic()
        need(*words)
        times[key] = time.monotonic() - begin
        bring(name, COMMANDS[key[0]](name)[1])
    return times[key]


def kill_during(rng, words, seconds, victim):
    """Start the command and, within its usual time, kill what victim says.

    How many were killed, and the status of the command.
    """
    with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as command:
        time.sleep(rng.uniform(0, 1.15 * seconds))
        killed = 0
        choice = rng.random()
        if victim == "command":
            killed = kill(command.pid) if command.poll() is None else 0
        else:
            below = descendants(command.pid)
            if victim == "child" and below:
                below = [below[int(choice * len(below))]]
            elif victim == "all" and command.poll() is None:
                below = [command.pid] + below
            killed = sum(kill(pid) for pid in below)
        try:
            command.wait(60)
        except subprocess.TimeoutExpired as late:
            command.kill()
            raise Fault(f"{' '.join(words)} has not ended within 60 s after a kill") from late
    return int(killed), command.returncode


def command_round(rng, times, before):
    key, name = rng.choice(sorted(COMMANDS)), rng.choice(NAMES)
    victim = rng.choice(("command", "command", "child", "all"))
    words, needs, goal = COMMANDS[key](name)
    if key == "wparexec":
        name = APPLICATION

    def work():
        bring(name, needs)
        seconds = typical(times, (key, name), words, name)
        killed, first = kill_during(rng, words, seconds, victim)
        outcome = again(words, name, goal, first)
        look(before)
        return killed, outcome if killed else "nothing was there to be killed"
    return f"{key}, killed: {victim} ({name})", work


def running_round(rng, times, before):
    """What keeps a running WPAR is killed; then a command."""
    del times
    key, name = rng.choice([k for k in sorted(COMMANDS) if COMMANDS[k]("x")[1] == "A"]), rng.choice(NAMES)
    victim = rng.choice(("monitor", "first process", "both", "all inside", "one inside"))
    pause = rng.choice((0, 0, 0.01, 0.3))
    choice = rng.random()
    words, _, goal = COMMANDS[key](name)

    def work():
        bring(name, "A")
        need("clogin", name, "--", "/bin/sh", "-c", "/bin/sh -c 'while :; do read x; done' </dev/zero >/dev/null 2>&1 &")
        inside = members_of(name)
        pids = {"monitor": [monitor_of(name)], "first process": [first_process(name)],
                "both": [monitor_of(name), first_process(name)], "all inside": inside,
                "one inside": [inside[int(choice * len(inside))]]}[victim]
        killed = sum(kill(pid) for pid in pids if pid)
        time.sleep(pause)
        status, text = run(*words)
        for _ in range(40):
            if BUSY not in text:
                break
            time.sleep(0.05)
            status, text = run(*words)
        # A WPAR whose first process was killed has ended: then there is none to be stopped or entered.
        now = settled(name)
        if victim != "monitor" and key in ("clogin", "lswpar", "syncwpar") and now == "D":
            status = 1 # none was there any more to be entered, listed as active or brought up to date
        if victim in ("first process", "both", "all inside", "one inside") and status != 0:
            if goal is None and now is not None:
                need("rmwpar", name)
            elif goal == "A" and now == "D":
                need("startwpar", name)
            elif now not in ("D", goal):
                raise Fault(f"{' '.join(words)} ended with {status} and left {name} in the state {now}: {text}")
        elif now != goal:
            raise Fault(f"{' '.join(words)} ended with {status} and left {name} in the state {now}, not "
                        f"{goal}: {text.strip()[-300:]}")
        look(before)
        return killed, "done" if status == 0 else "the WPAR had ended"
    return f"{key}, killed before: {victim} ({name})", work


def main():
    args = options(__doc__, 500)
    os.makedirs(ROOT)
    os.environ["WPARS_ROOT"] = ROOT
    make_image()
    before = {"mounts": len(mount_points()), "processes": set(process_table())}
    rounds, times = Rounds(args), {}
    for _ in range(args.rounds):
        kind = rounds.random.choice((command_round, command_round, running_round))
        name, work = kind(rounds.random, times, before)
        rounds.round(name, work)

    def remove_all():
        for name in list(listing()):
            need("rmwpar", "-F", name)
        look(before)
        for folder in ("etc/wpars", "wpars", "var/lib/wpars/roots", "var/lib/wpars/images"):
            found = set(os.listdir(path(folder)) if os.path.isdir(path(folder)) else ())
            if folder == "wpars" and not os.listdir(path("wpars/.volumes")):
                found.discard(".volumes") # that of all WPARs stays
            if found:
                raise Fault(f"left behind in {folder}: {found}")
        return 0, "nothing is left"
    rounds.round("all are removed", remove_all)
    rounds.end()


main()
