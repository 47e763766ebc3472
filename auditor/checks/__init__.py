"""The checks, in the order of the report. A check is a module: a docstring for its reader, CODE, SEVERITY and QUERY.

QUERY is one pure query from the prepared tables (`step`, `entry`, `missing`, `overrun` … see auditor.engine) to findings. It
may give these columns; what it leaves out stays empty: app_id, sid, eid (the entry that is the finding's place),
received_at, completed_at, due_at, lim, unit, actual, excess, basis, detail, n (for the sentence). A check may say ONLY_IF: a query
without whose rows there is nothing to find.
`CHECKS` are run on each bucket of applications, `RUN_CHECKS` once over all of a run, `MEMORY_CHECKS` where former exports are remembered
(over the table `change`, see auditor.engine.changed; they give change_id).
"""

from types import ModuleType

from auditor.checks import (
    j01_duplicate,
    j02_impossible_time,
    j03_off_hours,
    j04_number_gap,
    j05_back_dating,
    j06_lost_between_offices,
    j07_changed_entry,
    o01_out_of_order,
    o02_early_start,
    o03_repeated,
    p01_unknown_service,
    p02_channel_not_offered,
    p03_not_in_force,
    p04_mixed_application,
    r01_wrong_role,
    r02_same_person,
    s01_step_skipped,
    s02_role_skipped,
    s03_unknown_step,
    s04_wrong_branch,
    t01_late,
    t02_overdue,
    t03_total_late,
    t04_idle,
    t05_disputed,
    t06_not_the_offices_alone,
)

CHECKS: tuple[ModuleType, ...] = (
    t01_late,
    t02_overdue,
    t03_total_late,
    t04_idle,
    t05_disputed,
    t06_not_the_offices_alone,
    o01_out_of_order,
    o02_early_start,
    o03_repeated,
    s01_step_skipped,
    s02_role_skipped,
    s03_unknown_step,
    s04_wrong_branch,
    r01_wrong_role,
    r02_same_person,
    p01_unknown_service,
    p02_channel_not_offered,
    p04_mixed_application,
    j01_duplicate,
    j02_impossible_time,
    j03_off_hours,
)
RUN_CHECKS: tuple[ModuleType, ...] = (p03_not_in_force, j04_number_gap, j05_back_dating, j06_lost_between_offices)
MEMORY_CHECKS: tuple[ModuleType, ...] = (j07_changed_entry,)
ALL: tuple[ModuleType, ...] = tuple(
    sorted(
        (*CHECKS, *RUN_CHECKS, *MEMORY_CHECKS),
        key=lambda check: "TOSRPJ".index(check.CODE[0]) * 100 + int(check.CODE[1:]),
    )
)
