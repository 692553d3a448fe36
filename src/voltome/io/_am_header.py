"""The header of an Avizo (Amira) file: the text before the data, as blocks of named values.

``define Lattice nx ny nz``, ``Parameters { ... }`` and, for every array on the lattice, a definition such as
``Lattice { byte Labels } @1(HxByteRLE,4711)``; the data follow after a line ``@1``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from voltome.errors import FileFormatError

Block = dict[str, "Block | list[str]"]
"""What stands between two braces: name -> values as text, or a block inside."""

TYPES = {"byte": "u1", "short": "i2", "ushort": "u2", "int": "i4", "float": "f4", "double": "f8"}
"""Avizo's names of types; its byte has no sign."""

LARGEST_HEADER = 2**24
"""Bytes; the headers of files with thousands of materials stay far below."""

DEEPEST_BLOCK = 32

FIRST_LINE = re.compile(rb"#\s*(?:AmiraMesh|Avizo)\s+(?:3D\s+)?(ASCII|BINARY-LITTLE-ENDIAN|BINARY)\b[^\r\n]*")

MARKER = re.compile(rb"(?:\r\n|\n|\r)@(\d{1,6})[ \t]*(?:\r\n|\n)")

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|#[^\n]*|[{},]|[^\s{},"#]+|"', re.DOTALL)

DIMENSIONS = re.compile(r"\bdefine\s+Lattice((?:\s+\d{1,18})+)")

DEFINITION = re.compile(
    r"\bLattice\s*\{\s*([A-Za-z]\w*)\s*(?:\[\s*(\d{1,9})\s*\])?\s*([^\s{}]+)\s*\}\s*=?\s*@(\d{1,6})"
    r"\s*(?:\(\s*(\w+)\s*(?:,\s*(\d{1,18})\s*)?\))?"
)


@dataclass(frozen=True, slots=True)
class LatticeField:
    """One array on the lattice: its type, name, section of the data, and encoding.

    Attributes
    ----------
    kind : str
        Avizo's name of the type.
    components : int
        Values per voxel.
    name : str
        ``Data`` for grey values, ``Labels`` for labels.
    section : int
        Number of the section that holds it.
    encoding : str
        ``HxByteRLE``, ``HxZip``, or nothing.
    encoded_bytes : int, optional
        Length of the section where it is encoded.
    """

    kind: str
    components: int
    name: str
    section: int
    encoding: str
    encoded_bytes: int | None


@dataclass(frozen=True, slots=True)
class AmHeader:
    """What the header of an Avizo file says.

    Attributes
    ----------
    first_line : str
        Such as ``AmiraMesh BINARY-LITTLE-ENDIAN 2.1``.
    byte_order : str
        ``<`` or ``>``; empty where the data are text.
    shape : tuple of int
        Of the lattice, along (z, y, x).
    fields : tuple of LatticeField
        The arrays on it.
    parameters : Block
        The block ``Parameters``.
    materials : Block
        The materials of a label field, in their order.
    labels_are_ids : bool
        Whether the materials stand outside of the parameters, as in Amira's first files: then a label is an ``Id``.
    first_section : int
        Number of the section that comes first.
    data_offset : int
        Where in the file it begins.
    """

    first_line: str
    byte_order: str
    shape: tuple[int, int, int]
    fields: tuple[LatticeField, ...]
    parameters: Block
    materials: Block
    labels_are_ids: bool
    first_section: int
    data_offset: int


def read_am_header(path: Path) -> AmHeader:
    """Return what the header of a file says, or raise `FileFormatError`."""
    with path.open("rb") as file:
        head = file.read(2**20)
        first = FIRST_LINE.match(head)
        if first is None:
            raise _no_am(path, head)
        marker = MARKER.search(head)
        if marker is None and len(head) == 2**20:
            head += file.read(LARGEST_HEADER)
            marker = MARKER.search(head)
    if marker is None:
        raise damaged(path, "no line '@1' marks the beginning of its data")
    text = _decoded(head[first.end() : marker.start() + 1])
    blocks, rest = _split(path, text)
    parameters, former = block_in(blocks, "Parameters"), block_in(blocks, "Materials")
    return AmHeader(
        first_line=_decoded(first.group()).lstrip("# ").strip(),
        byte_order={b"ASCII": "", b"BINARY": ">"}.get(first.group(1), "<"),
        shape=_shape(path, rest),
        fields=_fields(path, rest),
        parameters=parameters,
        materials=former or block_in(parameters, "Materials"),
        labels_are_ids=bool(former),
        first_section=int(marker.group(1)),
        data_offset=marker.end(),
    )


def damaged(path: Path, how: str) -> FileFormatError:
    """Return the error for a file that is no sound Avizo file."""
    return FileFormatError(
        f"{path}: not a sound Avizo file: {how}. Save it again from Avizo or Amira (File > Export Data As > Amira)."
    )


def block_in(block: Block, name: str) -> Block:
    """Return the block of this name inside another, empty where there is none."""
    found = block.get(name)
    return found if isinstance(found, dict) else {}


def values_in(block: Block, name: str) -> tuple[str, ...]:
    """Return the values of this name, none where it is absent."""
    found = block.get(name)
    return tuple(found) if isinstance(found, list) else ()


def flattened(block: Block, before: str = "") -> Iterator[tuple[str, str]]:
    """Yield every value as (name with its blocks, text)."""
    for name, value in block.items():
        if isinstance(value, dict):
            yield from flattened(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", " ".join(value)


def _no_am(path: Path, head: bytes) -> FileFormatError:
    if not head:
        return FileFormatError(f"{path}: the file is empty (0 bytes). Copy it again from its source.")
    return FileFormatError(
        f"{path}: not an Avizo file: it begins with {head[:24]!r}; expected '# AmiraMesh BINARY-LITTLE-ENDIAN 2.1' or "
        f"its like. Give the file its right suffix, or export it again (Avizo: File > Export Data As > Amira)."
    )


def _decoded(text: bytes) -> str:
    """Return the text; Avizo wrote Latin letters (a micro sign) in one byte before it wrote UTF-8."""
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("latin-1")


def _split(path: Path, text: str) -> tuple[Block, str]:
    """Return the parameters and former materials as blocks, and the rest of the header without comments."""
    blocks: Block = {}
    rest: list[str] = []
    tokens = [token for token in TOKEN.findall(text) if not token.startswith("#")]
    index = 0
    while index < len(tokens):
        name = tokens[index]
        if name in ("Parameters", "Materials") and tokens[index + 1 : index + 2] == ["{"]:
            blocks[name], index = _block(path, tokens, index + 2, block_in(blocks, name))
        else:
            rest.append(tokens[index])
            index += 1
    return blocks, " ".join(rest)


def _block(path: Path, tokens: list[str], index: int, begun: Block) -> tuple[Block, int]:
    """Return a block with the content that begins at `index` added, and the index after its closing brace."""
    stack: list[Block] = [begun]
    names = [tokens[index - 2]]
    name = ""
    while index < len(tokens):
        word = tokens[index]
        index += 1
        if word == "{":
            if not name and names[-1] == "Materials":
                # in Amira's first files a material has its name inside
                name = f"Material{len(stack[-1])}"
            if not name or len(stack) > DEEPEST_BLOCK:
                raise damaged(path, "a '{' in its parameters without a name before it, or too many inside each other")
            names.append(name)
            stack.append(_opened(path, names, stack[-1], name))
            name = ""
        elif word == "}":
            closed = stack.pop()
            if not stack:
                return closed, index
            names.pop()
            name = ""
        elif word.startswith('"') and tokens[index : index + 1] == ["{"]:
            name = word[1:-1]
        elif word.startswith('"') or (name and _is_number(word)):
            _append(stack[-1], name, word)
        elif word != ",":
            # of a material, which has no value before its block, the name may be several words
            several = names[-1:] == ["Materials"] and 0 < len(name) < 200 and name not in stack[-1]
            name = f"{name} {word}" if several else word
    raise damaged(path, "its parameters have no closing '}'")


def _opened(path: Path, names: list[str], block: Block, name: str) -> Block:
    """Return a block inside its parent; of two materials of one name, none can be told from the other."""
    if name in block and names[-2] == "Materials":
        raise damaged(path, f"it has two materials named {name!r}")
    # a second block of units goes on with the first one, so that units that contradict each other are seen
    inner = block_in(block, name) if name == "Units" else {}
    block[name] = inner
    return inner


def _append(block: Block, name: str, word: str) -> None:
    """Add a value to those of a name."""
    values = block.setdefault(name, []) if name else None
    if isinstance(values, list):
        values.append(word[1:-1] if word.startswith('"') else word)


def _is_number(token: str) -> bool:
    try:
        float(token)
    except ValueError:
        return False
    return True


def _shape(path: Path, text: str) -> tuple[int, int, int]:
    """Return the extents along (z, y, x); Avizo says x first."""
    found = DIMENSIONS.findall(text)
    if len(found) != 1:
        raise FileFormatError(
            f"{path}: {len(found)} lines 'define Lattice'; expected one: an image on a grid. Surfaces, meshes, graphs "
            f"and colour maps are no images: export the image itself."
        )
    extents = [int(extent) for extent in found[0].split()]
    if len(extents) != 3 or 0 in extents:
        raise damaged(path, f"its lattice is {' x '.join(map(str, extents))}; expected three extents above 0 (x, y, z)")
    x, y, z = extents
    return z, y, x


def _fields(path: Path, text: str) -> tuple[LatticeField, ...]:
    """Return every array that is defined on the lattice."""
    found = tuple(
        LatticeField(kind, int(count or 1), name, int(section), encoding, int(length) if length else None)
        for kind, count, name, section, encoding, length in DEFINITION.findall(text)
    )
    if not found:
        raise damaged(path, "no line such as 'Lattice { ushort Data } @1' says what its values are")
    return found
