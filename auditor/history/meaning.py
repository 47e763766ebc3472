"""What a cell says, however it is written: by it two exports are compared.

An office that writes the role in Russian where it wrote it in Kazakh, or moments in another form, has altered nothing. So both exports are
read by one profile and one vocabulary: a moment is a moment, a service, channel, step, role or outcome is its id, a name is its words. What nobody
knows is compared by its letters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from auditor.history.spool import Judged
from auditor.journal.moments import SHAPE, read_moments
from auditor.journal.profile import DATES, MOMENTS
from auditor.journal.taking import taken, written_as_usual
from auditor.law.types import Vocabulary
from auditor.law.vocabulary import fold

NUMBER = r"^-?[0-9]+(?:[.,][0-9]+)?$"
PLACE = ("district", "office")
"""Never compared: rows are held against rows of the same office, by whatever name it calls itself."""
KNOWN = "\x02"
"""Before an id, which no cell can hold: so it is told from a text that the vocabulary does not know."""
DAY = 10
"""Letters of a bare date; a moment of midnight is written as one."""


def normal(text: pl.Series, zone: str) -> pl.Series:
    """Texts as they are compared: a moment in one form (midnight being the bare date), a number without idle zeros.

    A workbook writes 15 where a text file writes 015 or 15.0, and 2018-03-14 00:00:00 where it writes 14.03.2018: that is the
    container's doing, not the office's.
    """
    if text.null_count() == len(text):
        return text
    name = text.name
    frame = text.alias("t").to_frame()
    shapes = frame.select(
        pl.col("t").str.contains(SHAPE).any().alias("moments"), pl.col("t").str.contains(NUMBER).any().alias("numbers")
    )
    told = pl.col("t").str.normalize("NFC")
    if shapes["numbers"][0]:
        number = pl.col("t").str.replace(",", ".", literal=True)
        number = pl.when(number.str.contains(".", literal=True)).then(number.str.strip_chars_end("0")).otherwise(number)
        number = number.str.strip_chars_end(".").str.replace(r"^(-?)0+([0-9])", "${1}${2}")
        told = pl.when(pl.col("t").str.contains(NUMBER)).then(number).otherwise(told)
    if shapes["moments"][0]:
        shaped = frame.select(pl.when(pl.col("t").str.contains(SHAPE)).then("t"))["t"]
        moment = read_moments(shaped, zone).moment.dt.strftime("%Y-%m-%d %H:%M:%S").str.strip_suffix(" 00:00:00")
        frame = frame.with_columns(moment.alias("m"))
        told = pl.when(pl.col("m").is_not_null()).then("m").otherwise(told)
    return frame.select(told.alias(name))[name]


def base_of(column: str) -> str:
    """The canonical column of a judged one: of `0:register:completed_at` it is `completed_at`."""
    return column.rpartition(":")[2]


def says_other(column: str) -> pl.Expr:
    """Whether a column and `<column> now` say something different; a step's word that may mean several does not, if one is common to both."""
    before, now = pl.col(column), pl.col(f"{column} now")
    differ = before.ne_missing(now)
    if base_of(column) != "step":
        return differ
    both_known = before.str.starts_with(KNOWN) & now.str.starts_with(KNOWN)
    steps = [side.str.strip_prefix(KNOWN).str.split(" ") for side in (before, now)]
    in_common = steps[0].list.set_intersection(steps[1]).list.len() > 0
    return differ & ~(both_known & in_common).fill_null(False)


@dataclass(frozen=True)
class Meaning:
    """Reads cells by a vocabulary."""

    vocabulary: Vocabulary

    def of(self, cells: pl.DataFrame, judged: Judged) -> pl.DataFrame:
        """Judged columns (by their canonical names, as sent) as what they say. Without district and office."""
        told: dict[str, pl.Series] = {}
        for name in sorted(cells.columns, key=lambda column: base_of(column) == "step"):
            if name not in PLACE:
                told[name] = self.column(cells[name], name, judged, told.get("service"), told.get("channel"))
        return pl.DataFrame([told[name] for name in cells.columns if name in told])

    def column(
        self,
        text: pl.Series,
        name: str,
        judged: Judged,
        service: pl.Series | None = None,
        channel: pl.Series | None = None,
    ) -> pl.Series:
        """One judged column as what it says; service and channel, read already, tell which steps a word can mean."""
        base, profile = base_of(name), judged.profile
        cell = profile.cell(name) if base == name else profile.steps[int(name.split(":", maxsplit=1)[0])].cells[base]
        text = taken(text, base, cell.take, profile).alias(name)
        if base in MOMENTS:
            return normal(written_as_usual(text, profile), profile.zone)
        if base in DATES:
            moment = normal(written_as_usual(text, profile), profile.zone)
            return moment.str.replace(r"^([0-9]{4}-[0-9]{2}-[0-9]{2}) .*$", "$1")
        if base == "step":
            return self._steps(
                text,
                self._constant("service", judged, len(text)) if service is None else service,
                self._constant("channel", judged, len(text)) if channel is None else channel,
            )
        known = self._ids(base)
        if known is not None:
            return _each(text, lambda value: f"{KNOWN}{known[fold(value)]}" if fold(value) in known else fold(value))
        if base in ("employee", "registered_by"):
            return _each(text, lambda value: " ".join(fold(value).replace(".", " ").split()))
        return normal(text, profile.zone)

    def _ids(self, base: str) -> Mapping[str, str] | None:
        words = self.vocabulary
        deputies = {spelling: f"deputy {role}" for spelling, role in words.deputies.items()}
        return {
            "service": words.services,
            "channel": words.channels,
            "role": {**deputies, **words.roles},
            "outcome": words.outcomes,
        }.get(base)

    def _constant(self, name: str, judged: Judged, times: int) -> pl.Series:
        """What the profile says of every row, where the export has no such column."""
        stated = pl.Series([judged.profile.constants.get(name)], dtype=pl.String).new_from_index(0, times)
        return self.column(stated, name, judged) if stated.null_count() == 0 and times else stated

    def _steps(self, text: pl.Series, service: pl.Series, channel: pl.Series) -> pl.Series:
        words = pl.DataFrame({"step": text, "service": service, "channel": channel})
        met = words.unique()
        told = [
            None if step is None else self._step(step, (of or "").removeprefix(KNOWN), (by or "").removeprefix(KNOWN))
            for step, of, by in met.select("step", "service", "channel").iter_rows()
        ]
        known = met.with_columns(pl.Series("told", told, dtype=pl.String))
        joined = words.join(known, on=words.columns, how="left", nulls_equal=True, maintain_order="left")
        return joined["told"].alias(text.name)

    def _step(self, text: str, service: str, channel: str) -> str:
        found = self.vocabulary.steps.get((service, channel), {}).get(fold(text))
        if not found and channel != "provider":  # clause 5.1 runs inside the other channels
            found = self.vocabulary.steps.get((service, "provider"), {}).get(fold(text))
        return KNOWN + " ".join(found) if found else fold(text)


def _each(text: pl.Series, read: Callable[[str], str]) -> pl.Series:
    """Every distinct text read once."""
    values = text.unique().drop_nulls()
    told = {value: read(value) or None for value in values}
    return text.replace_strict(told, default=None, return_dtype=pl.String).alias(text.name)
