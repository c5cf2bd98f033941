"""`python -m bridge.docs`: writes what is generated from code into README, docs/ and configs/schemas/.

With `--check` it writes nothing and exits 1 where a file is not what it would be.
"""

import json
import re
import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from bridge.config import Settings
from bridge.core.handoff_table import TABLE, diagram
from bridge.schemas import GENERATED, TYPES, schema_of

ROOT = Path(__file__).parents[1]


def generated() -> dict[Path, str]:
    """Every generated file with the text it should have."""
    files = {
        ROOT / "configs" / "schemas" / f"{name}.json": json.dumps(schema_of(name), indent=1, sort_keys=True)
        + "\n"
        for name in (*TYPES, *GENERATED)
    }
    readme = ROOT / "README.md"
    files[readme] = _between(readme.read_text(), "diagram", f"```mermaid\n{diagram()}\n```")
    files[ROOT / "docs" / "reference" / "handoff-table.md"] = _table()
    files[ROOT / "docs" / "reference" / "configuration.md"] = _configuration()
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


def _configuration() -> str:
    lines = [
        "# Configuration",
        "",
        "Generated from `bridge/config/sections.py` by `python -m bridge.docs`. `--set a.b=c` wins over the",
        "environment (`HANDOFF_A__B=c`), the environment over the file, the file over these defaults.",
        "",
        "| key | default | meaning |",
        "|---|---|---|",
    ]
    lines += list(_keys(Settings, ""))
    return "\n".join(lines) + "\n"


def _keys(model: type[BaseModel], prefix: str) -> Iterator[str]:
    """A row a key; sections and lists of sections are opened."""
    for name, field in model.model_fields.items():
        key = f"{prefix}{name}"
        section = _section(field.annotation)
        if section is None:
            meaning = " ".join((field.description or "").split())
            yield f"| `{key}` | {_default(field)} | {meaning} |"
        else:
            listed = "[]" if get_origin(field.annotation) is list else ""
            yield from _keys(section, f"{key}{listed}.")


def _section(annotation: Any) -> type[BaseModel] | None:
    candidates = [annotation, *get_args(annotation)]
    return next((c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel)), None)


def _default(field: FieldInfo) -> str:
    value = field.default
    if value is PydanticUndefined:
        return "required"
    if isinstance(value, SecretStr) or value in (None, "", []):
        return ""
    return f"`{value.value if isinstance(value, Enum) else value}`"


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
