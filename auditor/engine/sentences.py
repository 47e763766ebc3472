"""The sentence of each finding, in the language of the report.

Findings of one code and variant share a template of the catalog `findings`; it is filled for all of them at once. Python
sees single values only where few are distinct (services, lists of roles, periods), never the findings one by one.
"""

from __future__ import annotations

from collections.abc import Iterable
from string import Formatter

import polars as pl

from auditor.amounts import SECONDS_IN, amount, counted, mapped
from auditor.engine.retold import Retold
from auditor.language import DAY_FORM, Words
from auditor.law.types import Names, Rulebook, Step

READS: dict[str, pl.DataType] = {
    "code": pl.String(),
    "service": pl.String(),
    "channel": pl.String(),
    "step": pl.String(),
    "role": pl.String(),
    "received_at": pl.Datetime("us"),
    "completed_at": pl.Datetime("us"),
    "due_at": pl.Datetime("us"),
    "limit": pl.Float64(),
    "limit_unit": pl.String(),
    "actual": pl.Float64(),
    "excess": pl.Float64(),
    "basis": pl.String(),
    "detail": pl.String(),
    "n": pl.Int64(),
}
"""The columns that sentences are made of; others are not looked at."""


def sentences(findings: pl.DataFrame, rulebook: Rulebook, language: str) -> pl.Series:
    """The column `message` of `findings`, in their order.

    findings: the columns of `READS`, one row a finding. `step` and `role` hold ids (S03: the journal's spelling), `limit`,
    `actual` and `excess` are in `limit_unit`, best not yet rounded. `detail` and `n` hold what the check adds:
        T02, T05, T06  `not_begun`, or null
        T04            `cut_off` where the step was not received by the cut-off, or null
        O01, O02       id of the earlier step
        O03            n: completions
        S01, S02       id of the later step that has an entry; S02 also n: steps missing
        S04            id of the ending step, or `branch:` and the id of the other alternative's step
        R01            ids of the roles accepted, comma-separated
        R02            id of the other role
        P03            `since..until`, ISO dates, either may be empty; n: applications
        P04            the other services and channels, comma-separated
        J01            `file:line` of the first
        J02            `future` or `order`
        J04            `from..to`, the numbers missing; n: how many
        J05            the lower number
        J06            the offices that would have registered it; n: not null where one took in an application of that number itself
        J07            what became of the entry, in JSON (`auditor.engine.retold`)
    Raises KeyError for a code without a sentence, or a basis without a reason.
    """
    words = Words("findings", language)
    names = _Names(rulebook, language)
    rows = findings.select(pl.col(column).cast(kind) for column, kind in READS.items()).with_row_index("_row")
    rows = names.joined(rows).with_columns(_variant().alias("_variant"))
    parts = []
    for (code, variant), group in rows.group_by("code", "_variant"):
        text = _filled(words(f"{code}.{variant}"), _Fields(group, words, names))
        message = pl.concat_str([text, _closing(group, words), pl.lit(".")]).alias("message")
        parts.append(group.lazy().select("_row", message).collect())
    if not parts:
        return pl.Series("message", [], dtype=pl.String)
    return pl.concat(parts).sort("_row").get_column("message")


def _variant() -> pl.Expr:
    """Which of its code's templates a finding takes."""
    code, detail = pl.col("code"), pl.col("detail")
    clocked = code.is_in(["T01", "T02", "T06"])
    # A term extended by decision: the excess runs from the extended day and so is not what exceeds the limit.
    extended = pl.col("limit").is_null() | ((pl.col("actual") - pl.col("limit") - pl.col("excess")).abs() > 0.02)
    undone = pl.col("completed_at").is_null()
    since, until = _bounds(detail)
    return (
        pl.when(code.is_in(["T02", "T05", "T06"]) & (detail == "not_begun"))
        .then(pl.lit("not_begun"))
        .when((code == "T06") & undone & extended)
        .then(pl.lit("open_extended"))
        .when(clocked & extended)
        .then(pl.lit("extended"))
        .when(code.is_in(["T03", "T05", "T06"]) & undone)
        .then(pl.lit("open"))
        .when((code == "T04") & (detail == "cut_off"))
        .then(pl.lit("cut_off"))
        .when((code == "S04") & detail.str.starts_with("branch:"))
        .then(pl.lit("branch"))
        .when(code == "J02")
        .then(detail)
        .when(code == "J07")
        .then(detail.str.json_path_match("$.kind"))
        .when((code == "J06") & pl.col("n").is_not_null())
        .then(pl.lit("possible"))
        .when((code == "J04") & (pl.col("n") == 1))
        .then(pl.lit("one"))
        .when(code == "P03")
        .then(
            pl.when(since.is_null() & until.is_null())
            .then(pl.lit("never"))
            .when(until.is_null())
            .then(pl.lit("since"))
            .when(since.is_null())
            .then(pl.lit("until"))
            .otherwise(pl.lit("plain"))
        )
        .otherwise(pl.lit("plain"))
    )


def _bounds(detail: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Both sides of `from..to`, an empty one as null."""
    sides = detail.str.split_exact("..", 1)
    first, second = (sides.struct.field(f"field_{i}") for i in (0, 1))
    return tuple(pl.when(side != "").then(side) for side in (first, second))  # type: ignore[return-value]


def _closing(group: pl.DataFrame, words: Words) -> pl.Expr:
    """The half-sentence that says why a finding is only a warning; nothing where its basis is exact."""
    found = group.get_column("basis").drop_nulls().unique().to_list()
    reasons = {basis: "; " + words(f"basis.{basis}") for basis in found if basis != "exact"}
    return pl.col("basis").replace_strict(reasons, default="", return_dtype=pl.String)


def _filled(template: str, fields: _Fields) -> pl.Expr:
    """A template with its placeholders filled, a missing value in words."""
    parts: list[pl.Expr] = []
    for text, name, _, _ in Formatter().parse(template):
        if text:
            parts.append(pl.lit(text))
        if name:
            parts.append(fields(name))
    return pl.concat_str(parts)


class _Names:
    """What services, channels, roles and steps are called in one language; an unknown one keeps its spelling."""

    def __init__(self, rulebook: Rulebook, language: str) -> None:
        self.language = language
        self.services = {id_: self._shown(service.names, id_) for id_, service in rulebook.services.items()}
        self.channels = {id_: self._shown(names, id_) for id_, names in rulebook.channel_names.items()}
        self.roles = {id_: self._shown(role.names, id_) for id_, role in rulebook.roles.items()}
        self.steps = self._steps(rulebook)

    def _shown(self, names: Names, id_: str) -> str:
        return next(iter(names.get(self.language, ())), id_)

    def _steps(self, rulebook: Rulebook) -> dict[tuple[str, str, str], str]:
        """(service, channel, step) to its name: the procedure's own steps, and the provider's inside it."""
        named: dict[tuple[str, str, str], str] = {}

        def add(service: str, channel: str, steps: Iterable[Step]) -> None:
            for step in steps:
                named.setdefault((service, channel, step.id), self._shown(step.names, step.id))

        for service in rulebook.services.values():
            for procedure in service.procedures:
                inner = rulebook.procedure(service.id, "provider")
                for source in (procedure, inner):
                    for edition in reversed(source.editions if source else ()):
                        add(service.id, procedure.channel, edition.steps)
        return named

    def joined(self, rows: pl.DataFrame) -> pl.DataFrame:
        """`rows` in their order with `step_name` and `other_name`, the latter of the step named in `detail`."""
        keys = [*zip(*self.steps, strict=True)] or [(), (), ()]
        text = pl.String()
        table = pl.DataFrame(
            {"service": keys[0], "channel": keys[1], "_step": keys[2], "_name": list(self.steps.values())},
            schema={"service": text, "channel": text, "_step": text, "_name": text},
        )
        of_a_step = pl.col("code").is_in(["O01", "O02", "S01", "S02", "S04"])
        other = pl.when(of_a_step).then(pl.col("detail").str.strip_prefix("branch:"))
        rows = rows.with_columns(other.alias("_other"))
        for key, name in (("step", "step_name"), ("_other", "other_name")):
            by = table.rename({"_step": key, "_name": name})
            rows = rows.join(by, on=["service", "channel", key], how="left", maintain_order="left")
            rows = rows.with_columns(pl.col(name).fill_null(pl.col(key)))
        return rows

    def service(self, id_: str) -> str:
        return self.services.get(id_, id_)

    def channel(self, id_: str) -> str:
        return self.channels.get(id_, id_)

    def roles_of(self, ids: str) -> str:
        """Comma-separated roles by their names."""
        return ", ".join(self.roles.get(id_.strip(), id_.strip()) for id_ in ids.split(","))

    def services_of(self, ids: str) -> str:
        """Comma-separated `service/channel` by their names."""
        pairs = (id_.strip().rpartition("/") for id_ in ids.split(","))
        return ", ".join(f"{self.service(service)} ({self.channel(channel)})" for service, _, channel in pairs)


class _Fields:
    """What a placeholder stands for in one group of findings, all of one code and variant."""

    def __init__(self, group: pl.DataFrame, words: Words, names: _Names) -> None:
        self.group = group
        self.words = words
        self.names = names
        self.code = str(group.get_column("code")[0])
        self.day = DAY_FORM[words.language]

    def __call__(self, name: str) -> pl.Expr:
        return getattr(self, name)().fill_null(self.words("not_recorded"))  # type: ignore[no-any-return]

    def step(self) -> pl.Expr:
        return pl.col("step_name")

    def spelling(self) -> pl.Expr:
        return pl.col("step")

    def detail(self) -> pl.Expr:
        return pl.col("detail")

    def role(self) -> pl.Expr:
        return mapped(self.group, pl.col("role"), self.names.roles_of)

    def other(self) -> pl.Expr:
        if self.code in {"R01", "R02"}:
            return mapped(self.group, pl.col("detail"), self.names.roles_of)
        if self.code == "P04":
            return mapped(self.group, pl.col("detail"), self.names.services_of)
        return pl.col("other_name")

    def service(self) -> pl.Expr:
        return mapped(self.group, pl.col("service"), self.names.service)

    def channel(self) -> pl.Expr:
        return mapped(self.group, pl.col("channel"), self.names.channel)

    def limit(self) -> pl.Expr:
        return amount(self.group, "limit", "limit", self.words)

    def actual(self) -> pl.Expr:
        # 15 min 20 s against 15 min: rounded to the minute it would not look late.
        unit = pl.col("limit_unit").replace_strict(SECONDS_IN, default=None, return_dtype=pl.Int64)
        close = (pl.col("excess") * unit < 60).fill_null(value=False)
        return amount(self.group, "actual", "amount", self.words, close)

    def excess(self) -> pl.Expr:
        return amount(self.group, "excess", "over", self.words)

    def due(self) -> pl.Expr:
        return self._moment(pl.col("due_at"))

    def received(self) -> pl.Expr:
        return self._recorded(pl.col("received_at"))

    def completed(self) -> pl.Expr:
        return self._recorded(pl.col("completed_at"))

    def since(self) -> pl.Expr:
        return self._bound(0)

    def until(self) -> pl.Expr:
        return self._bound(1)

    def _bound(self, side: int) -> pl.Expr:
        bound = _bounds(pl.col("detail"))[side]
        return bound.str.to_date("%Y-%m-%d").dt.strftime(self.day) if self.code == "P03" else bound

    def retold(self, part: str) -> pl.Expr:
        rows = self.group.select("service", "channel", "detail").iter_rows()
        retold = Retold(self.words, self.names.steps)
        return pl.lit(pl.Series([getattr(retold, part)(*row) for row in rows], dtype=pl.String))

    def cells(self) -> pl.Expr:
        return self.retold("cells")

    def before_night(self) -> pl.Expr:
        return self.retold("before_night")

    def after_night(self) -> pl.Expr:
        return self.retold("after_night")

    def stood(self) -> pl.Expr:
        return self.retold("stood")

    def effect(self) -> pl.Expr:
        return self.retold("effect")

    def numbers(self) -> pl.Expr:
        return pl.col("n").cast(pl.String)

    def times(self) -> pl.Expr:
        return self._counted("times")

    def steps(self) -> pl.Expr:
        return self._counted("steps")

    def applications(self) -> pl.Expr:
        return self._counted("applications")

    def _counted(self, what: str) -> pl.Expr:
        forms = self.words(f"count.{what}")
        return mapped(self.group, pl.col("n"), lambda n: counted(n, forms, self.words.language))

    def _moment(self, moment: pl.Expr) -> pl.Expr:
        """A moment to the minute, to the second where it has seconds."""
        seconds = pl.when(moment.dt.second() != 0).then(moment.dt.strftime(":%S")).otherwise(pl.lit(""))
        return pl.concat_str([moment.dt.strftime(f"{self.day} %H:%M"), seconds])

    def _recorded(self, moment: pl.Expr) -> pl.Expr:
        """A moment of a journal: midnight is how a bare date is kept, and shown as one."""
        return (
            pl.when(moment.dt.time() == pl.time(0)).then(moment.dt.strftime(self.day)).otherwise(self._moment(moment))
        )
