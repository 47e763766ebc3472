"""By which profile an export is read: its office's own, where the register names one and the file lies in that office's inbox; else the run's.

Of several (the books of incoming and outgoing documents lie in one inbox) it is the one that the file's header fits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from auditor.errors import InputError
from auditor.exports.source import Source
from auditor.journal.layout import Layout, survey
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
        own = {}
        for office in offices:
            if office.profiles:
                first, *others = [load_profile(path, run.zone) for path in office.profiles]
                own[office.id] = replace(first, others=tuple(others))
        return Choice(run, register, own)

    def layout(self, source: Source) -> Layout:
        """The layout of a source, by the one profile among those for it that its header fits.

        Raises InputError where it fits none, or more than one: what a column means is not guessed.
        """
        profile = self._profile(source)
        if not profile.others:
            return survey(source, profile)
        fitting: list[Layout] = []
        faults: list[tuple[int, InputError]] = []
        for each in (profile, *profile.others):
            try:
                fitting.append(survey(source, each))
            except InputError as fault:
                faults.append((self._near(source, each), fault))
        if len(fitting) == 1:
            return fitting[0]
        names = ", ".join(f"`{each.name or 'the canonical journal'}`" for each in (profile, *profile.others))
        if fitting:
            both = " and ".join(f"`{layout.profile.name or 'the canonical journal'}`" for layout in fitting)
            said = f"The header fits more than one of the profiles: {both}."
            raise InputError(
                said, where=source.label, hint="Give the one that is meant, or audit these files in a run of their own."
            )
        _, nearest = max(faults, key=lambda told: told[0])
        raise InputError(
            f"The header fits none of the profiles {names}. {nearest.what}", where=source.label, hint=nearest.hint
        )

    def _near(self, source: Source, profile: Profile) -> int:
        """How many of the columns that a profile seeks the header has; nothing is known of a file that can't be read at all."""
        try:
            return survey(source, profile, refuse=False).match.score[1]
        except InputError:
            return 0

    def _profile(self, source: Source) -> Profile:
        if self.register is None or not self.own:
            return self.run
        lying = self.register.lying_in(source.origin or source.path)
        return self.own.get(lying.id, self.run) if isinstance(lying, Office) else self.run
