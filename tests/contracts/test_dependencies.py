"""What voltome imports is what it declares, no more and no less."""

import ast
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

NAME_ON_THE_INDEX = {
    "cc3d": "connected-components-3d",
    "annotated_types": "annotated-types",
    "PIL": "pillow",
    "lazy_loader": "lazy-loader",
    "pywt": "pywavelets",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}
"""Where the name to import is not the name to install."""

USED_WITHOUT_AN_IMPORT = {"imagecodecs"}
"""tifffile finds it by itself, and needs it for compressed files."""


EXTRAS = ("learn", "report3d")
"""Extras whose packages voltome imports where they are asked for, and says how to get where they are absent."""


def imported() -> set[str]:
    """Return the third-party packages that any module of voltome imports."""
    found: set[str] = set()
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
    return {name for name in found if name not in sys.stdlib_module_names and name != "voltome"}


def test_imports_and_declared_dependencies_are_the_same():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {re.split(r"[<>=!~; \[]", entry)[0].lower() for entry in project["dependencies"]}
    used = {NAME_ON_THE_INDEX.get(name, name).lower() for name in imported()}
    extras = {
        re.split(r"[<>=!~; \[]", entry)[0].lower()
        for extra in EXTRAS
        for entry in project["optional-dependencies"][extra]
    }
    assert used - declared == extras, "imported but not declared"
    assert declared - used == USED_WITHOUT_AN_IMPORT, "declared but not imported"
