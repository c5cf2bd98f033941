"""The frame of a process that speaks SIP by pjsua2: its log, its exit codes, and how it leaves."""

import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final, NoReturn

from pydantic import ValidationError

from sip.clips import ClipUnreadable
from sip.pjsua.endpoint import PortTaken

EXIT_CONFIG: Final = 78
EXIT_TEMPORARY: Final = 75
EXIT_SOFTWARE: Final = 70
SWITCH_INTERVAL_S: Final = 0.0005
"""a thread that computes keeps the media thread waiting no longer than this"""


def main(module: str, serve: Callable[[bytes], None]) -> NoReturn:
    """Runs `serve` with the configuration named on the command line, as JSON, and ends the process.

    Exit codes as everywhere: 0 done, 2 usage, 70 our fault, 75 port taken, 78 configuration.
    """
    code = _served(module, serve, sys.argv[1:])
    logging.shutdown()
    # Tearing pjsua2 down takes a second and may assert; the kernel frees the same things at once.
    os._exit(code)


def _served(module: str, serve: Callable[[bytes], None], arguments: list[str]) -> int:
    logging.basicConfig(
        level=os.environ.get("HANDOFF_LOG", "INFO"),
        stream=sys.stderr,
        format="%(asctime)s %(levelname)s %(name)s[%(process)d] %(message)s",
    )
    log = logging.getLogger(module)
    if len(arguments) != 1:
        sys.stderr.write(f"usage: python -m {module} CONFIG.json\n")
        return 2
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    try:
        serve(Path(arguments[0]).read_bytes())
    except (OSError, ValidationError, ClipUnreadable) as error:
        log.error("configuration: %s", error)
        return EXIT_CONFIG
    except PortTaken as error:
        log.error("%s", error)
        return EXIT_TEMPORARY
    except Exception:
        log.exception("the process cannot go on")
        return EXIT_SOFTWARE
    return 0
