"""The files around the package: they agree with each other, and hold nothing of a machine."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from house import ROOT, Block, blocks, tracked_files

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


# ---- versions and licence


def test_the_citation_can_be_read_and_agrees_with_the_package() -> None:
    citation = yaml.safe_load(text_of("CITATION.cff"))
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    assert citation["version"] == PROJECT["version"]
    assert citation["license"] == PROJECT["license"]
    assert [author["name"] for author in citation["authors"]] == [author["name"] for author in PROJECT["authors"]]


def test_the_changelog_has_the_version_first() -> None:
    headings = re.findall(r"^## (\S+) - (\S+)", text_of("CHANGELOG.md"), re.MULTILINE)
    assert headings[0][0] == PROJECT["version"]
    assert all(date == "unreleased" or re.fullmatch(r"\d{4}-\d\d-\d\d", date) for _, date in headings)


def test_the_licence_is_the_one_that_is_named() -> None:
    assert text_of("LICENSE").startswith("BSD 3-Clause License\n\nCopyright (c) 2026, voltome developers\n")
    assert PROJECT["license-files"] == ["LICENSE"]


def test_python_has_a_lowest_version_and_no_highest() -> None:
    assert PROJECT["requires-python"] == ">=3.11"
    assert "Python 3.11 or newer" in text_of("README.md")
    assert "3, 11" in text_of("Makefile")
    assert "3, 11" in text_of(".ci/run")


def test_every_dependency_has_a_lowest_version_and_no_highest() -> None:
    listed = [
        *PROJECT["dependencies"],
        *(name for extra in PROJECT["optional-dependencies"].values() for name in extra),
    ]
    assert [name for name in listed if not re.fullmatch(r"[\w.-]+(\[\w+\])?>=[\d.]+", name)] == []


# ---- the two commands


def without_make() -> list[str]:
    """Return the commands that the README gives for a machine without make."""
    block: Block = next(block for block in blocks(ROOT / "README.md") if "-m venv" in block.text)
    return [line.partition("#")[0].strip() for line in block.text.splitlines()]


def commands_in(name: str) -> str:
    """Return a script with its names of the environment and of Python replaced by those of the README."""
    script = text_of(name)
    for written, meant in (('"$venv"', ".venv"), ("$venv", ".venv"), ("$(VENV)", ".venv"), ('"$(PYTHON)"', "python3")):
        script = script.replace(written, meant)
    return script


def test_the_readme_names_the_commands_in_their_order() -> None:
    made, installed, shown, tested = without_make()
    assert made == "python3 -m venv .venv"
    assert installed == '.venv/bin/pip install -e ".[dev]"'
    assert shown == ".venv/bin/voltome demo"
    assert tested.startswith(".venv/bin/pytest")
    assert "make demo" in text_of("README.md")
    assert "make test" in text_of("README.md")


def test_make_does_what_the_readme_says() -> None:
    script = commands_in("Makefile")
    assert [command for command in without_make() if f"\t{command}\n" not in script] == []


def test_the_check_before_a_merge_does_what_the_readme_says() -> None:
    script = commands_in(".ci/run")
    made, installed, _, tested = without_make()
    for command in (f"stage environment {made}", f"stage install {installed}", f"exec {tested}"):
        assert f"{command}\n" in script, command
    assert script.rstrip().splitlines()[-1] == f"exec {tested}", "the summary of the tests stays last"
    for check in ("ruff check", "ruff format --check", "mypy", "lint-imports"):
        assert f".venv/bin/{check}\n" in script, check


def test_the_scripts_are_sound() -> None:
    assert "set -euo pipefail" in text_of(".ci/run")
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111, ".ci/run must be executable"
    subprocess.run(["bash", "-n", str(ROOT / ".ci" / "run")], check=True)  # noqa: S607


def test_the_hooks_are_those_of_the_check() -> None:
    hooks = yaml.safe_load(text_of(".pre-commit-config.yaml"))["repos"]
    entries = {hook["entry"].split()[0] for repository in hooks for hook in repository["hooks"] if "entry" in hook}
    assert entries == {".venv/bin/ruff", ".venv/bin/mypy", ".venv/bin/lint-imports"}


# ---- nothing of a machine

# written in pieces, so that this file does not find itself
REGISTRIES = ["py" + "pi.org", "python" + "hosted.org", "ana" + "conda.org", "npm" + "js.org", "index" + "-url"]
HOSTS = re.compile("|".join(map(re.escape, REGISTRIES)))
FOLDERS = re.compile(r"(?<![\w.~$}-])/(?:home|Users|root|work|opt|mnt|scratch)/[\w.-]+|\b[A-Z]:\\\\?Users")


@pytest.mark.parametrize(
    ("pattern", "meaning"),
    [(HOSTS, "a package registry"), (FOLDERS, "a folder of one machine")],
    ids=["registries", "folders"],
)
def test_no_file_names(pattern: re.Pattern[str], meaning: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number} names {meaning}: {line.strip()[:100]}"
        for path in tracked_files()
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1)
        if pattern.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("line", ["/wo" + "rk/main/a", "open('/ho" + "me/me/scan.tif')", "C:\\Us" + "ers\\me"])
def test_a_folder_of_one_machine_is_seen(line: str) -> None:
    assert FOLDERS.search(line)


def test_no_lock_file_and_no_large_file_is_tracked() -> None:
    assert [path.name for path in tracked_files() if path.suffix == ".lock" or path.name.startswith("pylock")] == []
    assert [path.name for path in tracked_files() if path.stat().st_size > 500_000] == []


def test_every_text_ends_in_one_line_end_and_has_no_trailing_blanks() -> None:
    faulty = []
    for path in tracked_files():
        text = path.read_bytes()
        if text and (
            not text.endswith(b"\n") or text.endswith(b"\n\n") or b"\r" in text or re.search(rb"[ \t]+\n", text)
        ):
            faulty.append(path.relative_to(ROOT).as_posix())
    assert faulty == []


# ---- what is built


@pytest.mark.long
def test_the_wheel_has_everything_that_the_package_needs(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    packed = set(zipfile.ZipFile(wheel).namelist())
    needed = {
        path.relative_to(ROOT / "src").as_posix() for path in tracked_files() if path.is_relative_to(ROOT / "src")
    }
    assert needed <= packed
    assert "voltome/py.typed" in needed
    assert any(name.endswith("licenses/LICENSE") for name in packed)
