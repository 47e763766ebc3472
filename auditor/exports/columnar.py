"""Parquet: its typed columns as the texts that a CSV of them would have."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet

from auditor.errors import InputError
from auditor.exports.cell_text import number_text
from auditor.exports.source import GridPart

PORTION = 16_384
MOST_COLUMNS = 2_000
LARGEST_GROUP = 2 << 30
"""Bytes, unpacked, of the largest row group that is read."""
MEND = "Write it anew in row groups of a million rows, or as CSV."


class ParquetGrid:
    """A Parquet file as a table: row 1 has the names of the columns, as the first line of its CSV would."""

    def __init__(self, path: Path, label: str) -> None:
        self._path = path
        self._label = label
        with self._opened() as file:
            about = file.metadata
            self.height = about.num_rows + 1
            self._names = file.schema_arrow.names
            if len(self._names) > MOST_COLUMNS:
                raise InputError(f"The file has {len(self._names)} columns; the most is {MOST_COLUMNS}.", where=label)
            for at in range(about.num_row_groups):
                size = about.row_group(at).total_byte_size
                if size > LARGEST_GROUP:
                    raise InputError(f"Row group {at + 1} has {size >> 20} MB unpacked.", where=label, hint=MEND)

    def _opened(self) -> pa.parquet.ParquetFile:
        try:
            return pa.parquet.ParquetFile(self._path, memory_map=False, pre_buffer=False)
        except (pa.ArrowException, OSError, ValueError) as fault:
            raise self._damaged(fault) from fault

    def _damaged(self, fault: Exception) -> InputError:
        said = " ".join(str(fault).split())[:200]
        return InputError(
            f"The Parquet file is damaged or cut short ({said}).", where=self._label, hint="Export it again."
        )

    @property
    def across(self) -> Mapping[int, tuple[tuple[int, int], ...]]:
        """No cell of such a file is merged."""
        return {}

    def parts(self) -> Iterator[GridPart]:
        """The names as row 1, then the rows. Raises InputError on damage."""
        columns = [str(at) for at in range(len(self._names))]
        yield GridPart(
            pl.Series("row", [1], dtype=pl.Int32),
            pl.DataFrame([self._names], schema=dict.fromkeys(columns, pl.String), orient="row"),
        )
        row = 2
        with self._opened() as file:
            batches = file.iter_batches(batch_size=PORTION, use_threads=False)
            while True:
                try:
                    batch = next(batches, None)
                except (pa.ArrowException, OSError, ValueError) as fault:
                    raise self._damaged(fault) from fault
                if batch is None:
                    return
                texts = [
                    _null_if_empty(_texts(column)).alias(name)
                    for column, name in zip(batch.columns, columns, strict=True)
                ]
                numbers = pl.int_range(row, row + batch.num_rows, dtype=pl.Int32, eager=True).alias("row")
                row += batch.num_rows
                yield GridPart(numbers, pl.DataFrame(texts) if texts else pl.DataFrame())


def _null_if_empty(texts: pl.Series) -> pl.Series:
    return texts.set(texts == "", None) if (texts == "").any() else texts


def _texts(column: pa.Array) -> pl.Series:
    """A column as texts, null where it is null."""
    kind = column.type
    if isinstance(column, pa.ExtensionArray):
        return _texts(column.storage)
    if pa.types.is_dictionary(kind):
        return _texts(column.dictionary_decode())
    if pa.types.is_null(kind):
        return pl.Series([None], dtype=pl.String).new_from_index(0, len(column))
    if pa.types.is_nested(kind):
        told = [
            None if value is None else json.dumps(value, ensure_ascii=False, default=str)
            for value in column.to_pylist()
        ]
        return pl.Series(told, dtype=pl.String)
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return pl.Series(
            [None if value is None else _bytes_text(value) for value in column.to_pylist()], dtype=pl.String
        )
    if pa.types.is_decimal(kind):
        return pl.Series([None if value is None else _plain(value) for value in column.to_pylist()], dtype=pl.String)
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        column = column.cast(pa.timestamp("us", kind.tz), safe=False)
    values = pl.from_arrow(column)
    assert isinstance(values, pl.Series)
    return _series_texts(values)


def _series_texts(values: pl.Series) -> pl.Series:
    dtype = values.dtype
    if dtype == pl.String:
        return values
    if dtype == pl.Boolean:
        return values.cast(pl.Int8).replace_strict({0: "FALSE", 1: "TRUE"}, return_dtype=pl.String)
    if dtype.is_float():
        return values.map_elements(number_text, return_dtype=pl.String, skip_nulls=True)
    if isinstance(dtype, pl.Datetime):
        offset = "%:z" if dtype.time_zone else ""
        return values.dt.strftime(f"%Y-%m-%d %H:%M:%S%.f{offset}")
    if dtype == pl.Date:
        return values.dt.strftime("%Y-%m-%d")
    if dtype == pl.Time:
        return values.dt.strftime("%H:%M:%S%.f")
    if isinstance(dtype, pl.Duration):
        return pl.Series([None if value is None else str(value) for value in values.to_list()], dtype=pl.String)
    return values.cast(pl.String)


def _bytes_text(value: bytes) -> str:
    return value.decode("utf-8", "backslashreplace")


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return str(text.rstrip("0").rstrip(".") if "." in text else text)
