"""Progress of long work for people: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as RichProgress

from voltome.runtime import Progress, ProgressEvent

__all__ = ["shown_progress"]


@contextmanager
def shown_progress(console: Console) -> Iterator[Progress]:
    """Give a callback that shows progress on `console` as long as the block lasts."""
    if not console.is_terminal:
        yield _Lines(console)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with RichProgress(*columns, console=console, transient=True) as bars:
        yield _Bar(bars)


class _Lines:
    """One line for each report."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def __call__(self, event: ProgressEvent) -> None:
        note = f" ({event.note})" if event.note else ""
        self._console.print(f"[{event.done}/{event.total}] {event.task}{note}", markup=False, highlight=False)


class _Bar:
    """One bar, that says what is being done."""

    def __init__(self, bars: RichProgress) -> None:
        self._bars = bars
        self._task = bars.add_task("", total=None)

    def __call__(self, event: ProgressEvent) -> None:
        note = f" ({event.note})" if event.note else ""
        self._bars.update(
            self._task, description=f"{event.task}{note}", completed=event.done, total=max(1, event.total)
        )
