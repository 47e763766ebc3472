"""`auditor sample`: invented journals and the list of their planted faults."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.errors import UsageError


@click.command()
@click.option(
    "--out", "out", type=click.Path(path_type=Path), required=True, help="Folder for journals/ and labels.csv."
)
@click.option("--applications", default=1000, show_default=True, help="How many applications to invent.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same bytes.")
@click.option("--violations", default=0.05, show_default=True, help="Share of applications with a planted fault.")
@click.option("--rules", type=click.Path(path_type=Path), help="Rules folder; the decree's own without it.")
@click.option(
    "--lang", type=click.Choice(["kk", "ru", "en"]), envvar="AUDITOR_LANG", default="en", help="Language of messages."
)
def sample(out: Path, applications: int, seed: int, violations: float, rules: Path | None, lang: str) -> None:
    """Invent journals of all procedures, with planted faults and their labels."""
    from auditor.law.load import load_rulebook
    from auditor.paths import default_rules
    from auditor.sample import write_sample

    if applications < 1:
        raise UsageError("--applications must be at least 1.")
    if not 0 <= violations <= 1:
        raise UsageError(f"--violations is a share between 0 and 1, not {violations:g}.")
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file; --out names a folder.")
    journals = out / "journals"
    if journals.exists() and any(journals.iterdir()):
        raise UsageError(
            f"{journals} is not empty; journals of another sample would be mixed with these.", hint="Name a new folder."
        )
    made = write_sample(load_rulebook(rules or default_rules()), out, applications, seed, violations)
    text = {
        "en": "{e} entries of {a} applications in {j} journals; {n} planted findings in {f}",
        "ru": "{e} записей о {a} заявлениях в {j} журналах; {n} заложенных нарушений в {f}",
        "kk": "{j} журналда {a} өтініш бойынша {e} жазба; {n} әдейі енгізілген бұзушылық: {f}",
    }[lang]
    click.echo(text.format(e=made.entries, a=made.applications, j=made.journals, n=made.labels, f=out / "labels.csv"))
