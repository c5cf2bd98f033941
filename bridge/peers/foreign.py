"""Foreign programs as child processes: without rights they do not need, and ended for certain."""

import os
import signal
import subprocess
from typing import Any, TypedDict


class Account(TypedDict):
    user: str | None
    group: str | None
    extra_groups: list[str] | None


def unprivileged() -> Account:
    """For `subprocess`: they need no root, so they get none."""
    if os.geteuid() != 0:
        return Account(user=None, group=None, extra_groups=None)
    return Account(user="nobody", group="nogroup", extra_groups=[])


def terminate(
    process: "subprocess.Popen[Any]", stop_s: float, number: signal.Signals = signal.SIGTERM
) -> None:
    """Send `number`, and SIGKILL when it is still there after `stop_s`; a stopped process is woken for it."""
    process.send_signal(number)
    process.send_signal(signal.SIGCONT)
    try:
        process.wait(stop_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(stop_s)
