"""Steps as a ladder: in a terminal, or as a Mermaid sequence diagram."""

from collections.abc import Iterator, Sequence
from typing import Final

from bridge.trace.steps import BRIDGE, Step, parties

TIME: Final = 10
COLUMN: Final = 26


def text_ladder(made: Sequence[Step]) -> Iterator[str]:
    """Lines of text: time, then one column a party."""
    names = parties(made)
    middle = {name: TIME + COLUMN * number + COLUMN // 2 for number, name in enumerate(names)}
    yield _put(" " * TIME, [(middle[name] - len(name) // 2, name) for name in names])
    for step in made:
        line = f"{step.at_s:>{TIME - 2}.3f}"
        posts = [(at, "│") for at in middle.values()]
        if step.target is None or step.target not in middle:
            yield _put(line, [*posts, (middle[step.source] + 2, step.text)])
            continue
        left, right = sorted((middle[step.source], middle[step.target]))
        forward = middle[step.source] < middle[step.target]
        room = right - left - 1
        shaft = f" {step.text} ".center(room, "─") if len(step.text) + 2 <= room else step.text[:room]
        shaft = f"{shaft[:-1]}▶" if forward else f"◀{shaft[1:]}"
        yield _put(line, [*posts, (left + 1, shaft)])


def _put(line: str, parts: Sequence[tuple[int, str]]) -> str:
    """Each text at its place, later ones over earlier ones."""
    room = max([len(line), *(at + len(text) for at, text in parts)])
    cells = list(line.ljust(room))
    for at, text in parts:
        cells[at : at + len(text)] = text
    return "".join(cells).rstrip()


def mermaid_ladder(made: Sequence[Step]) -> Iterator[str]:
    """A `sequenceDiagram`, such as GitHub and GitLab draw."""
    names = parties(made)
    alias = {name: f"p{number}" for number, name in enumerate(names)}
    yield "sequenceDiagram"
    yield from (f"    participant {alias[name]} as {name}" for name in names)
    for step in made:
        text = f"{step.at_s:.3f} {step.text}".replace(";", ",").replace("#", " ")
        if step.target is None:
            yield f"    Note over {alias.get(step.source, alias[BRIDGE])}: {text}"
        else:
            yield f"    {alias[step.source]}->>{alias[step.target]}: {text}"
