"""The processes of one running bridge, as the kernel knows them."""

import contextlib

import psutil

from bridge.peers.bridge import RunningBridge


def family(bridge: RunningBridge) -> list[psutil.Process]:
    """The supervisor and all that name its run directory on their command line."""
    run_dir = str(bridge.paths.run_dir)
    found = [psutil.Process(bridge.process.pid)]
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            if any(part.startswith(run_dir) for part in process.cmdline()) and process.status() != "zombie":
                found.append(process)
    return found


def strays(bridge: RunningBridge) -> list[str]:
    """Processes that are not what an idle bridge consists of: no child of the supervisor, or one too many."""
    expected = set(bridge.pids().values()) | {bridge.process.pid}
    out = []
    for process in family(bridge):
        with contextlib.suppress(psutil.NoSuchProcess):
            if process.pid not in expected or process.ppid() not in (
                bridge.process.pid,
                psutil.Process().pid,
            ):
                out.append(" ".join(process.cmdline()[-2:]))
    return out
