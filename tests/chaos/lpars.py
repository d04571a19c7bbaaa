#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""lpars.py - kill -9 and SIGSTOP of lpard, libvirtd and qemu; run by `run lpars` in a frame

Each round kills or stops something while an HMC command runs, has what was killed started again as
systemd would, and gives the same command again; that must do what was asked for.  Then nothing may
be there but what the LPARs that are left need.  The guests run under TCG and do nothing.
"""
import glob
import os
import re
import signal
import subprocess
import threading
import time

from chaos import (Fault, Rounds, kill, need, options, process_table, run, wait_until)

TMP = os.environ["TMPDIR"]
NAMES = ("one", "two")
CONF = os.path.join(TMP, "lpard.conf")
RESOURCES = ("profile_name=default,lpar_env=aixlinux,min_mem=256,desired_mem=256,max_mem=512,"
             "proc_mode=shared,sharing_mode=uncap,uncap_weight=128,min_procs=1,desired_procs=1,"
             "max_procs=2,min_proc_units=0.1,desired_proc_units=0.1,max_proc_units=2.0")
OFF = ("Not Activated", "Error")
LATE = 90 # seconds until a command given again must have reached its goal


def set_up():
    os.environ["LPARD_SOCKET"] = os.path.join(TMP, "lpard.sock")
    with open(CONF, "w", encoding="utf-8") as file:
        file.write(f"socket = {TMP}/lpard.sock\nimages = {TMP}/images\ndefault_image = small\n"
                   "log_level = debug\nshutdown_wait_s = 20\n[system SYS]\nuri = qemu:///system\n")
    need("bash", "-c", '. "$PAR_TEST_SOURCE/integration/small_image.sh"; image 20000000')


class Daemons:
    """lpard and libvirtd, and what systemd would do for them: start again what has died."""

    def __init__(self):
        self.lpard = None

    def libvirtd(self):
        try:
            with open("/run/libvirtd.pid", encoding="utf-8") as file:
                pid = int(file.read())
            return pid if process_table().get(pid, (0, ""))[1] == "libvirtd" else None
        except (OSError, ValueError):
            return None

    def ensure(self):
        if not self.libvirtd():
            need("libvirtd", "-d")
        if self.lpard is None or self.lpard.poll() is not None:
            log = open(os.path.join(TMP, "log"), "ab")
            self.lpard = subprocess.Popen(["lpard", "--config", CONF], stdin=subprocess.DEVNULL,
                                          stdout=log, stderr=log)
            log.close()

        def works():
            try:
                return run("lssyscfg", "-r", "sys", "-F", "state", timeout=30) == (0, "Operating\n")
            except Fault as fault:
                return fault
        if wait_until(60, works) is not True:
            raise Fault(f"the system is not operating 60 s after a restart: "
                        f"{run('lssyscfg', '-r', 'sys', '-F', 'name:state')}")


def qemu(name):
    for file in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(file, "rb") as content:
                words = content.read().split(b"\0")
        except OSError:
            continue
        if any(word.startswith(b"guest=" + name.encode() + b",") for word in words):
            return int(file.split("/")[2])
    return None


def listing():
    text = need("lssyscfg", "-r", "lpar", "-m", "SYS", "-F", "name:state", timeout=60)
    return dict(line.split(":") for line in text.splitlines() if ":" in line)


def runs(state):
    return state is not None and state not in OFF


# --- what may be there -------------------------------------------------------------------------

def channel_folders():
    return {folder for folder in glob.glob("/var/lib/libvirt/qemu/channel/target/domain-*")
            + glob.glob("/run/libvirt/qemu/channel/domain-*") + glob.glob("/run/libvirt/qemu/channel/*-*")
            if os.path.isdir(folder)}


# Folders that were there when libvirtd was killed: of a guest that was just being started it knows
# nothing any more, and nobody but libvirtd may remove what is in its own folders.
libvirts_own = set()


def channel_sockets():
    return {re.sub(r"^(domain-)?\d+-", "", os.path.basename(folder))
            for folder in channel_folders() - libvirts_own}


def groups():
    """Of which guests there are control groups with processes in them.

    libvirt, killed, leaves empty ones where no systemd removes them; no LPAR is the worse for it.
    """
    found = set()
    for folder in glob.glob("/sys/fs/cgroup/**/*qemu*", recursive=True):
        name = re.match(r"(?:machine-)?qemu(?:-|\\x2d)\d+(?:-|\\x2d)(.*?)(?:\.scope|\.libvirt-qemu)?$",
                        os.path.basename(folder))
        try:
            with open(os.path.join(folder, "cgroup.procs"), encoding="utf-8") as file:
                if name and file.read().strip():
                    found.add(name.group(1))
        except OSError:
            pass
    return found


def look_once(before):
    states = listing()
    active = {name for name, state in states.items() if runs(state)}
    domains = {n for n in need("virsh", "-q", "list", "--all", "--name").split() if n}
    if domains != set(states):
        raise Fault(f"domains {sorted(domains)}, and LPARs {sorted(states)}")
    running = {n for n in need("virsh", "-q", "list", "--name").split() if n}
    if running != active:
        raise Fault(f"domains {sorted(running)} run, and LPARs are {states}")
    emulators = {n for n in NAMES if qemu(n)}
    if emulators != active:
        raise Fault(f"emulators of {sorted(emulators)}, and LPARs are {states}")
    uuids = need("virsh", "-q", "list", "--all", "--uuid").split()
    run("virsh", "-q", "pool-refresh", "lpard")
    status, text = run("virsh", "-q", "vol-list", "lpard")
    for volume in [line.split()[0] for line in text.splitlines() if status == 0 and line.split()]:
        if volume.endswith((".new", ".tmp", ".part")) or "new" in volume.lower():
            raise Fault(f"the volume {volume} is left")
        if volume.endswith(".qcow2") and not any(uuid in volume for uuid in uuids):
            raise Fault(f"the volume {volume} is nobody's")
    if not groups() <= active:
        raise Fault(f"control groups of {groups()}, and LPARs are {states}")
    if not channel_sockets() <= set(states): # libvirt, killed, removes them at the next start
        raise Fault(f"sockets of {channel_sockets()}, and LPARs are {states}")
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        mounts = file.read().count("\n")
    if mounts != before["mounts"]:
        raise Fault(f"{mounts} mounts, and {before['mounts']} before")
    fine = {"lpard", "libvirtd", "virtlogd", "qemu-system-ppc", "bash", "sleep", "python3", "dnsmasq",
            "sshd", "virtlockd", "swtpm"}
    for pid, (_, comm) in process_table().items():
        if pid not in before["processes"] and comm not in fine and not comm.startswith("qemu-"):
            raise Fault(f"process {pid} ({comm}) is left")
    return states


def forget_dead_start(daemons):
    """The names of LPARs that libvirt, killed during a start, believes to be starting for ever.

    Neither a restart of libvirtd nor `virsh destroy` ends that: its file about the guest has to go.
    """
    dead = [name for name, state in listing().items() if runs(state) and not qemu(name)]
    pid = daemons.libvirtd()
    if not dead or not pid:
        return []
    kill(pid)
    wait_until(10, lambda: pid not in process_table())
    libvirts_own.update(channel_folders())
    for name in dead:
        for file in glob.glob(f"/run/libvirt/qemu/{name}.*"):
            os.unlink(file)
    daemons.ensure()
    return dead


def look(before, daemons):
    """What is there fits the LPARs; True when that needed forget_dead_start()."""
    answer = look_for(20, before)
    if answer is True:
        return False
    if not forget_dead_start(daemons):
        raise Fault(str(answer))
    answer = look_for(20, before)
    if answer is not True:
        raise Fault(str(answer))
    return True


def look_for(seconds, before):
    def question():
        try:
            look_once(before)
            return True
        except (Fault, OSError) as fault:
            return fault
    return wait_until(seconds, question)


# --- commands ------------------------------------------------------------------------------------

def state_command(operation, *more):
    return lambda n: ["chsysstate", "-r", "lpar", "-m", "SYS", "-o", operation, "-n", n, *more]


def is_on(state):
    return runs(state)


def is_off(state):
    return state in OFF


def is_gone(state):
    return state is None


def is_there(state):
    return state is not None


# what is given, from where it starts, what it must have reached
COMMANDS = {
    "mksyscfg": (lambda n: ["mksyscfg", "-r", "lpar", "-m", "SYS", "-i", f"name={n},{RESOURCES}"],
                 is_gone, is_there),
    "chsyscfg": (lambda n: ["chsyscfg", "-r", "lpar", "-m", "SYS", "-i", f"name={n},description=changed"],
                 is_there, is_there),
    "on": (state_command("on", "-f", "default"), is_off, is_on),
    "shutdown": (state_command("shutdown", "--immed"), is_on, is_off),
    "restart": (state_command("shutdown", "--immed", "--restart"), is_on, is_on),
    "rmsyscfg": (lambda n: ["rmsyscfg", "-r", "lpar", "-m", "SYS", "-n", n], is_off, is_gone),
    "lssyscfg": (lambda n: ["lssyscfg", "-r", "lpar", "-m", "SYS"], is_on, is_on),
}


def reach(words, name, goal, first_state_is_enough):
    """Give a command until its goal is reached: at once, or when what goes on has ended."""
    end = time.monotonic() + LATE
    status, text = 0, ""
    while True:
        if first_state_is_enough and goal(listing().get(name)):
            return status, text
        status, text = run(*words, timeout=LATE)
        if goal(listing().get(name)) and (status == 0 or first_state_is_enough):
            return status, text
        if time.monotonic() > end:
            raise Fault(f"{' '.join(words)} ended with {status} and left {name} in the state "
                        f"{listing().get(name)}: {text.strip()[-400:]}")
        first_state_is_enough = True
        time.sleep(0.5)


def bring(name, wanted):
    if wanted(listing().get(name)):
        return
    if wanted is is_gone:
        if runs(listing().get(name)):
            reach(COMMANDS["shutdown"][0](name), name, is_off, True)
        reach(COMMANDS["rmsyscfg"][0](name), name, is_gone, True)
        return
    if listing().get(name) is None:
        reach(COMMANDS["mksyscfg"][0](name), name, is_there, True)
    if wanted is is_on:
        reach(COMMANDS["on"][0](name), name, is_on, True)
    elif wanted is is_off:
        reach(COMMANDS["shutdown"][0](name), name, is_off, True)


def strike(victim, daemons, command, rng):
    """Kill or stop; how many processes it hit.  Those that were stopped go on by themselves."""
    pids = {"command": [command.pid if command.poll() is None else None],
            "lpard": [daemons.lpard.pid], "libvirtd": [daemons.libvirtd()],
            "lpard and libvirtd": [daemons.lpard.pid, daemons.libvirtd()],
            "qemu": [qemu(n) for n in NAMES], "qemu and libvirtd": [qemu(n) for n in NAMES] +
            [daemons.libvirtd()]}[victim.replace(" stopped", "")]
    pids = [pid for pid in pids if pid]
    if victim.endswith("stopped"):
        seconds = rng.uniform(1, 4)
        hit = sum(kill(pid, signal.SIGSTOP) for pid in pids)
        threading.Timer(seconds, lambda: [kill(pid, signal.SIGCONT) for pid in pids]).start()
        return hit
    hit = sum(kill(pid) for pid in pids)
    wait_until(10, lambda: not any(pid in process_table() for pid in pids))
    if "libvirtd" in victim:
        libvirts_own.update(channel_folders())
    return hit


def one_round(rng, daemons, before):
    key, name = rng.choice(sorted(COMMANDS)), rng.choice(NAMES)
    victim = rng.choice(("command", "lpard", "libvirtd", "lpard and libvirtd", "qemu", "qemu and libvirtd",
                         "qemu stopped", "libvirtd stopped", "qemu and libvirtd stopped"))
    delay = rng.choice((0, 0.05, 0.2, 0.5, 1, 2)) * rng.random()
    give, needs, goal = COMMANDS[key]

    def work():
        bring(name, needs)
        words = give(name)
        with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as command:
            time.sleep(delay)
            hit = strike(victim, daemons, command, rng)
            if victim in ("lpard", "lpard and libvirtd"):
                daemons.lpard.wait()
            daemons.ensure()
            try:
                command.wait(LATE)
            except subprocess.TimeoutExpired as late:
                command.kill()
                raise Fault(f"{' '.join(words)} has not ended within {LATE} s") from late
        first = command.returncode == 0
        # An emulator that was killed leaves its LPAR off or in Error: that is what such an LPAR is.
        if goal is is_on and victim.startswith("qemu") and "stopped" not in victim:
            bring(name, is_on)
        else:
            reach(words, name, goal, first or goal is not is_there)
        if look(before, daemons):
            return hit, "libvirt believed in a start that was dead"
        return hit, "done by the first" if first else "done by the second"
    return f"{key}, {'killed' if 'stopped' not in victim else 'for a while'}: {victim} ({name})", work


def main():
    args = options(__doc__, 200)
    set_up()
    daemons = Daemons()
    daemons.ensure()
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        before = {"mounts": file.read().count("\n"), "processes": set(process_table())}
    rounds = Rounds(args)
    for _ in range(args.rounds):
        name, work = one_round(rounds.random, daemons, before)
        rounds.round(name, work)

    def remove_all():
        for name in list(listing()):
            bring(name, is_gone)
        look(before, daemons)
        left = [line.split()[0] for line in need("virsh", "-q", "vol-list", "lpard").splitlines()
                if line.split() and "qcow2" in line]
        if left:
            raise Fault(f"volumes are left: {left}")
        return 0, "nothing is left"
    rounds.round("all are removed", remove_all)
    daemons.lpard.terminate()
    daemons.lpard.wait()
    rounds.end()


main()
