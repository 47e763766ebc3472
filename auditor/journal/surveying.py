"""Which of all that was opened are journals. Each source is looked at before any is read, so that one message names every file that can't be taken."""

from __future__ import annotations

from dataclasses import dataclass, replace

from auditor.errors import InputError
from auditor.exports.find import PassedOver
from auditor.exports.opening import Opened, Tables, Unread, raise_all
from auditor.journal.choosing import Choice
from auditor.journal.layout import Layout
from auditor.journal.offices import Register
from auditor.journal.profile import Profile


@dataclass(frozen=True)
class Surveyed:
    """The journals among what was opened, in the order of the files, and what is passed over because it holds none."""

    layouts: list[Layout]
    passed_over: list[PassedOver]


def survey_exports(opened: Opened, profile: Profile, register: Register | None = None) -> Surveyed:
    """The layouts of all journals, by `profile` or by that which a register names for the office in whose inbox a file lies. Raises one InputError that names every file that must be one and can't be taken."""
    layouts: list[Layout] = []
    passed_over = list(opened.passed_over)
    faults: list[InputError] = []
    choice = Choice.of(profile, register)
    unread = list(opened.unread)
    for tables in opened.tables:
        told, refused = _survey_tables(tables, choice)
        layouts += told
        if told or not tables.must:
            passed_over += [PassedOver(label, why, {"said": fault.what}) for label, why, fault in refused]
            continue
        fault = _none_of(tables, refused)
        if tables.member:
            unread.append(Unread(tables.origin, tables.label, fault))
        else:
            faults.append(fault)
    read = {layout.source.origin for layout in layouts}
    raise_all([*faults, *(part.fault for part in unread if part.origin not in read)])
    nothing = [told.path for told in passed_over if told.why == "empty_quarantine"]
    if not layouts and nothing:
        said = (
            "The quarantine file has a header and no rows: nothing was set aside, or nothing is left to be sent back."
        )
        raise InputError(said, where=nothing[0], hint="Name the export itself.")
    if not layouts:
        raise InputError("None of the files holds a journal.", hint="Name the files one by one: each then says why.")
    passed_over += [PassedOver(part.label, "unread", {"said": part.fault.what}) for part in unread]
    torn = {part.origin for part in unread}
    return Surveyed(
        [replace(layout, torn=layout.source.origin in torn) for layout in layouts] if torn else layouts,
        sorted(passed_over, key=lambda told: told.path),
    )


def _none_of(tables: Tables, refused: list[tuple[str, str, InputError]]) -> InputError:
    """Why a file without a journal is refused."""
    if len(refused) == 1:
        return refused[0][2]
    said = " ".join(f"`{label.removeprefix(tables.label)}`: {fault.what}" for label, _, fault in refused)
    hint = next((fault.hint for _, _, fault in refused if fault.hint), "")
    return InputError(f"None of its tables is a journal. {said}", where=tables.label, hint=hint)


def _survey_tables(tables: Tables, choice: Choice) -> tuple[list[Layout], list[tuple[str, str, InputError]]]:
    """The journals of one file, and its other tables: label, why passed over, fault."""
    layouts: list[Layout] = []
    refused: list[tuple[str, str, InputError]] = []
    if not tables.sources:
        refused.append((tables.label, "no_table", InputError("The file holds no table.", where=tables.label)))
    for source in tables.sources:
        try:
            layouts.append(choice.layout(source))
        except InputError as fault:
            empty = source.grid is not None and source.grid.height == 0
            refused.append((source.label, "empty_table" if empty else "no_journal", fault))
    return layouts, refused
