"""The rival: T01, T02, O01, S01 and R01 as a careful hand would write them in pandas, and nothing else of the auditor.

    pandas_audit.py LAW.json AS_OF FILE...      prints {"rows": ..., "T01": ..., ...}

LAW.json is what `law_tables.py` writes. Vectorised throughout: texts are read as categories, so that each spelling is
looked up once; clocks are differences of cumulated open seconds; neighbours are shifts of one sorted frame; only the few
applications with a gap or an end are looked at step by step, again as columns. No Python loop runs over rows.

It leaves out what the generated journals don't hold: bare dates, broken rows, entries without registered_on, a stated
coverage, days outside the calendar (such steps are not judged). It reads only the columns it needs, writes no report and
words no finding. Where the counts differ from the auditor's, `run.py` says so: then the two did not do the same work.
"""

from __future__ import annotations

import json
import sys
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv

TEXTS = (
    "district",
    "office",
    "registered_by",
    "application_no",
    "service",
    "channel",
    "step",
    "role",
    "employee",
    "outcome",
)
STRIDE = 64
DAY = 86_400
NONE = np.iinfo(np.int64).min
COVERAGE = 30 * DAY


def audit(law: dict[str, Any], as_of: int, files: list[str]) -> dict[str, int]:
    """Counts of the five codes."""
    entries = read(files)
    spellings = Spellings(law)
    texts = {name: entries.pop(name).cat for name in ("service", "channel", "step", "role")}
    rows = len(entries)
    received, completed = entries["received"].to_numpy(), entries["completed"].to_numpy()
    entries["seen"] = np.where(received == NONE, completed, received)
    disordered = (completed != NONE) & (completed < received)
    entries["sound"] = ~(disordered | (received > as_of) | (completed > as_of))
    pairs, pair_names = spellings.pairs(texts["service"], texts["channel"])
    entries["pair"] = pairs
    applications = group(entries)
    place(applications, law, pair_names)
    words = texts["step"].codes.to_numpy() * np.int64(len(texts["role"].categories)) + texts["role"].codes.to_numpy()
    mean(entries, applications, words, texts, spellings)
    entries = without_duplicates(entries)
    begins, ends = coverage(entries)
    rules, clock = Rules(law), Clock(law)
    mark(entries, applications, law, rules)
    steps = perform(entries)
    steps["cut_off"] = ends[steps["office"].to_numpy()]
    late, overdue = too_long(steps, applications, rules, clock)
    wrong = entries.loc[entries["wrong_role"].to_numpy(), ["app", "sid"]]
    return {
        "rows": rows,
        "T01": late,
        "T02": overdue + not_begun(steps, applications, rules, clock),
        "O01": out_of_order(steps),
        "S01": skipped(entries, steps, applications, rules, begins, ends),
        "R01": len(wrong.drop_duplicates()),
    }


def read(files: list[str]) -> pd.DataFrame:
    """All entries: texts as categories, moments as whole seconds since 1970 (NONE where empty), the date as days."""
    types = dict.fromkeys(TEXTS, pa.dictionary(pa.int32(), pa.string()))
    types |= {"entry_no": pa.int32(), "registered_on": pa.date32(), "extended_to": pa.date32()}
    types |= {"received_at": pa.timestamp("s"), "completed_at": pa.timestamp("s")}
    convert = pa.csv.ConvertOptions(
        column_types=types, include_columns=list(types), strings_can_be_null=True, timestamp_parsers=["%Y-%m-%d %H:%M"]
    )
    table = pa.concat_tables(pa.csv.read_csv(file, convert_options=convert) for file in files).unify_dictionaries()
    columns: dict[str, Any] = {}
    for name, new in (("received_at", "received"), ("completed_at", "completed")):
        columns[new] = table[name].cast(pa.int64()).fill_null(NONE).to_numpy()
    columns["registered"] = table["registered_on"].cast(pa.int32()).to_numpy()
    columns["extended"] = table["extended_to"].cast(pa.int32()).fill_null(-1).to_numpy()
    columns["entry_no"] = table["entry_no"].fill_null(-1).to_numpy()
    for name in TEXTS:
        columns[name] = table[name].combine_chunks().to_pandas()
    return pd.DataFrame(columns, copy=False)


def folded(text: str) -> str:
    """A spelling as the law's tables have it."""
    return " ".join(text.casefold().split()).strip("' .,:;-")


class Spellings:
    """What texts mean. Each distinct text, and each distinct pair of them, is looked up once."""

    def __init__(self, law: dict[str, Any]) -> None:
        self.law = law
        self.words = law["spellings"]

    def pairs(self, services: Any, channels: Any) -> tuple[np.ndarray, list[tuple[str, str]]]:
        """Service and channel of each entry as one number, and what the numbers mean."""
        names = sorted({(p["service"], p["channel"]) for p in self.law["processes"]})
        wide = len(channels.categories)
        keys = services.codes.to_numpy() * np.int64(wide) + channels.codes.to_numpy()
        distinct, inverse = np.unique(keys, return_inverse=True)
        numbers = []
        for key in distinct:
            service = services.categories[key // wide]
            channel = channels.categories[key % wide]
            service = self.words["services"].get(folded(service), service)
            channel = self.words["channels"].get(folded(channel), channel)
            if (service, channel) not in names:
                names.append((service, channel))
            numbers.append(names.index((service, channel)))
        return np.array(numbers)[inverse], names

    def meaning(self, process: int, step: str, role: str) -> tuple[int, bool, bool, bool]:
        """Number of the step (or -1), inner, ambiguous, wrong role of a word in a process."""
        at = self.law["processes"][process]
        who = self.words["roles"].get(folded(role))
        for edition, channel, inner in ((at["edition"], at["channel"], False), (at["inner"], "provider", True)):
            if edition < 0:
                continue
            steps = self.law["editions"][edition]["steps"]
            ids = self.words["steps"][f"{at['service']} {channel}"].get(folded(step), ())
            fits = [i for i, s in enumerate(steps) if s["id"] in ids]
            if len(fits) > 1:
                fits = [i for i in fits if who in steps[i]["accepts"]]
                if len(fits) != 1:
                    return -1, inner, True, False
            if fits:
                wrong = who is not None and who not in steps[fits[0]]["accepts"]
                return edition * STRIDE + fits[0], inner, False, wrong
        return -1, False, False, False


class Rules:
    """Columns of the steps' rules, by step number."""

    def __init__(self, law: dict[str, Any]) -> None:
        editions = law["editions"]
        self.required = np.array([e["required"] for e in editions])
        self.ends = np.array([e["ends"] for e in editions])
        size = len(editions) * STRIDE
        self.cal, self.seconds, self.days, self.handover = (np.full(size, -1) for _ in range(4))
        self.accuses, self.someone = np.zeros(size, bool), np.zeros(size, bool)
        self.role = np.full(size, -1)
        roles: dict[str, int] = {}
        for number, edition in enumerate(editions):
            for at, step in enumerate(edition["steps"]):
                sid = number * STRIDE + at
                self.cal[sid], self.seconds[sid], self.days[sid] = step["cal"], step["seconds"], step["days"]
                self.handover[sid], self.accuses[sid] = step["handover"], step["accuses"]
                self.someone[sid] = step["someone"]
                self.role[sid] = roles.setdefault(step["role"], len(roles))


class Clock:
    """Open time and working days as look-ups: the days of all calendars, one after another."""

    def __init__(self, law: dict[str, Any]) -> None:
        calendars = law["calendars"]
        lengths = [len(c["number"]) for c in calendars]
        self.first = np.array([c["first"] for c in calendars])
        self.length = np.array(lengths)
        self.offset = np.cumsum([0, *lengths[:-1]])
        self.number = np.concatenate([c["number"] for c in calendars])
        self.before = np.concatenate([c["before"] for c in calendars])
        self.edges = np.concatenate([np.array(c["edges"]) for c in calendars])
        self.working = self.edges.any(axis=1)
        self.closes = self.edges.max(axis=1)
        self.last = np.array([c["number"][-1] for c in calendars])
        # The first day with each number of working days.
        self.by_number = [np.searchsorted(np.array(c["number"]), np.arange(c["number"][-1] + 1)) for c in calendars]

    def day(self, cal: np.ndarray, moment: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The place of the day of a moment, and whether the calendar has it."""
        at = moment // DAY - self.first[cal]
        known = (at >= 0) & (at < self.length[cal])
        return self.offset[cal] + np.where(known, at, 0), known

    def open_at(self, at: np.ndarray, moment: np.ndarray) -> np.ndarray:
        """Open seconds of the calendar up to a moment of the day at that place."""
        second = moment % DAY
        edges = self.edges[at]
        gone = (np.clip(second, edges[:, i], edges[:, i + 1]) - edges[:, i] for i in (0, 2, 4))
        return self.before[at] + sum(gone)

    def effective(self, at: np.ndarray, moment: np.ndarray) -> np.ndarray:
        """The number of the working day from which a term runs."""
        return self.number[at] + (~self.working[at] | (moment % DAY > self.closes[at]))

    def after(self, at: np.ndarray, due: np.ndarray) -> np.ndarray:
        """Whether a day lies after the working day of that number."""
        number = self.number[at]
        return (number > due) | ((number == due) & ~self.working[at])


def group(entries: pd.DataFrame) -> pd.DataFrame:
    """Give each entry its application, by district, home office, number and year; the frame of the applications."""
    offices = pd.api.types.union_categoricals([entries["office"], entries["registered_by"]])
    half = len(entries)
    office, home = offices.codes[:half].astype(np.int64), offices.codes[half:].astype(np.int64)
    home = np.where(home < 0, office, home)
    district = entries["district"].cat.codes.to_numpy().astype(np.int64)
    wide = len(offices.categories)
    years = entries["registered"].to_numpy().astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)
    number = entries["application_no"].cat.codes.to_numpy()
    numbers = len(entries["application_no"].cat.categories)
    key = ((district * wide + home) * numbers + number) * 200 + years
    app, _ = pd.factorize(key)
    entries["app"] = app
    entries["office"] = district * wide + office
    count = int(app.max()) + 1
    for name in ("district", "registered_by", "application_no"):
        del entries[name]
    applications = pd.DataFrame(index=pd.RangeIndex(count))
    sound = entries["sound"].to_numpy()
    least = np.full(count, np.iinfo(np.int64).max)
    some = entries.loc[sound].groupby("app", sort=True)["seen"].min()
    least[some.index] = some.to_numpy()
    lacking = least == np.iinfo(np.int64).max
    if lacking.any():
        rest = entries.loc[lacking[app]].groupby("app")["seen"].min()
        least[rest.index] = rest.to_numpy()
    applications["day"] = least // DAY
    by_app = entries.groupby("app", sort=True)["pair"]
    low, high = by_app.min().to_numpy().copy(), by_app.max().to_numpy()
    mixed = low != high
    if mixed.any():
        some = entries.loc[mixed[app]]
        order = np.lexsort((some.index, some["seen"], some["received"] == NONE, ~some["sound"], some["app"]))
        first = some.iloc[order].drop_duplicates("app")
        low[first["app"].to_numpy()] = first["pair"].to_numpy()
    applications["pair"] = low
    ended = np.zeros(count, bool)
    ending = [i for i, text in enumerate(entries["outcome"].cat.categories) if text in ("withdrawn", "moved")]
    ended[app[sound & np.isin(entries["outcome"].cat.codes, ending)]] = True
    applications["ended"] = ended
    return applications


def place(applications: pd.DataFrame, law: dict[str, Any], pair_names: list[tuple[str, str]]) -> None:
    """The process in force for each application, or -1."""
    wide = 10_000_000
    rows = sorted(
        (pair_names.index((p["service"], p["channel"])) * wide + p["since"], at)
        for at, p in enumerate(law["processes"])
    )
    starts, order = np.array(rows).T
    until = np.array([min(p["until"], wide - 1) for p in law["processes"]])
    pair, day = applications["pair"].to_numpy(), applications["day"].to_numpy()
    found = np.searchsorted(starts, pair * wide + day, side="right") - 1
    process = order[np.maximum(found, 0)]
    fits = (found >= 0) & (starts[np.maximum(found, 0)] // wide == pair) & (day < until[process])
    applications["process"] = np.where(fits, process, -1)
    edition = np.array([p["edition"] for p in law["processes"]])
    applications["edition"] = np.where(fits, edition[process], -1)


def mean(
    entries: pd.DataFrame, applications: pd.DataFrame, words: np.ndarray, texts: Any, spellings: Spellings
) -> None:
    """The step of each entry in its application's process: each distinct combination is looked up once."""
    process = applications["process"].to_numpy()[entries["app"].to_numpy()]
    roles = len(texts["role"].categories)
    wide = len(texts["step"].categories) * roles
    at, distinct = pd.factorize(process * np.int64(wide) + words)
    looked_up = []
    for key in distinct:
        number, word = divmod(int(key), wide)
        step, role = texts["step"].categories[word // roles], texts["role"].categories[word % roles]
        looked_up.append(spellings.meaning(number, step, role) if number >= 0 else (-1, False, False, False))
    for name, column in zip(("sid", "inner", "ambiguous", "wrong_role"), zip(*looked_up, strict=True), strict=True):
        entries[name] = np.array(column)[at]


def without_duplicates(entries: pd.DataFrame) -> pd.DataFrame:
    """Entries but for those equal in every column to an earlier one; only repeats of a step can be that."""
    key = entries["app"].to_numpy() * np.int64(1 << 16) + entries["sid"].to_numpy() + 1
    repeated = pd.Series(key).duplicated(keep=False).to_numpy()
    twins = entries.loc[repeated].duplicated()
    entries = entries.drop(twins.index[twins]).drop(columns=["entry_no", "employee", "registered", "outcome"])
    return entries.reset_index(drop=True)


def coverage(entries: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """First and last possible moment by office."""
    sound = entries.loc[entries["sound"].to_numpy(), ["office", "received", "completed", "seen"]]
    size = int(entries["office"].max()) + 1
    begins, ends = np.full(size, NONE), np.full(size, NONE)
    done = np.where(sound["completed"] == NONE, sound["seen"], sound["completed"])
    by_office = sound.assign(least=np.minimum(sound["seen"], done), most=np.maximum(sound["seen"], done))
    found = by_office.groupby("office").agg({"least": "min", "most": "max"})
    begins[found.index], ends[found.index] = found["least"], found["most"]
    return begins, ends


def mark(entries: pd.DataFrame, applications: pd.DataFrame, law: dict[str, Any], rules: Rules) -> None:
    """Which steps each application has and must have, as bit masks."""
    count = len(applications)
    app, sid = entries["app"].to_numpy(), entries["sid"].to_numpy()
    own = (sid >= 0) & ~entries["inner"].to_numpy()
    keys = app[own] * np.int64(STRIDE) + sid[own] % STRIDE
    keys = keys[~pd.Series(keys).duplicated().to_numpy()]
    present = np.zeros(count, np.int64)
    bits = pd.Series(np.int64(1) << (keys % STRIDE)).groupby(keys // STRIDE).sum()
    present[bits.index] = bits.to_numpy()
    unsure = np.zeros(count, bool)
    unsure[app[sid < 0]] = True
    edition = applications["edition"].to_numpy()
    judged = edition >= 0
    required = np.where(judged, rules.required[edition], 0)
    dropped = np.zeros(count, np.int64)
    for number, one in enumerate(law["editions"]):
        mine = edition == number
        if not (one["alternatives"] or one["waivers"]) or not mine.any():
            continue
        for mask, wanted in one["alternatives"]:
            required[mine & (present & mask != 0)] |= wanted
        for bit, unless in one["waivers"]:
            dropped[mine & (present & unless != 0)] |= bit
    required &= ~dropped
    applications["present"], applications["unsure"] = present, unsure
    applications["wanted"] = required
    ending = np.where(judged, present & rules.ends[edition], 0)
    lowest = ending & -ending
    last = top_bit(present)
    required = np.where(ending != 0, required & ((lowest << 1) - 1), required)
    kept = (np.int64(1) << (last + 1)) - 1
    required = np.where((ending == 0) & applications["ended"].to_numpy(), required & kept, required)
    applications["required"], applications["last"] = required, last


def top_bit(masks: np.ndarray) -> np.ndarray:
    """The place of the highest bit, -1 of none."""
    masks = reduce(lambda mask, by: mask | (mask >> by), (1, 2, 4, 8, 16, 32), masks)
    return np.bitwise_count(masks).astype(np.int64) - 1


def perform(entries: pd.DataFrame) -> pd.DataFrame:
    """The performing entry of each step, in the order of application, edition, step; and what came before it."""
    known = entries.loc[entries["sid"].to_numpy() >= 0]
    key = known["app"].to_numpy() * np.int64(1 << 16) + known["sid"].to_numpy()
    repeated = pd.Series(key).duplicated(keep=False).to_numpy()
    several = known.loc[repeated]
    done = several["completed"].to_numpy()
    moment = np.where(done == NONE, several["received"], done)
    order = np.lexsort((several.index, moment, done == NONE, ~several["sound"], key[repeated]))
    first = several.iloc[order].drop_duplicates(["app", "sid"])
    steps = pd.concat([known.loc[~repeated], first])
    key = steps["app"].to_numpy() * np.int64(1 << 16) + steps["sid"].to_numpy()
    steps = steps.iloc[np.argsort(key, kind="stable")].reset_index(drop=True)
    chain = steps["app"].to_numpy() * np.int64(1024) + steps["sid"].to_numpy() // STRIDE
    at = np.arange(len(steps))
    begins = np.maximum.accumulate(np.where(np.r_[True, chain[1:] != chain[:-1]], at, 0))
    steps["before"] = np.where(begins < at, at - 1, -1)
    clocked = steps["sound"].to_numpy() & (steps["completed"].to_numpy() != NONE)
    nearest = np.r_[-1, np.maximum.accumulate(np.where(clocked, at, -1))[:-1]]
    steps["done_before"] = np.where(nearest >= begins, nearest, -1)
    return steps


def out_of_order(steps: pd.DataFrame) -> int:
    """O01: completed before the nearest earlier completed step."""
    before, done = steps["done_before"].to_numpy(), steps["completed"].to_numpy()
    sooner = (before >= 0) & (done != NONE) & (done < done[before]) & steps["sound"].to_numpy()
    return int(sooner.sum())


def too_long(steps: pd.DataFrame, applications: pd.DataFrame, rules: Rules, clock: Clock) -> tuple[int, int]:
    """T01 and the begun half of T02."""
    sid, app = steps["sid"].to_numpy(), steps["app"].to_numpy()
    done, extended = steps["completed"].to_numpy(), steps["extended"].to_numpy()
    start = steps["received"].to_numpy().copy()
    lone = np.flatnonzero((start == NONE) & ~steps["inner"].to_numpy() & (steps["before"].to_numpy() >= 0))
    before = steps["before"].to_numpy()[lone]
    below = applications["wanted"].to_numpy()[app[lone]] & ((np.int64(1) << (sid[lone] % STRIDE)) - 1)
    near = (top_bit(below) <= sid[before] % STRIDE) & (rules.cal[sid[before]] == rules.cal[sid[lone]])
    near &= steps["sound"].to_numpy()[before]
    start[lone[near]] = done[before[near]]
    ended = applications["ended"].to_numpy()[app]
    stop = np.where(done == NONE, steps["cut_off"].to_numpy(), done)
    limited = (rules.seconds[sid] >= 0) | (rules.days[sid] >= 0) | (extended >= 0)
    judged = rules.accuses[sid] & steps["sound"].to_numpy() & limited & (start != NONE) & ~((done == NONE) & ended)
    some = np.flatnonzero(judged)
    sid, start, stop, done, extended = sid[some], start[some], stop[some], done[some], extended[some]
    cal = rules.cal[sid]
    start_day, start_known = clock.day(cal, start)
    stop_day, stop_known = clock.day(cal, stop)
    due = clock.effective(start_day, start) + np.maximum(rules.days[sid], 0)
    elapsed = np.maximum(0, clock.open_at(stop_day, stop) - clock.open_at(start_day, start))
    by_time = (rules.seconds[sid] >= 0) & (elapsed > rules.seconds[sid])
    by_day = (rules.days[sid] >= 0) & clock.after(stop_day, due)
    late = by_time | by_day
    longer = np.flatnonzero(extended >= 0)
    if len(longer):
        at, _ = clock.day(cal[longer], extended[longer] * np.int64(DAY))
        number = clock.number[at] + ~clock.working[at]
        late[longer] = clock.after(stop_day[longer], number)
    late &= start_known & stop_known & (due <= clock.last[cal])
    return int((late & (done != NONE)).sum()), int((late & (done == NONE)).sum())


def not_begun(steps: pd.DataFrame, applications: pd.DataFrame, rules: Rules, clock: Clock) -> int:
    """T02 of the next required step of the same office kind, which nobody has begun."""
    cut = (applications["present"] & rules.ends[applications["edition"]] != 0) & (applications["edition"] >= 0)
    last, edition = applications["last"].to_numpy(), applications["edition"].to_numpy()
    due = applications["required"].to_numpy() & ~((np.int64(1) << (last + 1)) - 1)
    waits = (edition >= 0) & (last >= 0) & (due != 0) & ~cut.to_numpy()
    waits &= ~applications["ended"].to_numpy() & ~applications["unsure"].to_numpy()
    apps = np.flatnonzero(waits)
    due = due[apps]
    following = edition[apps] * STRIDE + np.bitwise_count((due & -due) - 1)
    key = steps["app"].to_numpy() * np.int64(1 << 16) + steps["sid"].to_numpy()
    row = np.searchsorted(key, apps * np.int64(1 << 16) + edition[apps] * STRIDE + last[apps])
    done = steps["completed"].to_numpy()[row]
    cal = rules.cal[following]
    here = (done != NONE) & steps["sound"].to_numpy()[row] & (rules.cal[steps["sid"].to_numpy()[row]] == cal)
    here &= rules.accuses[following] & ((rules.seconds[following] >= 0) | (rules.days[following] >= 0))
    row, following, cal, done = row[here], following[here], cal[here], done[here]
    cut_off = steps["cut_off"].to_numpy()[row]
    day, known = clock.day(cal, done)
    begins = clock.effective(day, done) + rules.handover[steps["sid"].to_numpy()[row]] + 1
    stop, stop_known = clock.day(cal, cut_off)
    known &= stop_known & (begins + np.maximum(rules.days[following], 0) <= clock.last[cal])
    first = np.zeros(len(row), np.int64)
    for number, days in enumerate(clock.by_number):
        mine = cal == number
        first[mine] = clock.offset[number] + days[np.minimum(begins[mine], len(days) - 1)]
    elapsed = clock.open_at(stop, cut_off) - clock.before[first]
    by_time = (rules.seconds[following] >= 0) & (elapsed > rules.seconds[following])
    by_day = (rules.days[following] >= 0) & clock.after(stop, begins + rules.days[following])
    return int((known & (by_time | by_day)).sum())


def skipped(
    entries: pd.DataFrame,
    steps: pd.DataFrame,
    applications: pd.DataFrame,
    rules: Rules,
    begins: np.ndarray,
    ends: np.ndarray,
) -> int:
    """S01: a required step is missing before the last one, where the exports could have shown it."""
    last, present = applications["last"].to_numpy(), applications["present"].to_numpy()
    absent = applications["required"].to_numpy() & ~present & ((np.int64(1) << np.maximum(last, 0)) - 1)
    absent[(applications["edition"].to_numpy() < 0) | (last < 0) | applications["unsure"].to_numpy()] = 0
    apps = np.flatnonzero(absent)
    if not len(apps):
        return 0
    bits = (absent[apps, None] >> np.arange(STRIDE - 1)) & 1
    which, at = np.nonzero(bits)
    missing = pd.DataFrame({"app": apps[which], "idx": at})
    missing["sid"] = applications["edition"].to_numpy()[missing["app"]] * STRIDE + missing["idx"]
    missing["cal"], missing["role"] = rules.cal[missing["sid"]], rules.role[missing["sid"]]
    has_gap = absent != 0
    seen = own_entries(entries, has_gap, rules)
    seen = seen.iloc[np.lexsort((seen.index, seen["seen"], ~seen["sound"], seen["app"]))]
    seen["near"] = seen["seen"].to_numpy() <= begins[seen["office"].to_numpy()] + COVERAGE
    earliest = seen.drop_duplicates("app")[["app", "idx", "near"]]
    of_kind = seen.drop_duplicates(["app", "cal"])[["app", "cal", "idx", "near"]]
    missing = missing.merge(earliest, on="app", suffixes=("", "_first"))
    missing = missing.merge(of_kind, on=["app", "cal"], suffixes=("", "_kind"))
    missing = missing[~(missing["near"] & (missing["idx"] < missing["idx_first"]))]
    missing = missing[~(missing["near_kind"] & (missing["idx"] < missing["idx_kind"]))]
    roles = seen[["app", "role"]].drop_duplicates()
    missing = missing.merge(roles, on=["app", "role"])
    done = own_entries(steps, has_gap, rules)
    beside = missing[["app", "sid", "cal"]].merge(
        done[["app", "sid", "cal", "office", "seen"]], on="app", suffixes=("", "_other")
    )
    later = beside[beside["sid_other"] > beside["sid"]]
    following = later.sort_values("sid_other").drop_duplicates(["app", "sid"])[["app", "sid", "seen"]]
    same_kind = beside["cal"] == beside["cal_other"]
    ahead = beside[same_kind & (beside["sid_other"] > beside["sid"])][["app", "sid"]].drop_duplicates()
    behind = beside[same_kind & (beside["sid_other"] < beside["sid"])].sort_values("sid_other", ascending=False)
    behind = behind.drop_duplicates(["app", "sid"])[["app", "sid", "office"]]
    missing = missing.merge(following.rename(columns={"seen": "later_seen"}), on=["app", "sid"])
    missing = missing.merge(ahead.assign(ahead=True), on=["app", "sid"], how="left")
    missing = missing.merge(behind, on=["app", "sid"], how="left")
    # The office's export ended before the later step was seen elsewhere: it could not show the missing one.
    shown_until = ends[missing["office"].fillna(0).astype(np.int64)]
    past = missing["ahead"].isna() & missing["office"].notna() & (missing["later_seen"] > shown_until)
    return int((~past).sum())


def own_entries(entries: pd.DataFrame, has_gap: np.ndarray, rules: Rules) -> pd.DataFrame:
    """Entries of the own procedure's steps of applications with a gap, with office kind and role by the rules."""
    sid = entries["sid"].to_numpy()
    wanted = (sid >= 0) & ~entries["inner"].to_numpy() & has_gap[entries["app"].to_numpy()]
    found = entries.loc[wanted, ["app", "sid", "office", "seen", "sound"]].copy()
    sid = found["sid"].to_numpy()
    found["idx"], found["cal"], found["role"] = sid % STRIDE, rules.cal[sid], rules.role[sid]
    return found


if __name__ == "__main__":
    tables = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    moment = int(np.datetime64(sys.argv[2], "s").astype(np.int64))
    print(json.dumps(audit(tables, moment, sys.argv[3:])))
