"""`python -m asr.probe DIRECTORY LANGUAGE`: load a model, once, and say what it is as a line of JSON.

In a process of its own, because native code may crash over a broken model. {engine, directory, sha256}, or
{code, message, cure} with exit 1 when it does not load.
"""

import json
import os
import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
    from asr.errors import AsrError

    given, language = arguments
    try:
        told = _load(Path(given), language)
    except AsrError as error:
        told = {"code": error.code, "message": error.message, "cure": error.cure}
    sys.stdout.write(json.dumps(told) + "\n")
    return 1 if "code" in told else 0


def _load(given: Path, language: str) -> dict[str, str]:
    from asr.engines import identify, make_recognizer
    from asr.scheduler import Inline

    engine, directory = identify(given)
    recognizer = make_recognizer(engine.name, Inline(), model_dir=directory, language=language)
    return {"engine": engine.name, "directory": str(directory), "sha256": recognizer.model_sha256}


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(code)  # without tearing the interpreter down under native threads
