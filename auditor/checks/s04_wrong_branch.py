"""S04 wrong-branch: work went on after an end, or on both sides of a fork.

What it finds
    A step has an entry though an earlier present step ends the procedure, such as a refusal; or entries stand in
    two alternatives of one branch, of which an application can take only one.

Why it matters
    A refused application that went on, or one that was both granted and refused, has two answers. The applicant
    cannot tell which one holds.

Example
    Child allowance through the State Corporation: the message that the registers hold no data on the applicant
    (item 2, clause 8, process 4) ends the procedure. An entry of process 5, sending the signed request to the
    provider, follows it.
"""

from __future__ import annotations

CODE = "S04"
SEVERITY = "error"
