"""`python -m sip.pjsua.facts`: what this build of pjsua2 can do, as one line of JSON.

Asked in a process of its own, because the library tells only once it has been initialised, and is best
never initialised in a process that does something else.
"""

import ctypes
import json
import os
import sys

import pjsua2 as pj


def facts() -> dict[str, object]:
    """{"version", "max_calls", "codecs"}."""
    endpoint = pj.Endpoint()
    endpoint.libCreate()
    config = pj.EpConfig()
    config.uaConfig.threadCnt = 0
    config.logConfig.level = config.logConfig.consoleLevel = 0
    endpoint.libInit(config)
    library = ctypes.CDLL(pj._pjsua2.__file__)
    return {
        "version": endpoint.libVersion().full,
        "max_calls": int(library.pjsua_call_get_max_count()),
        "codecs": [codec.codecId for codec in endpoint.codecEnum2()],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(facts()) + "\n")
    sys.stdout.flush()
    os._exit(0)  # a pjsua2 that is torn down by the interpreter may abort
