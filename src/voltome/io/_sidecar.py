"""The YAML file beside a RAW file, which says what its bytes are: every mistake in it at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from annotated_types import Ge, Gt
from pydantic import BaseModel, ConfigDict, StrictInt, StrictStr, ValidationError, field_validator, model_validator

from voltome.data import _checks
from voltome.errors import FileFormatError, VoltomeError, did_you_mean

DEEPEST = 20
"""Levels of lists in lists."""

LARGEST_BYTES = 2**22
"""Of a side-car: 255 phases and a long history fit."""

Extent = Annotated[StrictInt, Ge(1)]

Size = Annotated[float, Gt(0)]

DTYPES = Literal["uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float32", "float64"]


AnyModel = TypeVar("AnyModel", bound=BaseModel)


class SideCar(BaseModel):
    """What a side-car says."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    shape: tuple[Extent, Extent, Extent]
    dtype: DTYPES
    byte_order: Literal["little", "big"] | None = None
    header_bytes: Annotated[StrictInt, Ge(0)] = 0
    order: Literal["C", "F", "zyx", "xyz"] = "C"
    voxel_size_um: Size | tuple[Size, Size, Size]
    origin_um: tuple[float, float, float] = (0.0, 0.0, 0.0)
    quantity: StrictStr = "grey value"
    unit: StrictStr = ""
    phases: dict[StrictInt, StrictStr] | None = None
    grey_intervals: dict[StrictStr, tuple[int | float | None, int | float | None]] | None = None
    phase: StrictStr | None = None
    history: tuple[StrictStr, ...] = ()

    @field_validator("phases")
    @classmethod
    def _named_phases(cls, phases: dict[int, str] | None) -> dict[int, str] | None:
        try:
            return None if phases is None else _checks.phase_names(phases)
        except VoltomeError as error:  # a KeyError, which pydantic lets through
            raise ValueError(str(error)) from error

    @model_validator(mode="after")
    def _goes_together(self) -> SideCar:
        told = self.model_fields_set
        if self.byte_order is None and self.dtype not in ("uint8", "int8"):
            raise ValueError(f"byte_order is missing: {self.dtype} has several bytes. Say 'little' (usual) or 'big'.")
        if self.phases is not None and self.phase is not None:
            raise ValueError("it says 'phases' and 'phase'; expected 'phases' for phases, or 'phase' for particles.")
        if (self.phases or self.phase) and told & {"quantity", "unit"}:
            raise ValueError("it says a quantity or a unit of labels; expected them for grey values only.")
        if self.grey_intervals is not None and self.phases is None:
            raise ValueError("it says 'grey_intervals' without 'phases'.")
        return self

    @property
    def size_um(self) -> tuple[float, float, float]:
        """Edge lengths of a voxel along (z, y, x)."""
        return _checks.voxel_size(self.voxel_size_um)

    @property
    def noun(self) -> str:
        """Class name of the noun."""
        return "PhaseImage" if self.phases is not None else "ParticleImage" if self.phase is not None else "Volume"


def load(path: Path) -> SideCar:
    """Read the side-car of a RAW file, or say everything that is wrong with it."""
    return load_as(SideCar, path, EXPECTED, "shape: ...")


def load_as(model: type[AnyModel], path: Path, expected: Mapping[str, str], example: str) -> AnyModel:
    """Read a side-car that a model describes, or say everything that is wrong with it.

    `expected` has, for its fields, what they should be, in words; `example` is how such a file may begin.
    """
    lines, content = _content_of(path, example)
    try:
        return model.model_validate(content)
    except ValidationError as error:
        faults = dict.fromkeys(_in_words(fault, content, lines, model, expected) for fault in error.errors())
        head = "1 mistake" if len(faults) == 1 else f"{len(faults)} mistakes"
        raise FileFormatError("\n  ".join([f"{head} in the side-car {path.name}:", *faults])) from error


def _content_of(path: Path, example: str) -> tuple[dict[str, int], Mapping[str, Any]]:
    """Return the line of every key, and the content."""
    text = _text_of(path)
    try:
        trap = _trap_in(text)
        root, content = (None, None) if trap else (yaml.compose(text, Loader=yaml.SafeLoader), yaml.safe_load(text))
    except (yaml.YAMLError, ValueError, TypeError, AttributeError, RecursionError) as fault:
        # PyYAML lets the last ones through: a number or a date that is none, a key that is a list
        told = " ".join(str(fault).split())[:200]
        raise FileFormatError(f"the side-car {path.name} is not valid YAML: {told}. Correct it.") from fault
    if trap:
        raise FileFormatError(f"the side-car {path.name} {trap}.")
    if not isinstance(content, dict) or not isinstance(root, yaml.MappingNode):
        raise FileFormatError(f"the side-car {path.name} holds {str(content)[:80]!r}; expected '{example}' and more.")
    return _lines_of(path, root), content


def _trap_in(text: str) -> str:
    """Return what of a text would take PyYAML hours; an alias can stand for a text of any size."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            return "refers to itself (an alias '*name'); write entries out"
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            return f"is nested more than {DEEPEST} levels deep; expected a list of entries"
    return ""


def _text_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
        text = data.decode("utf-8")
    except OSError as fault:
        raise FileFormatError(f"the side-car {path.name} cannot be read: {fault.strerror or fault}.") from fault
    except UnicodeDecodeError as fault:
        raise FileFormatError(f"the side-car {path.name} is no text in UTF-8 ({fault.reason}). Correct it.") from fault
    if len(data) > LARGEST_BYTES:
        raise FileFormatError(f"the side-car {path.name} has more than {LARGEST_BYTES:,} bytes: it is none.")
    return text


def _lines_of(path: Path, root: yaml.MappingNode) -> dict[str, int]:
    """Return the line of every key, after refusing one that is there twice."""
    lines: dict[str, int] = {}
    for key, _ in root.value:
        line = key.start_mark.line + 1
        if str(key.value) in lines:
            raise FileFormatError(
                f"the side-car {path.name} says {key.value!r} twice, in lines {lines[str(key.value)]} and {line}. "
                f"Remove the wrong one."
            )
        lines[str(key.value)] = line
    return lines


def _in_words(
    fault: Any,
    content: Mapping[str, Any],
    lines: Mapping[str, int],
    model: type[BaseModel],
    wanted: Mapping[str, str],
) -> str:
    """Return where a mistake is, what was found and what was expected."""
    message = str(fault["msg"]).removeprefix("Value error, ").removesuffix(".")
    if not fault["loc"]:
        return f"{message}."
    name = str(fault["loc"][0])
    known = model.model_fields
    if fault["type"] == "extra_forbidden" and len(fault["loc"]) == 1:
        hint = did_you_mean(name, known)
        return f"line {lines.get(name, 1)}: unknown key {name!r}; expected one of {', '.join(known)}.{hint}"
    if fault["type"] == "missing" and len(fault["loc"]) == 1:
        return f"{name}: missing; {wanted.get(name, 'expected a value')}."
    found = repr(content.get(name))
    expected = wanted.get(name, f"{message[0].lower()}{message[1:]}")
    choices = re.findall(r"'([^']*)'", str(fault.get("ctx", {}).get("expected", "")))
    hint = did_you_mean(str(content.get(name)), choices) if fault["type"] == "literal_error" else ""
    return f"line {lines.get(name, 1)}: {name}: found {found[:120]}; {expected}.{hint}"


EXPECTED = {
    "shape": "expected three whole numbers above 0, voxels along [z, y, x]",
    "dtype": f"expected one of {', '.join(DTYPES.__args__)}",  # type: ignore[attr-defined]
    "byte_order": "expected little or big",
    "header_bytes": "expected a whole number, 0 or more",
    "order": "expected C or zyx (x runs fastest), or F or xyz (z runs fastest)",
    "voxel_size_um": "expected one number above 0, or three [z, y, x], in micrometres; there is no default",
    "origin_um": "expected three numbers [z, y, x] in micrometres",
}
"""What the fields should be, in words."""
