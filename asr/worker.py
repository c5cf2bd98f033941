"""`python -m asr.worker CONFIG.json`: one ASR process. Exit 0 after SIGTERM, 78 when it cannot start so.

It pins the BLAS threads before numpy is loaded, which halves the CPU of everything after (measured).
"""

import logging
import os
import sys
from pathlib import Path

EXIT_CONFIG = 78


def main(arguments: list[str]) -> int:
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
    sys.setswitchinterval(0.0005)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m asr.worker CONFIG.json\n")
        return 2
    from asr.errors import AsrError

    try:
        _serve(Path(arguments[0]))
    except AsrError as error:
        sys.stderr.write(f"{error.code}: {error}\n")
        return EXIT_CONFIG
    return 0


def _serve(config_path: Path) -> None:
    from asr.engines import make_recognizer
    from asr.host import Host
    from asr.scheduler import DecodeQueue, DecodeThreads
    from asr.worker_config import load_config

    config = load_config(config_path)
    os.nice(config.nice)
    queue = DecodeQueue()
    recognizer = make_recognizer(
        config.engine,
        queue,
        model_dir=config.model_dir,
        final_model_dir=config.final_model_dir,
        language=config.language,
        hotwords=config.hotwords,
        vad=config.vad,
        rules=config.rules,
        threads=config.decode_threads,
    )
    threads = DecodeThreads(queue, config.decode_threads)
    try:
        Host(config, recognizer, queue).serve()
    finally:
        threads.close(timeout_s=0.5)


if __name__ == "__main__":
    code = main(sys.argv[1:])
    # native decode threads may still run: leave without tearing the interpreter down under them
    sys.stderr.flush()
    os._exit(code)
