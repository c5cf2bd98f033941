"""`python -m sip.party SCRIPT.json` (or `-` for a script on standard input)."""

import asyncio
import json
import sys
from pathlib import Path

from sip.party.script import run_script


def main() -> int:
    if len(sys.argv) != 2:
        sys.stderr.write("usage: python -m sip.party SCRIPT.json\n")
        return 2
    sys.setswitchinterval(0.0005)  # the media thread may not wait 5 ms for the interpreter
    path = Path(sys.argv[1])
    text = sys.stdin.readline() if sys.argv[1] == "-" else path.read_text()
    try:
        script = json.loads(text)
    except json.JSONDecodeError as error:
        sys.stderr.write(f"{path}: {error}\n")
        return 2
    return asyncio.run(run_script(script, Path.cwd() if sys.argv[1] == "-" else path.parent))


if __name__ == "__main__":
    sys.exit(main())
