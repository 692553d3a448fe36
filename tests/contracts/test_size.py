"""Size is a smell: a long module or function is discussed before it is merged. Kernels are spared."""

from __future__ import annotations

import ast

from house import ROOT, modules, tree_of

LONGEST_MODULE = 400
LONGEST_FUNCTION = 60
SPARED: dict[str, str] = {}
"""``path`` or ``path:function`` -> why it may be longer."""


def lines_of_code(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines of a function without its docstring and decorators."""
    documented = ast.get_docstring(function) is not None
    first = function.body[0]
    docstring = int(first.end_lineno or 0) - first.lineno + 1 if documented else 0
    return int(function.end_lineno or 0) - function.lineno + 1 - docstring


def smells() -> dict[str, str]:
    """Return every module and function that is too long, with its length."""
    found = {}
    for path in modules():
        if path.name.startswith("_kernels"):
            continue
        name, text = path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
        if len(text.splitlines()) > LONGEST_MODULE:
            found[name] = f"{len(text.splitlines())} lines; {LONGEST_MODULE} are plenty"
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and lines_of_code(node) > LONGEST_FUNCTION:
                found[f"{name}:{node.name}"] = f"{lines_of_code(node)} lines; {LONGEST_FUNCTION} are plenty"
    return found


def test_no_module_and_no_function_is_too_long() -> None:
    found = smells()
    assert {place: said for place, said in found.items() if place not in SPARED} == {}


def test_every_exception_is_still_needed() -> None:
    assert [place for place in SPARED if place not in smells()] == []


def test_a_docstring_is_not_counted() -> None:
    source = 'def f():\n    """One.\n\n    Two.\n    """\n    return 1\n'
    function = ast.parse(source).body[0]
    assert isinstance(function, ast.FunctionDef)
    assert lines_of_code(function) == 2
