"""YAML with the line of every entry, and without its traps: keys given twice, keys that are not text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from voltome.errors import MissingFileError, StudyFileError
from voltome.study.problems import Place, Problems

__all__ = ["read_yaml"]


def read_yaml(path: Path) -> tuple[str, Any, Problems]:
    """Return the text of a YAML file, what it holds, and a list for problems that knows its lines."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise MissingFileError(f"there is no study file {str(path)!r}; give the path of a YAML file.") from error
    except IsADirectoryError as error:
        raise StudyFileError(f"{str(path)!r} is a folder; expected a YAML file.") from error
    except UnicodeDecodeError as error:
        raise StudyFileError(f"{path} is not a text file in UTF-8 ({error.reason} at byte {error.start}).") from error
    except OSError as error:
        raise StudyFileError(
            f"{str(path)!r} cannot be read ({error.strerror or error}); expected a YAML file."
        ) from error
    problems = Problems(path.name)
    root = _parsed(text, path.name, yaml.compose)
    if root is None:
        raise StudyFileError(f"{path.name} is empty; expected at least 'study', 'scans' and 'pipeline'.")
    _count_entries(root, (), path.name, {})
    content = _parsed(text, path.name, yaml.load)
    lines: dict[Place, int] = {}
    _walk(root, (), lines, problems)
    problems.lines = lines
    return text, content, problems


def _parsed(text: str, file: str, parse: Callable[..., Any]) -> Any:
    """Return what PyYAML makes of a text, or say what is wrong with it."""
    try:
        return parse(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise StudyFileError(f"{file} is not valid YAML: {_in_words(error)}") from error
    except RecursionError as error:
        raise StudyFileError(f"{file} is nested too deeply to be a study file.") from error
    except (ValueError, AttributeError) as error:  # PyYAML lets these through from !!int abc, 2020-13-45
        raise StudyFileError(
            f"{file} has an entry that is no such number or date ({error}); put quotes around a text that looks like "
            f"one."
        ) from error


_MERGE = "tag:yaml.org,2002:merge"


_MOST_ENTRIES = 100_000
"""Of a study file, with its aliases written out: a few lines of aliases of aliases can stand for billions."""


def _count_entries(node: yaml.Node, around: tuple[yaml.Node, ...], file: str, known: dict[int, int]) -> int:
    """Return how many entries a node stands for; refuse too many, and an alias that stands inside its own anchor."""
    if any(node is other for other in around):
        raise StudyFileError(
            f"{file}:{node.start_mark.line + 1}: an entry contains itself (an alias '*name' inside its anchor "
            f"'&name'); write the entry out."
        )
    if id(node) in known:
        return known[id(node)]
    parts: list[yaml.Node] = []
    if isinstance(node, yaml.CollectionNode):
        parts = node.value if isinstance(node, yaml.SequenceNode) else [part for pair in node.value for part in pair]
    total = 1 + sum(_count_entries(part, (*around, node), file, known) for part in parts)
    if total > _MOST_ENTRIES:
        raise StudyFileError(
            f"{file}:{node.start_mark.line + 1}: stands for more than {_MOST_ENTRIES:,} entries with its aliases "
            f"'*name' written out; expected fewer. Split the study, or write the entries out."
        )
    known[id(node)] = total
    return total


def _walk(node: yaml.Node, place: Place, lines: dict[Place, int], problems: Problems) -> None:
    """Note the line of `node` and of everything in it, and keys that are given twice."""
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.tag == _MERGE:
                continue  # its entries stand where they were written first
            name = _key(key)
            lines.setdefault((*place, name), key.start_mark.line + 1)
            if name in seen:
                problems.add(
                    (*place, name), f"the key {name!r} is given twice (again in line {key.start_mark.line + 1})."
                )
            seen.add(name)
            _walk(value, (*place, name), lines, problems)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _walk(value, (*place, index), lines, problems)


def _key(node: yaml.Node) -> Any:
    """Return a key as it will stand in the content."""
    return yaml.SafeLoader("").construct_object(node, deep=True) if isinstance(node, yaml.ScalarNode) else str(node)


def _in_words(error: yaml.YAMLError) -> str:
    """Return where and why the YAML does not parse."""
    mark = getattr(error, "problem_mark", None)
    why = getattr(error, "problem", None) or str(error)
    return f"line {mark.line + 1}, column {mark.column + 1}: {why}." if mark else f"{why}."
