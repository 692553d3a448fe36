"""YAML with the line of every entry, and without its traps: keys given twice, keys that are not text."""

from __future__ import annotations

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
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise StudyFileError(f"{path.name} is not valid YAML: {_in_words(error)}") from error
    except RecursionError as error:
        raise StudyFileError(f"{path.name} is nested too deeply to be a study file.") from error
    except (ValueError, AttributeError) as error:  # PyYAML lets these through from !!int abc, 2020-13-45
        raise StudyFileError(
            f"{path.name} has an entry that is no such number or date ({error}); put quotes around a text that looks "
            f"like one."
        ) from error
    if root is None:
        raise StudyFileError(f"{path.name} is empty; expected at least 'study', 'scans' and 'pipeline'.")
    lines: dict[Place, int] = {}
    _refuse_circles(root, (), path.name)
    _walk(root, (), lines, problems)
    problems.lines = lines
    return text, content, problems


_MERGE = "tag:yaml.org,2002:merge"


def _refuse_circles(node: yaml.Node, around: tuple[yaml.Node, ...], file: str) -> None:
    """Raise `StudyFileError` where an alias stands inside its own anchor."""
    if any(node is other for other in around):
        raise StudyFileError(
            f"{file}:{node.start_mark.line + 1}: an entry contains itself (an alias '*name' inside its anchor "
            f"'&name'); write the entry out."
        )
    if isinstance(node, yaml.CollectionNode):
        parts = node.value if isinstance(node, yaml.SequenceNode) else [part for pair in node.value for part in pair]
        for part in parts:
            _refuse_circles(part, (*around, node), file)


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
