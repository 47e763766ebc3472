"""Offices as the night knows them: which owes us an export, and whose letter goes where."""

from __future__ import annotations

from datetime import date

from auditor.errors import ConfigError
from auditor.journal.offices import Register
from auditor.night.config import Config, Head
from auditor.night.ledger import Ledger
from auditor.night.told import Silent


def silent_offices(register: Register, ledger: Ledger, today: date) -> list[Silent]:
    """Offices of which nothing new came for longer than the register says, the longest silent first."""
    last_sent = ledger.last_sent()
    silent = []
    for office in register.offices.values():
        belongs = (office.since is None or office.since <= today) and (office.until is None or today < office.until)
        if office.every is None or not belongs:
            continue
        told = last_sent.get(office.inbox or office.district.inbox or "", "")
        last = date.fromisoformat(told) if told else None
        if last is None or (today - last).days > office.every:
            silent.append(Silent(office.district.name, office.name, office.every, last))
    return sorted(silent, key=lambda each: (each.last or date.min, each.district, each.office))


def heads(config: Config, register: Register) -> dict[str, Head]:
    """District, by the name that stands in its entries, to its head. Raises ConfigError for one that the register lacks."""
    found: dict[str, Head] = {}
    faults = []
    for named, head in config.districts.items():
        district = register.districts.get(named) or register.district_called(named)
        if district is None:
            near = register.near_district(named)
            faults.append(
                f"{config.file}: districts.{named}: the register {register.path} has no such district"
                + (f" (did you mean `{near}`?)" if near else "")
            )
        elif district.name in found:
            faults.append(f"{config.file}: districts.{named}: the district {district.name} stands twice")
        else:
            found[district.name] = head
    if faults:
        raise ConfigError(faults)
    return found
