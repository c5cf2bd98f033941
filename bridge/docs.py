"""`python -m bridge.docs`: writes what is generated from code into README, docs/ and configs/schemas/.

With `--check` it writes nothing and exits 1 where a file is not what it would be.
"""

import json
import re
import sys
from pathlib import Path

from bridge.core.handoff_table import TABLE, diagram
from bridge.schemas import TYPES, schema_of

ROOT = Path(__file__).parents[1]


def generated() -> dict[Path, str]:
    """Every generated file with the text it should have."""
    files = {
        ROOT / "configs" / "schemas" / f"{name}.json": json.dumps(schema_of(name), indent=1, sort_keys=True)
        + "\n"
        for name in (*TYPES, "openapi")
    }
    readme = ROOT / "README.md"
    files[readme] = _between(readme.read_text(), "diagram", f"```mermaid\n{diagram()}\n```")
    files[ROOT / "docs" / "reference" / "handoff-table.md"] = _table()
    return files


def _between(text: str, name: str, body: str) -> str:
    """Replace what stands between the markers of `name`."""
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(\n<!-- /{name} -->)", re.S)
    return pattern.sub(lambda found: found[1] + body + found[2], text)


def _table() -> str:
    lines = [
        "# The handoff table",
        "",
        "Generated from `bridge/core/handoff_table.py` by `python -m bridge.docs`.",
        "",
        "| state | event -> next | on entry | hears |",
        "|---|---|---|---|",
    ]
    for state, row in TABLE.items():
        events = "<br>".join(f"{event} -> {following}" for event, following in row.on.items())
        hears = ", ".join(f"{speaker}>{listener}" for speaker, listener in row.hears)
        lines.append(f"| {state} | {events} | {', '.join(row.entry)} | {hears} |")
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    stale = []
    for path, text in generated().items():
        if not path.exists() or path.read_text() != text:
            stale.append(str(path.relative_to(ROOT)))
            if "--check" not in arguments:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
    sys.stdout.write("".join(f"{name}\n" for name in stale))
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
