"""By which profile an export is read: its office's own, where the register names one and the file lies in that office's inbox; else the run's."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.exports.source import Source
from auditor.journal.offices import Office, Register
from auditor.journal.profile import Profile
from auditor.journal.profile_file import load_profile


@dataclass(frozen=True)
class Choice:
    """run: the profile of the run. own: office id to the profile that the register names for it."""

    run: Profile
    register: Register | None
    own: dict[str, Profile]

    @staticmethod
    def of(run: Profile, register: Register | None) -> Choice:
        """Reads the profiles that a register names. Raises InputError with every fault of one, as for any profile."""
        offices = register.offices.values() if register else ()
        own = {office.id: load_profile(office.profile, run.zone) for office in offices if office.profile}
        return Choice(run, register, own)

    def profile(self, source: Source) -> Profile:
        """The profile for a source."""
        if self.register is None or not self.own:
            return self.run
        lying = self.register.lying_in(source.origin or source.path)
        return self.own.get(lying.id, self.run) if isinstance(lying, Office) else self.run
