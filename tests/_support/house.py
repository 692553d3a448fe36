"""What the contracts need to know of the project: its rooms, their public names, its files and documents."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "voltome"


def modules() -> list[Path]:
    """Return every module of the package."""
    return sorted(PACKAGE.rglob("*.py"))


@cache
def tree_of(path: Path) -> ast.Module:
    """Return the syntax tree of a module."""
    return ast.parse(path.read_text(encoding="utf-8"))


def rooms() -> list[str]:
    """Return the rooms that are folders."""
    return sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))


def lazy_rooms() -> list[str]:
    """Return the rooms whose public names stand in a stub."""
    return sorted(path.parent.name for path in PACKAGE.glob("*/__init__.pyi"))


@dataclass(frozen=True)
class PublicName:
    """A name that a room offers, and the module of the room that it comes from."""

    room: str
    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.room}.{self.name}"

    @property
    def is_built(self) -> bool:
        """Whether the module that holds the name is there."""
        return (PACKAGE / self.room / f"{self.module}.py").exists()


@cache
def stub(room: str) -> tuple[tuple[PublicName, ...], tuple[str, ...]]:
    """Return the names that a room's stub imports, and its `__all__`."""
    tree = ast.parse((PACKAGE / room / "__init__.pyi").read_text(encoding="utf-8"))
    imported = tuple(
        PublicName(room, str(statement.module), alias.asname or alias.name)
        for statement in tree.body
        if isinstance(statement, ast.ImportFrom) and statement.level == 1 and statement.module
        for alias in statement.names
    )
    offered = next(
        ast.literal_eval(statement.value)
        for statement in tree.body
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "__all__"
    )
    return imported, tuple(offered)


def in_order(names: Iterable[str]) -> list[str]:
    """Return names in the order of an `__all__`: CONSTANTS, Classes, functions."""
    return sorted(names, key=lambda name: (not name.isupper(), not name[0].isupper(), name))


def public_names() -> list[PublicName]:
    """Return the public names of all rooms, as far as their modules are there."""
    return [name for room in lazy_rooms() for name in stub(room)[0] if name.is_built]


def tracked_files() -> list[Path]:
    """Return the files of the project that git tracks, or would, and that are text."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    files = (ROOT / name for name in listed.split("\0") if name)
    return [path for path in files if path.is_file() and b"\0" not in path.read_bytes()[:8192]]


def documents() -> list[Path]:
    """Return the pages that people read."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


@dataclass(frozen=True)
class Block:
    """A fenced block of a page: its language, what else its fence says, its text, and where it stands."""

    page: Path
    line: int
    language: str
    info: str
    text: str

    @property
    def place(self) -> str:
        """Page and line, for messages."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(page: Path) -> Iterator[Block]:
    """Yield the fenced blocks of a page in their order; a fence is three backticks at the start of a line."""
    start, fence, body = 0, "", list[str]()
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.startswith("```"):
            body.append(line)
        elif start:
            language, _, info = fence.partition(" ")
            yield Block(page, start, language, info.strip(), "\n".join(body) + "\n")
            start = 0
        else:
            start, fence, body = number, line[3:].strip(), []
    if start:
        raise AssertionError(f"{page}:{start}: the fence is never closed")
