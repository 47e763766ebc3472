"""One audit, end to end: exports are read, staged, judged, and what was found is put into words."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl

from auditor.engine import findings, flows, linking, openwork
from auditor.engine.again import Again
from auditor.engine.changed import Memory, find_changed
from auditor.engine.citing import citations
from auditor.engine.judge import FILES_SCHEMA, MENTIONS_SCHEMA, Files, Judgement, Question, judge
from auditor.engine.masking import mask_employees, mask_places
from auditor.engine.mentions import mentions
from auditor.engine.names_in_text import hiding
from auditor.engine.ownoffices import own_offices
from auditor.engine.result import FINDING_COLUMNS, Audit, Decided, InputFile
from auditor.engine.ruletables import RuleTables
from auditor.engine.sentences import sentences
from auditor.engine.staging import Staging
from auditor.engine.unshown import Shows
from auditor.exports.dialect import DELIMITER_NAMES
from auditor.exports.find import Found, PassedOver, said_of
from auditor.exports.mended import seal
from auditor.exports.opening import open_exports
from auditor.exports.source import Decision
from auditor.journal.header import shown
from auditor.journal.layout import Layout
from auditor.journal.masking import mask_set_aside
from auditor.journal.offices import Register
from auditor.journal.profile import Profile
from auditor.journal.quarantine import sentence
from auditor.journal.reading import read_source
from auditor.journal.resent import Resent
from auditor.journal.surveying import survey_exports
from auditor.language import Words
from auditor.law.types import Rulebook

BYTES_OF_ROW = 100
"""A cautious guess at how many bytes a row of an export has at least: it decides how many buckets there are."""


@dataclass(frozen=True)
class Asked:
    """What the user asked of an audit. further_languages: those that findings are worded in besides `language`, for letters in two."""

    as_of: datetime
    covers: tuple[datetime | None, datetime | None]
    language: str
    show_names: bool
    further_languages: tuple[str, ...] = ()


@dataclass
class Taken:
    """What was read besides the entries."""

    inputs: list[InputFile]
    files: list[tuple[object, ...]]
    quarantine: list[pl.DataFrame]
    mentions: list[pl.DataFrame]
    shows: list[tuple[int, Shows]] = field(default_factory=list)


Progress = Callable[[str, int, int], None]
"""Told of a stage ("read" or "judge"), how much of it is done, and of how much."""


def no_progress(stage: str, done: int, whole: int) -> None:
    """Nobody is told."""


@contextmanager
def working_folder(folder: Path) -> Iterator[Path]:
    """A folder of the run's own, emptied of what a killed run left, and gone at the end."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def audit(
    found: Found,
    profile: Profile,
    rulebook: Rulebook,
    asked: Asked,
    folder: Path,
    progress: Progress = no_progress,
    register: Register | None = None,
    memory: Memory | None = None,
    watch: Callable[[duckdb.DuckDBPyConnection], None] | None = None,
    resent: Resent | None = None,
) -> Audit:
    """Judge exports. `folder` is an empty one for the run's working files; `register` names the offices that there are; `memory` of
    former exports tells what changed since; `watch` is shown the tables of each bucket (`auditor.engine.judge`);
    `resent` knows which exports were sent after which, where they overlap.

    Raises InputError for exports that must be refused whole, before any of them is judged.
    """
    surveyed = survey_exports(open_exports(found, folder), profile, register)
    layouts = surveyed.layouts
    sizes = [bytes_of(layout) for layout in layouts]
    staging = Staging(folder, sum(sizes) // BYTES_OF_ROW, rulebook.vocabulary)
    words = Words("reading", asked.language)
    taken = take(layouts, sizes, staging, words, progress, register, memory, resent, show_names=asked.show_names)
    restart = profile.yearly_restart
    files = Files(
        pl.DataFrame(taken.files, schema=FILES_SCHEMA, orient="row"),
        pl.concat([pl.DataFrame(schema=MENTIONS_SCHEMA), *taken.mentions]),
        tuple(taken.shows),
    )
    question = Question(asked.as_of, asked.covers, restart, offices=own_offices(register, rulebook))
    judgement = judge(
        staging, files, rulebook, question, folder, lambda done, whole: progress("judge", done, whole), watch
    )
    try:
        passed_over = tuple(surveyed.passed_over)
        if memory is None:
            result = _result(judgement, staging, taken, passed_over, rulebook, asked, register, resent, None)
            return result if asked.show_names else mask_places(result)
        again = Again(judgement, staging, files, rulebook, question, folder)
        find_changed(judgement.con, memory.changes(again))
        result = _result(judgement, staging, taken, passed_over, rulebook, asked, register, resent, memory)
        memory.settle(result.findings, again)
        return result if asked.show_names else mask_places(result)
    finally:
        judgement.close()


def bytes_of(layout: Layout) -> int:
    """About as many bytes as a source would have as text: a workbook is packed."""
    grid = layout.source.grid
    return layout.source.path.stat().st_size if grid is None else grid.height * BYTES_OF_ROW


def take(
    layouts: list[Layout],
    sizes: list[int],
    staging: Staging,
    words: Words,
    progress: Progress,
    register: Register | None = None,
    memory: Memory | None = None,
    resent: Resent | None = None,
    *,
    show_names: bool = False,
) -> Taken:
    """Read exports into the staging; what is known of the files and of the rows set aside, these without identification numbers unless `show_names`."""
    taken = Taken([], [], [], [])
    if resent is not None:
        resent.look_through(layouts, register)
    whole, read = sum(sizes), 0
    for file_id, (layout, size) in enumerate(zip(layouts, sizes, strict=True)):
        reading = read_source(layout, register, keep_sent=memory is not None)
        for whole_batch in reading:
            batch = resent.of(whole_batch, layout) if resent else whole_batch
            staging.add(batch.rows, file_id)
            if memory is not None:
                memory.take(batch, layout, file_id)
            if len(batch.quarantined):
                aside = batch.quarantined if show_names else mask_set_aside(batch.quarantined, layout)
                taken.quarantine.append(in_words(aside, layout, words))
                taken.mentions.append(mentions(batch.quarantined, file_id))
        read += size
        progress("read", read, whole)
        done = reading.summary
        taken.inputs.append(
            InputFile(
                path=layout.label,
                sha256=done.sha256,
                rows_read=done.rows_read,
                rows_accepted=done.rows_accepted,
                rows_quarantined=done.rows_quarantined,
                rows_of_other_mail=done.rows_of_other_mail,
                encoding=done.encoding,
                delimiter=done.delimiter,
                extra_columns=done.extra_columns,
                received_day_precision=done.received_day_precision,
                completed_day_precision=done.completed_day_precision,
                lines=asdict(done.lines),
                persons=tuple(asdict(column) for column in done.persons),
                reading=decided(done.decisions, words.language),
            )
        )
        row = (file_id, layout.label, done.received_day_precision, done.completed_day_precision)
        shows = shown(layout.match, layout.profile)
        taken.files.append((*row, done.rows_quarantined > 0 or layout.torn, shows is not None))
        if layout.torn:
            taken.mentions.append(pl.DataFrame([(file_id, *[None] * 5)], schema=MENTIONS_SCHEMA, orient="row"))
        taken.shows += [] if shows is None else [(file_id, shows)]
    staging.close()
    return taken


def decided(decisions: tuple[Decision, ...], language: str) -> tuple[Decided, ...]:
    """What the stages of a reading decided, in words."""
    words = Words("decisions", language)
    return tuple(
        Decided(each.stage, each.decision, words(each.evidence, **_named(each.values, words)), each.doubtful)
        for each in decisions
    )


def _named(values: Mapping[str, object], words: Words) -> dict[str, object]:
    return {
        key: words(f"delimiter.{value}") if f"delimiter.{value}" in words else value for key, value in values.items()
    }


def in_words(quarantined: pl.DataFrame, layout: Layout, words: Words) -> pl.DataFrame:
    """Quarantined rows of a source as the reports have them: the columns of `Audit.quarantine`, and district."""
    said = [sentence(words, fault) for fault in quarantined.iter_rows(named=True)]
    expected = pl.lit(" ") + pl.col("expected")
    return quarantined.select(
        pl.lit(layout.label).alias("source_file"),
        pl.col("source_line").cast(pl.Int64),
        "column",
        "value",
        pl.Series("reason", said, dtype=pl.String),
        "raw",
        pl.concat_str("reason", expected.fill_null("")).alias("fault"),
        pl.lit(DELIMITER_NAMES[layout.delimiter]).alias("delimiter"),
        pl.lit(layout.header_line).alias("header"),
        pl.Series("seal", map(seal, quarantined["raw"]), dtype=pl.String),
        "district",
    )


_VERDICTS = """
SELECT d.text AS district, o.text AS office, p.service, p.channel, coalesce(r.step, w.step_text) AS step, r.role, v.verdict, v.reason, sum(v.n)::BIGINT AS n
FROM verdict_count v JOIN pair p USING (pair_id)
LEFT JOIN rule_step r USING (sid) LEFT JOIN word w USING (word_key)
JOIN spelled_district d ON d.code = v.office_key >> 32 JOIN spelled_office o ON o.code = v.office_key & 4294967295
GROUP BY ALL ORDER BY ALL
"""
_APPLICATIONS = """
SELECT d.text AS district, o.text AS office, l.service, l.channel, sum(a.n)::BIGINT AS n
FROM application_count a JOIN (SELECT DISTINCT label_id, service, channel FROM pair_label) l USING (label_id)
JOIN spelled_district d ON d.code = a.home_key >> 32 JOIN spelled_office o ON o.code = a.home_key & 4294967295
GROUP BY ALL ORDER BY ALL
"""
_NOT_IN_FORCE = """
SELECT p.service, p.channel, nullif(w.since, DATE '0001-01-01') AS since, nullif(w.until, DATE '9999-12-31') AS until, d.text AS district,
    sum(w.applications)::BIGINT AS n
FROM without_rules w JOIN pair p USING (pair_id) JOIN spelled_district d ON d.code = w.district_code GROUP BY ALL ORDER BY ALL
"""
_COVERAGE = """
SELECT d.text AS district, o.text AS office, c.begins, c.ends, c.stated FROM coverage c
JOIN spelled_district d ON d.code = c.office_key >> 32 JOIN spelled_office o ON o.code = c.office_key & 4294967295 ORDER BY ALL
"""
_UNKNOWN_ROLES = """
SELECT w.role_text AS role, d.text AS district, sum(c.n)::BIGINT AS n FROM word_count c JOIN word w USING (word_key)
JOIN spelled_district d ON d.code = c.district_code
WHERE w.role IS NULL AND w.role_text IS NOT NULL GROUP BY ALL ORDER BY ALL
"""
_DEPUTIES = """
SELECT w.role_text AS role, w.role AS counts_as, d.text AS district, sum(c.n)::BIGINT AS n FROM word_count c JOIN word w USING (word_key)
JOIN spelled_district d ON d.code = c.district_code WHERE w.deputy GROUP BY ALL ORDER BY ALL
"""
_FILE_DISTRICTS = """
SELECT f.path AS source_file, d.text AS district, sum(o.n)::BIGINT AS n FROM office_file o JOIN file f USING (file_id)
JOIN spelled_district d ON d.code = o.office_key >> 32 GROUP BY ALL ORDER BY ALL
"""


def _result(
    judgement: Judgement,
    staging: Staging,
    taken: Taken,
    passed_over: tuple[PassedOver, ...],
    rulebook: Rulebook,
    asked: Asked,
    register: Register | None,
    resent: Resent | None,
    memory: Memory | None,
) -> Audit:
    shown = findings.shown(judgement.con)
    quarantine = pl.concat([pl.DataFrame(schema=_QUARANTINE), *taken.quarantine])
    everyone = staging.spellings.employee.frame()["text"]
    hide = hiding(everyone, rulebook, shown=asked.show_names)
    applications = judgement.table(_APPLICATIONS)
    applications = applications.with_columns(hide(applications[name]) for name in ("service", "channel"))
    outcomes = staging.unknown_outcomes()
    unknown_roles, deputies = judgement.table(_UNKNOWN_ROLES), judgement.table(_DEPUTIES)
    possible, differences = linking.possible_links(judgement), linking.clock_differences(judgement)
    judged_entries = judgement.table("SELECT coalesce(sum(n), 0)::BIGINT FROM entry_count").item()
    return Audit(
        findings=worded(shown, everyone, judgement.tables, rulebook, asked),
        worded={
            language: worded(shown, everyone, judgement.tables, rulebook, replace(asked, language=language))
            for language in asked.further_languages
        },
        around=shown.select("fingerprint", *findings.AROUND).filter(
            pl.any_horizontal(pl.col("before_at", "after_at").is_not_null())
        ),
        open_work=_open_work(judgement, everyone, asked),
        verdicts=judgement.table(_VERDICTS),
        applications=applications,
        not_in_force=judgement.table(_NOT_IN_FORCE),
        coverage=judgement.table(_COVERAGE),
        quarantine=quarantine,
        unknown_roles=unknown_roles.with_columns(hide(unknown_roles["role"])),
        deputies=deputies.with_columns(hide(deputies["role"])),
        unknown_outcomes=outcomes.with_columns(hide(outcomes["outcome"])),
        file_districts=judgement.table(_FILE_DISTRICTS),
        flows=judgement.table(flows.FLOWS),
        flow_share=flows.share_of(staging.entries),
        inputs=tuple(taken.inputs),
        as_of=asked.as_of,
        covers=asked.covers,
        rules_id=rulebook.id,
        rules_sha256=rulebook.sha256,
        calendar_sha256=rulebook.calendar_sha256,
        offices_sha256=register.sha256 if register else None,
        names_shown=asked.show_names,
        entries=staging.entries,
        application_count=int(applications["n"].sum()),
        left_out=staging.entries - int(judged_entries),
        language=asked.language,
        passed_over=passed_over,
        possible_links=possible,
        clock_differences=differences,
        remarks=(
            *said_of(passed_over, asked.language),
            *(resent.remarks(asked.language) if resent else ()),
            *(memory.remarks(asked.language) if memory else ()),
            *linking.remarks(possible, differences, linking.torn_applications(judgement), asked.language),
        ),
    )


def _open_work(judgement: Judgement, everyone: pl.Series, asked: Asked) -> pl.DataFrame:
    shown = judgement.table(openwork.SHOWN)
    return shown if asked.show_names else shown.with_columns(mask_employees(shown["employee"], everyone))


_QUARANTINE = {
    "source_file": pl.String,
    "source_line": pl.Int64,
    "column": pl.String,
    "value": pl.String,
    "reason": pl.String,
    "raw": pl.String,
    "fault": pl.String,
    "delimiter": pl.String,
    "header": pl.String,
    "seal": pl.String,
    "district": pl.String,
}


def worded(
    shown: pl.DataFrame, everyone: pl.Series, tables: RuleTables, rulebook: Rulebook, asked: Asked
) -> pl.DataFrame:
    """Findings with their sentence, citation and masks: `FINDING_COLUMNS` in order. `everyone`: all names of the exports."""
    hide = hiding(everyone, rulebook, shown=asked.show_names)
    masked = shown.with_columns(hide(shown[name]) for name in ("service", "channel", "step", "role", "detail"))
    if not asked.show_names:
        masked = masked.with_columns(mask_employees(shown["employee"], everyone))
    exact = masked.with_columns(actual="exact_actual", excess="exact_excess")
    message = sentences(exact, rulebook, asked.language)
    cited = masked.with_columns(message.alias("message"), citations(shown, tables, rulebook, asked.language))
    return cited.select(FINDING_COLUMNS).with_columns(pl.col("limit").cast(pl.Float64))
