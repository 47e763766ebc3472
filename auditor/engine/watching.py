"""While exports are judged a bucket at a time, the tables of the applications with one number are set aside."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from auditor.engine.timeline import Heading

SET_ASIDE = ("application", "entry", "judged_application", "step", "clocked", "missing", "pending", "unshown")
NEAREST = 5


@dataclass(frozen=True)
class Kept:
    """The tables of one application, in a connection of their own to the run's database."""

    con: duckdb.DuckDBPyConnection
    heading: Heading
    home_key: int


class Watch:
    """Sets aside the tables of the applications with one number (None: of all), bucket by bucket.

    found: all of them; kept: those of the district asked for; near: numbers that look like the one asked for, with their distance;
    rows: (file_id, line, judged) of each row with the number in that district; not judged: received after a stated end of coverage.
    """

    def __init__(self, number: str | None, district: str | None, most: int | None) -> None:
        self.number = number
        self.district = district
        self.most = most
        self.found: list[Heading] = []
        self.kept: list[Kept] = []
        self.near: dict[str, int] = {}
        self.rows: list[tuple[int, int, bool]] = []

    def __call__(self, con: duckdb.DuckDBPyConnection) -> None:
        rows = con.execute(_NAMED, [self.number, self.number]).fetchall()
        for app_id, home_key, *named in rows:
            heading = Heading(*named)
            self.found.append(heading)
            if self._wanted(heading.district) and (self.most is None or len(self.kept) < self.most):
                self.kept.append(Kept(_set_aside(con, app_id), heading, home_key))
        if self.number is not None:
            self.rows += [
                (file_id, line, judged)
                for file_id, line, judged, district in con.execute(_ROWS, [self.number]).fetchall()
                if self._wanted(district)
            ]
        if not self.found and self.number is not None:
            self.near |= dict(con.execute(_NEAR, [self.number, NEAREST]).fetchall())

    def _wanted(self, district: str) -> bool:
        return self.district is None or _same(district, self.district)

    def nearest(self) -> list[str]:
        """The numbers nearest to the one asked for."""
        return sorted(self.near, key=lambda number: (self.near[number], number))[:NEAREST]

    def close(self) -> None:
        """Let go of the tables set aside."""
        for kept in self.kept:
            kept.con.close()


_NAMED = """
SELECT a.app_id, a.home_key, a.application_no, d.text, o.text, a.key_year, coalesce(l.service, ''), coalesce(l.channel, ''), a.n
FROM application a JOIN spelled_district d ON d.code = a.home_key >> 32 JOIN spelled_office o ON o.code = a.home_key & 4294967295
JOIN (SELECT DISTINCT label_id, service, channel FROM pair_label) l USING (label_id)
WHERE ?::VARCHAR IS NULL OR a.application_no = ?
ORDER BY d.text, o.text, a.application_no, a.key_year
"""
_ROWS = """
SELECT b.file_id, b.line, b.eid IN (SELECT eid FROM entry) AS judged, d.text FROM bucket b JOIN spelled_district d ON d.code = b.home_key >> 32
WHERE b.application_no = ? ORDER BY b.eid
"""
_NEAR = """
SELECT application_no, levenshtein(lower(application_no), lower(?)) AS far FROM (SELECT DISTINCT application_no FROM application)
ORDER BY far, application_no LIMIT ?
"""


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def _set_aside(con: duckdb.DuckDBPyConnection, app_id: int) -> duckdb.DuckDBPyConnection:
    one = con.cursor()
    own = {name: f"SELECT * FROM {name} WHERE app_id = {app_id}" for name in SET_ASIDE}
    own["bucket"] = f"SELECT * FROM bucket WHERE eid IN (SELECT eid FROM entry WHERE app_id = {app_id})"
    for name, query in own.items():
        one.register("incoming", con.sql(query).to_arrow_table())
        one.execute(f"CREATE TEMP TABLE {name} AS FROM incoming")
        one.unregister("incoming")
    return one
