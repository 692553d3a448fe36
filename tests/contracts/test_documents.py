"""The pages cannot rot: their Python runs, their commands exist, their links lead somewhere, their tables are true."""

from __future__ import annotations

import dataclasses
import doctest
import inspect
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from house import ROOT, Block, blocks, documents

from voltome import data, errors
from voltome.data.tables import UNIT_SUFFIXES, unit_in_name

PAGES = documents()
RUNS = ("python", "pycon", "yaml")
SHELLS = ("sh", "shell", "bash", "console")
NOT_RUN = re.compile(r"^no-run: \w+ \w+")
EXAMPLES = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def pages_that_run() -> list[Path]:
    return [page for page in PAGES if any(block.language in RUNS for block in blocks(page))]


@pytest.mark.parametrize("page", pages_that_run(), ids=name_of)
def test_the_python_of_a_page_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "__main__"}
    for block in blocks(page):
        if block.language in RUNS and not NOT_RUN.match(block.info):
            run(block, names)


def run(block: Block, names: dict[str, Any]) -> None:
    """Run a block with the names of the blocks before it, or write it to the file that its fence names."""
    if block.language == "python":
        assert not block.info, f"{block.place}: {block.info!r} is no reason ('no-run: why, in words')"
        # empty lines before it, so that a traceback has the line of the page
        exec(compile("\n" * block.line + block.text, str(block.page), "exec"), names)  # noqa: S102
    elif block.language == "pycon":
        test = doctest.DocTestParser().get_doctest(block.text, names, block.place, str(block.page), block.line)
        runner, said = doctest.DocTestRunner(optionflags=EXAMPLES, verbose=False), list[str]()
        failed = runner.run(test, out=said.append, clear_globs=False).failed
        names.update(test.globs)
        assert not failed, "".join(said)
    else:
        assert yaml.safe_load(block.text), f"{block.place} holds nothing"
        if block.info:
            Path(block.info).write_text(block.text, encoding="utf-8")


@pytest.mark.parametrize(
    ("language", "info", "text"),
    [
        ("python", "", "1 / 0"),
        ("python", "not today", "1"),
        ("pycon", "", ">>> 1 + 1\n3\n"),
        ("pycon", "", ">>> undefined\n3\n"),
        ("yaml", "", "# nothing\n"),
    ],
)
def test_a_block_that_is_wrong_fails(language: str, info: str, text: str) -> None:
    with pytest.raises((AssertionError, ZeroDivisionError)):
        run(Block(ROOT / "README.md", 1, language, info, text), {})


# ---- commands


def commands() -> Iterator[tuple[str, list[str]]]:
    """Yield place and words of every voltome command in a shell block."""
    for page in PAGES:
        for block in blocks(page):
            if block.language not in SHELLS:
                continue
            for number, line in enumerate(block.text.splitlines(), start=block.line + 1):
                words = shlex.split(line.removeprefix("$ "), comments=True)
                if words and Path(words[0]).name == "voltome":
                    yield f"{page.relative_to(ROOT)}:{number}", words[1:]


@cache
def help_of(command: str) -> str:
    """Return what ``voltome COMMAND --help`` prints."""
    asked = subprocess.run(
        [sys.executable, "-m", "voltome", command, "--help"],
        env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode == 0, f"there is no command {command!r}: {asked.stderr}"
    return asked.stdout


@pytest.mark.parametrize(
    ("place", "words"), list(commands()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_command_in_a_page_exists_with_its_options(place: str, words: list[str]) -> None:
    arguments = [word for word in words if word != "--debug"]
    told = help_of(arguments[0])
    options = [word.partition("=")[0] for word in arguments[1:] if word.startswith("--")]
    assert [option for option in options if option not in told] == [], place


def test_an_unknown_command_is_seen() -> None:
    with pytest.raises(AssertionError, match="there is no command 'measure-everything'"):
        help_of("measure-everything")


# ---- links and leftovers


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_the_links_between_pages_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = [target for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target]
    broken = []
    for target in targets:
        name, _, heading = target.partition("#")
        found = page.parent / name if name else page
        if not found.exists() or (heading and heading not in headings(found)):
            broken.append(target)
    assert broken == []


def headings(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as they are made of their words."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_page_has_a_place_left_to_fill(page: Path) -> None:
    assert re.findall(r"<<<.*>>>|TODO|FIXME|TBD", page.read_text(encoding="utf-8")) == []


def test_every_page_is_found_from_the_index() -> None:
    reached, waiting = set[Path](), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md" or not page.exists():
            continue
        reached.add(page)
        links = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
        waiting += [(page.parent / link).resolve() for link in links if "://" not in link]
    assert [name_of(page) for page in PAGES if page not in reached] == []


# ---- the page of the nouns


NOUNS = (ROOT / "docs" / "nouns.md").read_text(encoding="utf-8")
KINDS = (
    "ImageNoun",
    "Volume",
    "PhaseImage",
    "ParticleImage",
    "ResultTable",
    "Transform",
    "PixelClassifier",
    "PoreNetwork",
    "Column",
)


def rows(title: str) -> list[list[str]]:
    """Return the cells of the table below the comment ``<!-- title -->``."""
    _, found, below = NOUNS.partition(f"<!-- {title} -->\n")
    assert found, f"docs/nouns.md has no table of the {title}"
    lines = below.split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def own_fields(kind: type[Any]) -> list[dataclasses.Field[Any]]:
    """Return the fields that a class adds to those it inherits."""
    inherited = {
        field.name for base in kind.__mro__[1:] if dataclasses.is_dataclass(base) for field in dataclasses.fields(base)
    }
    return [field for field in dataclasses.fields(kind) if field.name not in inherited]


@pytest.mark.parametrize("kind", KINDS)
def test_the_table_of_fields_is_that_of_the_class(kind: str) -> None:
    expected = [
        (f"`{field.name}`", "required" if field.default is dataclasses.MISSING else f"`{field.default!r}`")
        for field in own_fields(getattr(data, kind))
    ]
    assert [(row[0], row[3]) for row in rows(f"fields of {kind}")] == expected


@pytest.mark.parametrize(
    "kind", ["ImageNoun", "PhaseImage", "ParticleImage", "ResultTable", "Transform", "PoreNetwork"]
)
def test_the_table_of_properties_is_that_of_the_class(kind: str) -> None:
    loaded = getattr(data, kind)
    fields = {field.name for field in dataclasses.fields(loaded)}
    public = {name for name in vars(loaded) if not name.startswith("_")} - fields
    properties = {name for name in public if isinstance(vars(loaded)[name], property)}
    told = [row[0].strip("`") for row in rows(f"properties of {kind}")]
    assert {name.partition("(")[0] for name in told} == public
    assert {name for name in told if "(" not in name} == properties
    for call in (name for name in told if "(" in name):
        name, _, arguments = call.rstrip(")").partition("(")
        parameters = list(inspect.signature(vars(loaded)[name]).parameters)[1:]
        assert [argument.strip(" *") for argument in arguments.split(",") if argument] == parameters


def test_a_volume_adds_no_property_that_the_page_does_not_have() -> None:
    assert {name for name in vars(data.Volume) if not name.startswith("_")} == {"quantity", "unit"}


def test_every_unit_in_the_tables_is_that_of_the_name() -> None:
    for title in re.findall(r"<!-- (.*) -->", NOUNS):
        for row in rows(title):
            if spelled := unit_in_name(row[0].strip("`")):
                assert row[2] == spelled, row[0]


def test_every_ending_that_spells_a_unit_is_on_the_page() -> None:
    listed = NOUNS.partition("| a name that ends in |")[2].split("\n\n")[0].splitlines()[2:]
    told = {}
    for line in listed:
        endings, units = (cell.split(", ") for cell in line.strip("| ").split(" | "))
        told |= {ending.strip("`"): unit for ending, unit in zip(endings, units, strict=True)}
    assert told == UNIT_SUFFIXES


def test_the_errors_on_the_page_are_what_they_are_said_to_be() -> None:
    listed = NOUNS.partition("| error | also a |")[2].split("\n\n")[0].splitlines()[2:]
    for line in listed:
        error, built_in = (cell.strip("` ") for cell in line.strip("|").split("|")[:2])
        assert [base.__name__ for base in getattr(errors, error).__bases__] == ["VoltomeError", built_in]
