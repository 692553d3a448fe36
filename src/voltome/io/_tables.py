"""Tables <-> files: Parquet with the declaration of every column, CSV with the numbers alone."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from voltome.data import Noun, ResultTable
from voltome.errors import FileFormatError, VoltomeError
from voltome.io._fields import assemble, dismantle
from voltome.io._headers import Header, naming

KEY = b"voltome"


def write_csv(table: ResultTable, path: Path) -> None:
    """Write the numbers with as many digits as give them back exactly."""
    table.frame.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


def write_parquet(table: ResultTable, path: Path, *, attributes: Mapping[str, Any] | None) -> None:
    """Write the numbers, with everything else about the table in the metadata of the schema."""
    fields, _ = dismantle(table, without=("frame",))
    own: dict[str, Any] = {"noun": type(table).__name__, "fields": fields}
    if attributes:
        own["attributes"] = dict(attributes)
    arrow = pa.Table.from_pandas(table.frame, preserve_index=False)
    metadata = {**(arrow.schema.metadata or {}), KEY: json.dumps(own).encode()}
    pq.write_table(arrow.replace_schema_metadata(metadata), path, compression="zstd")


def own_metadata(path: Path) -> dict[str, Any]:
    """Return what voltome wrote into the schema of a Parquet file; nothing where it wrote none."""
    with _reading(path):
        found = (pq.read_schema(path).metadata or {}).get(KEY)
        return dict(json.loads(found)) if found else {}


def extra_attributes(path: Path) -> dict[str, Any]:
    """Return the JSON that was stored along with the table; empty where there is none."""
    own = own_metadata(path)
    with _reading(path):
        return dict(own.get("attributes", {}))


def read_noun(path: Path) -> Noun:
    """Return the table that voltome wrote."""
    own = own_metadata(path)
    if not own:
        raise FileFormatError(
            f"{path}: a Parquet file that voltome did not write, so what its columns mean is not declared. Make a "
            f"voltome.data.ResultTable from pandas.read_parquet(path) and one voltome.data.Column per column."
        )
    with _reading(path), naming(path):
        return assemble(own["noun"], own["fields"], _no_array, frame=pq.read_table(path).to_pandas())


def read_parquet_header(path: Path) -> Header:
    """Return the columns and the number of rows of a Parquet file."""
    own = own_metadata(path)
    with _reading(path):
        schema, rows = pq.read_schema(path), pq.read_metadata(path).num_rows
    columns = {f"column {name}": str(kind) for name, kind in zip(schema.names, schema.types, strict=True)}
    plain = {name: str(entry) for name, entry in own.get("fields", {}).items() if isinstance(entry, str)}
    shape = (rows, len(schema.names))
    return Header(
        path, "Parquet", (path,), shape, ("row", "column"), noun=own.get("noun", ""), metadata=plain | columns
    )


def read_csv_header(path: Path) -> Header:
    """Return the columns and the number of rows of a CSV file."""
    with _reading(path), path.open(newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        names = next(rows, [])
        count = sum(1 for _ in rows)
    if not names:
        raise FileFormatError(f"{path}: has no names of columns in its first line. Copy it again from its source.")
    columns = {f"column {index + 1}": name for index, name in enumerate(names)}
    return Header(path, "CSV", (path,), (count, len(names)), ("row", "column"), metadata=columns)


def refuse_csv(path: Path) -> Noun:
    """Say why a CSV file is no table of results."""
    raise FileFormatError(
        f"{path}: a CSV file has the numbers of a table but not the meaning and unit of its columns; "
        f"read the .parquet file that voltome writes beside it."
    )


def _no_array(name: str) -> NDArray[Any]:
    raise FileFormatError(f"names an array {name!r}, which a Parquet file does not have.")


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turn what the libraries raise on a damaged file into `FileFormatError`."""
    try:
        yield
    except VoltomeError:
        raise
    except (pa.ArrowException, ValueError, KeyError, TypeError, AttributeError, csv.Error, OSError) as fault:
        reason = f"{type(fault).__name__}: {str(fault)[:200]}"
        empty = " The file is empty (0 bytes)." if path.is_file() and path.stat().st_size == 0 else ""
        raise FileFormatError(f"{path}: cannot be read: {reason}.{empty} Copy it again from its source.") from fault
