"""The walls of the house: floors, lanes, and what only some modules may do."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from house import PACKAGE, ROOT, modules, tree_of

CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]

BEAM = {"projections", "reconstruction", "diffraction", "compton", "planning"}
IMAGE = {"segmentation", "morphology", "transport", "quality"}
NO_LANE = {"electrochemistry", "spectroscopy"}


def layers(contract: dict[str, list[str]]) -> list[set[str]]:
    """Return the rooms of each layer of a contract."""
    return [
        set(layer.replace("(", "").replace(")", "").replace(":", "|").replace("|", " ").split())
        for layer in contract["layers"]
    ]


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter with the project's contracts on the package in `folder`."""
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
            "--no-cache",
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder / "src"), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy_of_the_house(tmp_path: Path) -> Path:
    shutil.copytree(PACKAGE, tmp_path / "src" / "voltome", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_contracts_are_kept(copy_of_the_house: Path) -> None:
    checked = lint_imports(copy_of_the_house)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize(
    ("importer", "imported", "broken"),
    [
        ("filters", "segmentation", "floors"),  # upwards
        ("morphology", "study", "floors"),
        ("io", "twins", "floors"),  # sideways
        ("transport", "diffraction", "floors"),
        ("errors", "runtime", "floors"),
        ("compton", "segmentation", "the beam lane never imports the image lane"),  # down, but into the other lane
        ("reconstruction", "segmentation", "the beam lane never imports the image lane"),
        ("transport", "reconstruction", "the image lane never imports the beam lane"),
        ("morphology", "projections", "the image lane never imports the beam lane"),
    ],
)
def test_a_forbidden_import_is_found(copy_of_the_house: Path, importer: str, imported: str, broken: str) -> None:
    house = copy_of_the_house / "src" / "voltome"
    for room in (importer, imported):
        if not (house / f"{room}.py").exists():
            (house / room).mkdir(exist_ok=True)
            (house / room / "__init__.py").touch()
    culprit = house / f"{importer}.py" if (house / f"{importer}.py").exists() else house / importer / "culprit.py"
    culprit.write_text(f"import voltome.{imported}\n", encoding="utf-8")
    checked = lint_imports(copy_of_the_house)
    assert checked.returncode == 1, checked.stdout + checked.stderr
    assert any(broken in line and "BROKEN" in line for line in checked.stdout.splitlines()), checked.stdout


def test_a_room_without_a_floor_is_found(copy_of_the_house: Path) -> None:
    (copy_of_the_house / "src" / "voltome" / "attic").mkdir()
    (copy_of_the_house / "src" / "voltome" / "attic" / "__init__.py").touch()
    checked = lint_imports(copy_of_the_house)
    assert checked.returncode == 1
    assert "attic" in checked.stdout + checked.stderr


def test_every_room_between_the_files_and_the_study_has_a_lane() -> None:
    floors = layers(CONTRACTS[0])
    study, files = (next(i for i, floor in enumerate(floors) if room in floor) for room in ("study", "io"))
    between = set().union(*floors[study + 1 : files])
    assert between == BEAM | IMAGE | NO_LANE
    assert layers(CONTRACTS[1]) == [IMAGE, BEAM]
    assert layers(CONTRACTS[2]) == [BEAM, IMAGE]


# ---- what only some modules may do: read from the source, so that imports inside functions count too


def imported_by(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and name of every module that is imported anywhere in a module, by its full name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def faults(forbidden: set[str], *, spared: str) -> list[str]:
    """Return where a module outside `spared` (a glob of the package) imports one of the `forbidden` packages."""
    return [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in modules()
        if not path.relative_to(PACKAGE).match(spared)
        for line, name in imported_by(tree_of(path))
        if name.split(".")[0] in forbidden
    ]


def test_only_kernels_import_numba() -> None:
    assert faults({"numba"}, spared="_kernels*.py") == []


def test_only_the_command_line_imports_rich_and_typer() -> None:
    assert faults({"rich", "typer", "click"}, spared="app/*") == []


def test_the_package_does_not_import_what_only_the_tests_need() -> None:
    assert faults({"pytest", "hypothesis", "ome_zarr_models", "psutil", "dask"}, spared="nothing") == []


GLOBAL_SETTINGS = {
    "print",
    "breakpoint",
    "sys.stdout.write",
    "sys.stderr.write",
    "logging.basicConfig",
    "logging.disable",
    "logging.captureWarnings",
    "logging.config.dictConfig",
    "warnings.simplefilter",
    "warnings.filterwarnings",
    "numpy.seterr",
    "np.seterr",
    "np.random.seed",
    "os.environ.setdefault",
    "os.environ.update",
    "os.putenv",
    "os.chdir",
    "plt.style.use",
}
LOGGING_METHODS = {"addHandler", "setLevel", "removeHandler"}


def global_changes(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and words of every call or assignment that prints or changes a setting of the whole process."""
    local = {id(call) for call in ast.walk(tree) if isinstance(call, ast.With) for call in ast.walk(call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            words = ast.unparse(node.func)
            inside_with = id(node) in local and words.startswith("warnings.")  # warnings.catch_warnings() puts it back
            if not inside_with and (words in GLOBAL_SETTINGS or words.rpartition(".")[2] in LOGGING_METHODS):
                yield node.lineno, words
        elif isinstance(node, ast.Assign | ast.AugAssign):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if ast.unparse(target).startswith(("os.environ[", "plt.rcParams[", "matplotlib.rcParams[")):
                    yield node.lineno, ast.unparse(target)


def test_no_room_but_the_command_line_prints_or_changes_a_global_setting() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line} {words}"
        for path in modules()
        if path.relative_to(PACKAGE).parts[0] != "app"
        for line, words in global_changes(tree_of(path))
    ]
    assert found == []


@pytest.mark.parametrize(
    "source",
    ["print(1)", "logging.basicConfig()", "logger.addHandler(h)", "os.environ['A'] = '1'", "np.seterr(all='ignore')"],
)
def test_a_global_change_is_seen(source: str) -> None:
    assert list(global_changes(ast.parse(source)))
