"""An outcome of a comparison as the table that the check of changed entries reads (`auditor.engine.changed.CHANGES`).

Each changed or gone entry is read again as it was first exported, by the profile of today; its application is judged as it stood
and as it stands, by the same rules, and the steps whose verdict differs are what the change did.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from auditor.engine.again import Again, Judged
from auditor.engine.changed import CHANGES
from auditor.history.comparing import Comparison, Outcome
from auditor.history.former import effects, judge_former, read_again
from auditor.history.schema import SEPARATOR
from auditor.journal.layout import Layout

Row = dict[str, Any]
Application = tuple[Any, ...]
KEY = ("district", "home", "application_no", "key_year")
"""What tells an application from others: two offices of a district have a number 15 each, and again each year."""
NAMES = ("employee",)
"""Columns whose cells name people: they are told only where names were asked for."""


@dataclass
class Telling:
    """nights: run to its moment. layout: any of the run, for its form."""

    comparison: Comparison
    outcome: Outcome
    again: Again
    layout: Layout
    nights: dict[int, datetime]
    as_of: datetime
    show_names: bool

    def changes(self) -> pl.DataFrame:
        """`CHANGES`, without the corrections; entries outside what is judged (received after a stated end) are left out."""
        changed = {
            int(str(key[0])): part for key, part in self.outcome.changed.partition_by("entry", as_dict=True).items()
        }
        gone = {int(row["entry"]): row for row in self.outcome.gone.iter_rows(named=True)}
        if not changed and not gone:
            return pl.DataFrame(schema=CHANGES)
        now = self._now(changed)
        former = self._former(changed, now, gone)
        replaced = pl.DataFrame(
            [(row["file_id"], row["line"], entry) for entry, row in now.items()],
            schema={"file_id": pl.Int32, "line": pl.Int32, "id": pl.Int32},
            orient="row",
        )
        stood, stand, eids = judge_former(self.again, former, replaced)
        was, is_now = _by_id(stood, eids, "before"), _by_id(stand, eids, "now")
        moved: dict[Application, list[list[str | None]]] = {}
        for *key, step, before, after in effects(stood, stand).select(*KEY, "step", "before", "after").iter_rows():
            moved.setdefault(tuple(key), []).append([step, before, after])
        rows = []
        facts = {entry: (is_now if entry in changed else was).get(entry) for entry in (*changed, *gone)}
        own = {(_key(fact), fact["step"]): entry for entry, fact in facts.items() if fact is not None}
        for entry, fact in facts.items():
            if fact is None:
                continue
            first = was.get(entry, fact)
            keys = dict.fromkeys(_key(each) for each in (first, fact))
            # A step that another changed entry is of is told there.
            steps = [step for key in keys for step in moved.get(key, ()) if own.get((key, step[0]), entry) == entry]
            if entry in changed:
                rows.append(self._changed(entry, changed[entry], now[entry], fact, first, steps))
            else:
                rows.append(self._gone(entry, gone[entry], fact, steps))
        return pl.DataFrame(rows, schema=CHANGES, orient="row")

    def _now(self, changed: dict[int, pl.DataFrame]) -> dict[int, Row]:
        """Tonight's row of each changed entry."""
        wanted = pl.DataFrame(
            [(int(part["no"][0]), entry) for entry, part in changed.items()],
            schema={"no": pl.Int64, "entry": pl.Int64},
            orient="row",
        )
        con = self.comparison.con
        con.register("wanted", wanted.to_arrow())
        rows: pl.DataFrame = con.sql(
            "SELECT w.entry, t.* FROM spooled t JOIN wanted w USING (no) ORDER BY w.entry"
        ).pl()
        con.unregister("wanted")
        return {row["entry"]: row for row in rows.iter_rows(named=True)}

    def _former(self, changed: dict[int, pl.DataFrame], now: dict[int, Row], gone: dict[int, Row]) -> pl.DataFrame:
        """Canonical rows as they were first exported: tonight's with the cells put back, and those that are gone."""
        places = {at: place for place, at in self.comparison.spool.places.items()}
        flags = {
            file: (received, completed)
            for file, received, completed in self.again.files.files.select(
                "file_id", "received_day", "completed_day"
            ).iter_rows()
        }
        put_back: dict[int, list[Row]] = {}
        for entry, row in now.items():
            judged = self.comparison.spool.layouts[row["layout"]]
            at = dict(judged.columns)
            cells = row["cells"].split(SEPARATOR)
            for column, before in changed[entry].select("column", "before").iter_rows():
                cells[at[column]] = before or ""
            put_back.setdefault(row["layout"], []).append(
                {**self._placed(entry, row, places), "cells": SEPARATOR.join(cells), "flags": flags[row["file_id"]]}
            )
        lost: dict[int, list[Row]] = {}
        for entry, row in gone.items():
            lost.setdefault(row["layout"], []).append(
                {
                    **self._placed(entry, row, places),
                    "cells": row["cells"],
                    "flags": (row["received_day"], row["completed_day"]),
                }
            )
        found = []
        for rows, judged in (
            *((rows, self.comparison.spool.layouts[number]) for number, rows in put_back.items()),
            *((rows, self.comparison.layouts[number]) for number, rows in lost.items()),
        ):
            frame = pl.DataFrame([{k: v for k, v in row.items() if k != "flags"} for row in rows])
            read = read_again(frame, judged, self.layout)
            known = pl.DataFrame(
                [(row["id"], *row["flags"]) for row in rows],
                schema={"id": pl.Int32, "received_day": pl.Boolean, "completed_day": pl.Boolean},
                orient="row",
            )
            found.append(read.join(known, on="id", maintain_order="left"))
        return pl.concat(found)

    def _placed(self, entry: int, row: Row, places: dict[int, tuple[str, str]]) -> Row:
        district, office = places[row["place"]]
        return {"id": entry, "district": district, "office": office}

    def _changed(
        self, entry: int, cells: pl.DataFrame, row: Row, fact: Row, first: Row, steps: list[list[str | None]]
    ) -> Row:
        names = self.comparison.spool.layouts[row["layout"]].names
        told = [
            [names[column], *((before, after) if self.show_names or column not in NAMES else (None, None))]
            for column, before, after in cells.select("column", "before", "after").iter_rows()
        ]
        paths = dict(self.again.files.files.select("file_id", "path").iter_rows())
        since = cells["since"].min()
        return {
            **self._common(entry, fact, first),
            "kind": "changed",
            "spoken_for": True,
            "source_file": paths[row["file_id"]],
            "line": row["line"],
            **self._when("changed", cells["before_run"].min(), since, told, steps),
        }

    def _gone(self, entry: int, row: Row, fact: Row, steps: list[list[str | None]]) -> Row:
        return {
            **self._common(entry, fact, fact),
            "kind": "gone",
            "spoken_for": bool(row["beside"]),
            "source_file": None,
            "line": None,
            **self._when("gone", row["since"], row["gone"], [], steps, f"{row['file']}:{row['line']}"),
        }

    def _common(self, entry: int, fact: Row, first: Row) -> Row:
        told = {name: fact[name] for name in CHANGES if name in fact}
        known = [first[name] for name in ("home", "application_no", "service", "channel", "step", "entry_no")]
        moments = [str(first[name]) for name in ("received_at", "completed_at") if first[name] is not None]
        moment = min((first[name] for name in ("received_at", "completed_at") if first[name] is not None), default=None)
        return {
            **told,
            "change_id": entry,
            "correction": None,
            "moment": moment,
            "first_exported": json.dumps([*known, *moments], ensure_ascii=False),
        }

    def _when(
        self,
        kind: str,
        before: Any,
        since: Any,
        cells: list[list[str | None]],
        steps: list[list[str | None]],
        stood: str | None = None,
    ) -> Row:
        nights = (self.nights[before], self.as_of if since is None else self.nights[since])
        detail = {
            "kind": kind,
            "cells": cells,
            "verdicts": steps,
            "nights": [str(night) for night in nights],
            "stood": stood,
        }
        return {
            "before_night": nights[0],
            "after_night": nights[1],
            "detail": json.dumps(detail, ensure_ascii=False),
        }


def _key(fact: Row) -> Application:
    return tuple(fact[name] for name in KEY)


def _by_id(judged: Judged, eids: pl.DataFrame, which: str) -> dict[int, Row]:
    """id to the entry of it, as it was judged."""
    rows: Iterator[Row] = (
        eids.select("id", pl.col(which).alias("eid")).drop_nulls().join(judged.entries, on="eid").iter_rows(named=True)
    )
    return {row["id"]: row for row in rows}
