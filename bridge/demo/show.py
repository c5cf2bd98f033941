"""The demo as it is shown on a terminal: progress while it runs, then what was found."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.tree import Tree

from bridge.demo.run import Tell

LANES = {"a": "first line", "b": "second line", "report": "report"}


@contextmanager
def progress(console: Console) -> Iterator[Tell]:
    """A line for each lane that always says what happens now; plain lines where nobody watches."""
    if not console.is_terminal:
        yield lambda lane, text: console.print(f"[{LANES[lane]}] {text}", markup=False, highlight=False)
        return
    columns = (SpinnerColumn(), TextColumn("[bold]{task.fields[lane]:<11}"), TimeElapsedColumn(),
               TextColumn("{task.description}", markup=False))  # fmt: skip
    with Progress(*columns, console=console) as bars:
        tasks: dict[str, TaskID] = {}

        def tell(lane: str, text: str) -> None:
            if lane not in tasks:
                tasks[lane] = bars.add_task("", total=None, lane=LANES[lane])
            bars.update(tasks[lane], description=text)
            if text == "done":
                bars.update(tasks[lane], total=1, completed=1)

        yield tell


def summary(console: Console, report: dict[str, Any], out: Path) -> None:
    """Checks, times, files, and what to do next."""
    console.print(f"\nengine {report['engine']}, model {report['model_sha256'][:16]}; "
                  f"peer {report['peer']}; {report['seconds']:.0f} s", highlight=False)  # fmt: skip
    calls = {**report["modes"], **report["scenarios"]}
    table = Table("call", "check", "measured", "wanted", box=None, header_style="bold", pad_edge=False)
    for name, call in calls.items():
        for number, check in enumerate(call["checks"]):
            mark = "[green]ok[/]  " if check["ok"] else "[bold red]FAIL[/]"
            table.add_row(name if number == 0 else "", f"{mark} {escape(check['name'])}",
                          escape(check["measured"]), escape(check["demand"]))  # fmt: skip
    console.print(table)
    for name, call in calls.items():
        if call["intervals_ms"]:
            times = ", ".join(
                f"{key.replace('_', ' ')} {value:.0f} ms" for key, value in call["intervals_ms"].items()
            )
            console.print(f"{name}: {times}", highlight=False)
    tree = Tree(f"{out}/")
    for name, call in calls.items():
        branch = tree.add(f"{name}/")
        branch.add(", ".join(call["files"]), highlight=False)
    tree.add("report.json")
    tree.add("report.html  [dim]all of it, with players[/]")
    console.print(tree)
    verdict = "[bold green]All checks passed.[/]" if report["ok"] else "[bold red]Checks failed.[/]"
    console.print(f"{verdict} Open {out / 'report.html'}; next: [bold]make console[/]", highlight=False)
