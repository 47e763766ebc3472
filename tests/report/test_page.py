"""The pages: golden files, what they count, what they hide, and that no journal can write into them."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import polars as pl
import pytest
from jinja2 import meta

from auditor import __version__
from auditor.engine.result import Audit
from auditor.language import catalog
from auditor.report import page, wording
from auditor.report.frames import COVERAGE, DEPUTIES, FINDINGS, QUARANTINE, UNKNOWN_ROLES, VERDICTS, parts
from auditor.report.past import Past
from auditor.report.trend import Trend
from auditor.report.write import write_reports
from report import example

GOLDEN = Path(__file__).parent / "golden"
LANGUAGES = ("kk", "ru", "en")
SOURCES = Path(page.__file__).parent
MAY_STAY_OPEN = ("td", "th", "tr", "p", "li")
ENDED_BY = {
    ("td", "th"): ("td", "th", "p"),
    ("tr",): ("tr", "td", "th", "p"),
    ("p", "ol", "details"): ("p",),
    ("li",): ("li",),
}


class Elements(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # What HTML lets go: a cell, row, paragraph or line of a list ends where the next begins or what holds it ends.
        for closes, over in ENDED_BY.items():
            if tag in closes:
                while self.open[-1] in over:
                    self.open.pop()
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "col", "input"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        while self.open[-1] != tag and self.open[-1] in MAY_STAY_OPEN:
            self.open.pop()
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def shape(self) -> list[tuple[str, tuple[str, ...]]]:
        return [(tag, tuple(sorted(attributes))) for tag, attributes in self.tags]


def pages(audit: Audit, out: Path, past: Past | None = None) -> dict[str, str]:
    """Name to text of the oblast page and of each district page."""
    written = write_reports(audit, example.rulebook(), out, past)
    ours = (path for path in written if path.suffix == ".html" and "offices" not in path.parts)
    return {path.name: path.read_text(encoding="utf-8") for path in ours}


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_are_as_reviewed(tmp_path: Path, language: str, update_golden: bool) -> None:
    """Whole pages, rewritten by `pytest --update-golden` and reviewed as a diff."""
    found = pages(example.audit(language), tmp_path, example.past())
    for name, golden in (("index.html", "index.html"), ("Абай ауданы.html", "district.html")):
        path = GOLDEN / language / golden
        text = found[name].replace(f"<dd>{__version__}</dd>", "<dd>VERSION</dd>")
        if update_golden:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", [page.OblastPage, page.DistrictPage])
def test_a_template_uses_all_it_is_given_and_nothing_else(kind: type[page.Page]) -> None:
    """The dataclass is the template's contract."""
    used: set[str] = set()
    environment = page.environment()
    for name in (page.TEMPLATES[kind], "page.html", "glance.html", "nights.html", "charts.html", "parts.html"):
        source, _, _ = environment.loader.get_source(environment, name)  # type: ignore[union-attr]
        used |= meta.find_undeclared_variables(environment.parse(source))
    # `parts` and `nights` are imports, which the blocks of its children see; `self` and `caller` are Jinja's.
    assert used - {"parts", "nights", "self", "caller"} == {field.name for field in fields(kind)}


def test_every_word_of_the_catalog_is_used() -> None:
    """A word nobody reads would be translated and kept for nothing."""
    folders = (SOURCES, SOURCES.parent / "commands")
    sources = "".join(
        file.read_text(encoding="utf-8")
        for folder in folders
        for file in folder.rglob("*")
        if file.suffix in (".py", ".html")
    )
    written_out = set(re.findall(r"[\"']([a-z_]+(?:\.[a-z0-9_]+)?)[\"']", sources))
    looked_up = set(re.findall(r"words\(\"([a-z_]+)\.\" ~", sources)) | set(
        re.findall(r"known\([\"']([a-z_]+)[\"']", sources)
    )
    looked_up.add("amount")  # by auditor.amounts, which is given the words
    unused = {key for key in catalog("report") if key not in written_out and key.split(".")[0] not in looked_up}
    assert unused == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_stands_alone(tmp_path: Path, language: str) -> None:
    """One file: no asset from outside, a policy that allows its own style and script and nothing else, the reader's language."""
    for text in pages(example.audit(language), tmp_path).values():
        tags = Elements(text).tags
        assert tags[0] == ("html", {"lang": language})
        assert {tag for tag, _ in tags} & {"img", "link", "iframe", "object", "base", "embed", "use"} == set()
        assert [dict(attributes) for tag, attributes in tags if tag == "script"] == [{}]
        assert not [
            a for _, a in tags if {"src", "style", "action"} & set(a) or any(name.startswith("on") for name in a)
        ]
        (policy,) = [a["content"] for _, a in tags if a.get("http-equiv") == "Content-Security-Policy"]
        assert policy is not None
        assert re.fullmatch(
            r"default-src 'none'; style-src 'sha256-[\w+/=]+'; script-src 'sha256-[\w+/=]+'; base-uri 'none'; form-action 'none'",
            policy,
        )
        for kind in ("style", "script"):
            inside = text.split(f"<{kind}>")[1].split(f"</{kind}>")[0]
            assert b64encode(sha256(inside.encode()).digest()).decode() in policy


def test_ids_are_unique_and_links_lead_somewhere(tmp_path: Path) -> None:
    """The contents, the captions named by their regions, the districts' pages and the files beside."""
    for name, text in pages(example.audit(), tmp_path).items():
        folder = tmp_path if name == "index.html" else tmp_path / "districts"
        tags = Elements(text).tags
        ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
        assert len(ids) == len(set(ids))
        for _, attributes in tags:
            target = attributes.get("href")
            if target and target.startswith("#"):
                assert target[1:] in ids
            elif target:
                assert (folder / unquote(target)).is_file()
            if "aria-labelledby" in attributes:
                assert attributes["aria-labelledby"] in ids


def figures(text: str, section: str) -> list[list[int]]:
    """The whole numbers of the last ten cells of each line of a table of figures, its total last, and applications."""
    body = text.split(f'<section id="{section}">')[1].split("</section>", maxsplit=1)[0]
    lines = []
    for row in re.findall(r'<tr><th scope="row"[^>]*>(.*?)</tr>', body, re.S):
        cells = [re.sub(r"<.*?>|[\u00a0,]", "", cell) for cell in re.findall(r"<td>(.*?)</td>", row, re.S)]
        lines.append([int(cells[2]), *map(int, cells[3:])])
    return lines


def expected(audit: Audit, district: str | None) -> list[int]:
    def of(frame: pl.DataFrame) -> pl.DataFrame:
        return frame if district is None else frame.filter(pl.col("district") == district)

    verdicts, findings = of(audit.verdicts), of(audit.findings)
    return [
        of(audit.applications)["n"].sum(),
        verdicts["n"].sum(),
        *(
            verdicts.filter(pl.col("verdict") == verdict)["n"].sum()
            for verdict in ("met", "late", "overdue", "open", "skipped", "undetermined")
        ),
        *(findings.filter(pl.col("severity") == severity).height for severity in ("error", "warning", "info")),
    ]


@pytest.mark.parametrize("audit", [example.audit(), example.large(findings=300)], ids=["small", "large"])
def test_sums_on_the_pages_are_those_of_the_frames(tmp_path: Path, audit: Audit) -> None:
    """Every table's lines add up to its total, and that is what the audit found: nothing vanishes on the way."""
    found = pages(audit, tmp_path)
    whole = [("index.html", None, s) for s in ("districts", "services", "channels", "offices")]
    parts = [
        (f"{district}.html".replace(".", "", 1) if district.startswith("г.") else f"{district}.html", district, s)
        for district in audit.applications["district"].unique()
        for s in ("services", "channels", "offices")
    ]
    for name, district, section in whole + parts:
        *lines, total = figures(found[name], section)
        assert total == expected(audit, district), (name, section)
        assert [sum(column) for column in zip(*lines, strict=True)] == total, (name, section)


def test_a_share_stands_beside_the_share_that_could_be_decided(tmp_path: Path) -> None:
    """1,221 of 1,223 in time says little when 314 of 1,542 could not be judged."""
    text = "".join(Elements(pages(example.audit("en"), tmp_path)["index.html"]).text).replace("\n", " ")
    assert "Share done in time99.8% 1,221 of 1,223 Share that could be decided79.6% 1,228 of 1,542" in text


def test_a_district_page_holds_nothing_of_another(tmp_path: Path) -> None:
    """It is sent to the district's head."""
    found = pages(example.audit(), tmp_path)
    abai, temirtau = found["Абай ауданы.html"], found["г Темиртау.html"]
    for word in ("Темиртау", "темиртау", "вахтёр", "и.о. руководителя", "windows-1251"):
        assert word not in abai
    for word in ("Абай", "Қарабас", "abai.csv", "жинақтаушы", "2018-12-31"):
        assert word not in temirtau
    assert "жинақтаушы" in abai
    assert "вахтёр" in temirtau
    # The shared file's quarantined row belongs to neither.
    assert "число полей" not in abai + temirtau
    assert "число полей" in found["index.html"]


def test_no_text_and_no_figure_of_another_district_gets_through(tmp_path: Path) -> None:
    """Every text and every number of the other district is marked, in every frame, file, remark and comparison."""
    clean, past = example.audit(), example.past()
    other = "ЧУЖОЕ"

    def marked(frame: pl.DataFrame) -> pl.DataFrame:
        if "district" not in frame.columns:
            return frame
        theirs = pl.col("district") == example.TEMIRTAU
        spoken = [
            c for c, t in frame.schema.items() if t == pl.String and c not in ("severity", "verdict", "life", "code")
        ]
        counted = [c for c, t in frame.schema.items() if t.is_numeric()]
        return frame.with_columns(
            *(pl.when(theirs).then(pl.lit(f"{other} {c}")).otherwise(pl.col(c)).alias(c) for c in spoken),
            *(
                pl.when(theirs).then(pl.lit(7654321)).otherwise(pl.col(c)).cast(frame.schema[c]).alias(c)
                for c in counted
            ),
        )

    frames = {name: marked(frame) for name, frame in vars(clean).items() if isinstance(frame, pl.DataFrame)}
    frames["file_districts"] = frames["file_districts"].with_columns(
        pl.when(pl.col("district").str.starts_with(other) & (pl.col("source_file") == f"{other} source_file"))
        .then(pl.lit("journals/shared.csv"))
        .otherwise(pl.col("source_file"))
        .alias("source_file")
    )
    audit = example.audit(**frames, remarks=(f"{other}: remark",))
    assert past.trend is not None
    compared = Trend(past.trend.as_of, marked(past.trend.verdicts), marked(past.trend.lives))
    told = {name: marked(value) for name, value in vars(past).items() if isinstance(value, pl.DataFrame)}
    # What the registers say of no finding is the whole oblast's.
    told["idle"] = past.idle.with_columns(pl.lit(other).alias("number"))
    own = pages(audit, tmp_path, Past(trend=compared, **told))["Абай ауданы.html"]
    assert other not in own
    assert "7654321" not in re.sub(r"[\u00a0,]", "", own)
    assert other in (tmp_path / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_five_thousand_findings_weigh_under_five_megabytes(tmp_path: Path, language: str) -> None:
    """In Cyrillic, too, where a letter takes two bytes: a page is sent by mail."""
    text = pages(example.large(language, 5200), tmp_path)["index.html"]
    assert text.count("<details><summary>") == 5000
    assert len(text.encode()) < 5_000_000


def test_raw_rows_and_numbers_of_people_stay_out(tmp_path: Path) -> None:
    """A quarantined row may hold a name and an IIN: its text is in the CSV, not on a page."""
    for text in pages(example.audit(), tmp_path).values():
        assert "Иванов" not in text
        assert "870101300123" not in text


def test_a_page_is_capped_errors_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is cut off is said, with the number of all."""
    monkeypatch.setattr("auditor.report.write.PAGE_FINDINGS", 2)
    found = pages(example.audit("en"), tmp_path)
    assert "Showing 2 of 5." in found["index.html"]
    assert sorted(re.findall(r"<a href=#(\w+)>\1</a><p class=(\w+)>", found["index.html"])) == [
        ("S01", "error"),
        ("T01", "error"),
    ]
    assert "Showing 2 of 3." in found["Абай ауданы.html"]
    assert "Showing 1" not in found["г Темиртау.html"]


def hostile() -> Iterator[str]:
    yield from (
        "<script>alert(1)</script>",
        "</script><img src=x onerror=alert(1)>",
        '"><svg onload=alert(1)>',
        "' onmouseover='x",
        "</style><style>*{}",
        "</title><base href=//x>",
        "<!--",
        "]]>",
        "&lt;b&gt;",
        "{{ 7*7 }}{% raw %}",
        "javascript:alert(1)",
        "https://example.org/x",
        "\u202eabc\u202c\u2066\u200f",
        "\x00\x01\x1b[31m\x85",
        "=HYPERLINK(1)",
        "../../x",
        "/etc/passwd",
        "x" * 100_000,
        "{files}{shown}{0}",
    )


def poisoned(text: str) -> Audit:
    """An audit with `text` in every place that a journal writes."""
    clean = example.audit()

    def everywhere(frame: pl.DataFrame, *keep: str) -> pl.DataFrame:
        return frame.with_columns(
            pl.lit(text).alias(c) for c, t in frame.schema.items() if t == pl.String and c not in keep
        )

    return example.audit(
        findings=everywhere(clean.findings, "severity"),
        verdicts=everywhere(clean.verdicts, "verdict"),
        applications=everywhere(clean.applications),
        not_in_force=everywhere(clean.not_in_force),
        coverage=everywhere(clean.coverage),
        quarantine=everywhere(clean.quarantine),
        unknown_roles=everywhere(clean.unknown_roles),
        unknown_outcomes=everywhere(clean.unknown_outcomes),
        deputies=everywhere(clean.deputies),
        file_districts=everywhere(clean.file_districts),
        inputs=(example.input_file(text, 1, 1, encoding=text),),
        remarks=(text,),
    )


@pytest.mark.parametrize("text", list(hostile()), ids=lambda text: repr(text[:20]))
def test_hostile_text_adds_no_element_and_no_path(tmp_path: Path, text: str) -> None:
    """Whatever a journal holds, the page has the elements it would have had, and the folder the files."""
    harmless, bad = pages(poisoned("abc"), tmp_path / "a"), pages(poisoned(text), tmp_path / "b" / "c" / "d")
    assert len(harmless) == len(bad) == 2
    for other in bad.values():
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", other)
    assert Elements(bad["index.html"]).shape() == Elements(harmless["index.html"]).shape()
    (district,) = set(bad) - {"index.html"}
    assert Elements(bad[district]).shape() == Elements(harmless["abc.html"]).shape()
    assert all(len(other) < 200_000 for other in bad.values())
    files = [str(f.relative_to(tmp_path)) for f in tmp_path.rglob("*") if f.is_file() and "a/" not in str(f)]
    assert all(name.startswith(("a/", "b/c/d/")) for name in files)


def test_names_shown_are_said(tmp_path: Path) -> None:
    """Whoever holds a page with names must know."""
    for language in LANGUAGES:
        texts = catalog("report")
        for shown, key in ((True, "scope.names_shown"), (False, "scope.names_masked")):
            found = pages(example.audit(language, names_shown=shown), tmp_path / f"{language}{shown}")
            assert all(texts[key][language] in text for text in found.values())


def test_what_is_left_out_of_a_frame_shows_on_the_oblast_page_only(tmp_path: Path) -> None:
    """Frames without the columns that tell the district still make a report."""
    audit = example.audit(
        unknown_roles=pl.DataFrame({"role": ["вахтёр"], "n": [2]}),
        deputies=pl.DataFrame({"role": ["и.о."], "counts_as": ["provider_head"], "n": [2]}),
        file_districts=pl.DataFrame({"source_file": ["journals/abai.csv"], "district": [example.ABAI]}),
    )
    found = pages(audit, tmp_path)
    assert "вахтёр" in found["index.html"]
    assert "вахтёр" not in found["Абай ауданы.html"]
    assert set(UNKNOWN_ROLES) - {"district"} <= set(DEPUTIES)


def test_many_quarantined_rows_are_cut(tmp_path: Path) -> None:
    """A file of rubbish does not make a page that no browser opens."""
    rubbish = example.frame(QUARANTINE, *({"source_file": "x.csv", "source_line": n} for n in range(1500)))
    assert "Showing 1,000 of 1,500." in pages(example.audit("en", quarantine=rubbish), tmp_path)["index.html"]


def test_findings_of_one_district_are_not_crowded_out_by_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cap is each page's own."""
    monkeypatch.setattr("auditor.report.write.PAGE_FINDINGS", 3)
    rows = [example.finding(application_no=f"A{n}") for n in range(10)]
    rows.append(example.finding("T06", severity="warning", district=example.TEMIRTAU, application_no="B1"))
    found = pages(example.audit(findings=example.frame(FINDINGS, *rows)), tmp_path)
    assert "<th>B1<td>" not in found["index.html"]
    assert "<th>B1<td>" in found["г Темиртау.html"]


RUSSIAN, ENGLISH = wording.Wording("ru", example.rulebook()), wording.Wording("en", example.rulebook())


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [(0, 0, "—"), (0, 9, "0.0%"), (9, 9, "100%"), (99_999, 100_000, "99.9%"), (1, 100_000, "0.1%"), (1, 3, "33.3%")],
)
def test_shares_do_not_round_to_all_or_nothing(part: int, whole: int, said: str) -> None:
    """100 % is said of all, and 0 of none."""
    assert ENGLISH.share(part, whole) == said
    assert RUSSIAN.share(part, whole) == said.replace(".", ",").replace("%", "\u00a0%")


def test_figures_and_moments_are_in_the_language_s_form() -> None:
    """Thousands by what CLDR has between them; seconds where there are any; a bare date without its midnight."""
    assert RUSSIAN.number(1234567) == "1\u00a0234\u00a0567"
    assert ENGLISH.number(41318) == "41,318"
    assert RUSSIAN.tenths(1234.56) == "1\u00a0234,6"
    assert RUSSIAN.moment(datetime(2018, 3, 5, 9, 7)) == "05.03.2018 09:07"
    assert RUSSIAN.moment(datetime(2018, 3, 5, 9, 7, 20)) == "05.03.2018 09:07:20"
    assert ENGLISH.stamp(datetime(2018, 3, 5)) == "2018-03-05"


def test_names_are_sorted_by_the_kazakh_alphabet() -> None:
    """Ә stands after а, not after я."""
    names = ["Яблоновка", "Қарқаралы", "Карагайлы", "Әулие", "Абай", "Ұлытау", "Топар", "3-ауыл"]
    assert sorted(names, key=RUSSIAN.alphabet) == [
        "3-ауыл",
        "Абай",
        "Әулие",
        "Карагайлы",
        "Қарқаралы",
        "Топар",
        "Ұлытау",
        "Яблоновка",
    ]


def test_a_name_in_another_language_than_the_page_s_says_so() -> None:
    """Who hears the page hears a Kazakh name in a Kazakh voice; a name that may be either is the page's."""
    assert RUSSIAN.tongue("Қарқаралы ауданы") == ENGLISH.tongue("Әулие") == " lang=kk"
    assert RUSSIAN.tongue("Абай ауданы") == RUSSIAN.tongue("Office 7") == RUSSIAN.tongue(None) == ""
    assert ENGLISH.tongue("Темиртау") == " lang=ru"
    assert wording.Wording("kk", example.rulebook()).tongue("Қарқаралы") == ""


def test_an_inner_step_has_the_name_of_the_provider_s_procedure() -> None:
    """Clause 5.1 runs inside a corporation's application; an unknown step keeps its spelling."""
    assert ENGLISH.step("child_allowance", "corporation", "register") == "register"
    assert RUSSIAN.step("child_allowance", "corporation", "register") == "регистрация документов"
    assert RUSSIAN.step("child_allowance", "provider", "чаепитие") == "чаепитие"


def test_a_verdict_nobody_knows_is_a_fault_of_ours(tmp_path: Path) -> None:
    """A new verdict must not fall out of the sums unseen: its steps count in no column."""
    verdicts = example.audit().verdicts.with_columns(verdict=pl.lit("vanished")).cast(VERDICTS)
    with pytest.raises(ValueError, match="vanished"):
        pages(example.audit(verdicts=verdicts), tmp_path)


def test_a_page_stays_under_five_megabytes() -> None:
    """Long messages, many offices with long names, many files: names are cut, then the findings, and how many is said."""
    clean = example.large("kk", 2000)
    long = "Ұзақ атаулы бөлім " * 25
    offices = [f"{n} {long}" for n in range(500)]
    audit = example.audit(
        "kk",
        findings=clean.findings.with_columns(pl.lit(long * 3).alias("message")),
        verdicts=example.frame(
            VERDICTS, *({"district": "Абай", "office": o, "service": "x", "verdict": "late", "n": 5} for o in offices)
        ),
        coverage=example.frame(COVERAGE, *({"district": "Абай", "office": o} for o in offices)),
        inputs=tuple(example.input_file(o, 1, 1) for o in offices),
    )
    told = page.oblast_page(audit, parts(audit, 5000).oblast, wording.Wording("kk", example.rulebook()), {})
    assert 4_500_000 < len(told.encode()) < 5_000_000
    rows = told.split('<table class="findings">')[1].split("</table>")[0].count("<details>")
    found = re.search(r"2\xa0000 ішінен (\d[\d\xa0]*) көрсетілген", told)
    assert found
    assert 1000 < int(found[1].replace("\xa0", "")) == rows < 2000
