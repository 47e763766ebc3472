"""R02 same-person: one employee acted in two roles that are to be kept apart.

What it finds
    In one application the same employee has entries in both roles of a pair that the rules keep apart. The decree
    names no such pair, so nothing is found unless a rules folder adds one.

Why it matters
    Where one person prepares and approves, nobody checks. In a small office it can be unavoidable, hence a warning.

Example
    A rules folder keeps `provider_executor` and `provider_head` apart. In a home care application of March 2018 one
    employee drew up the reply (12 working days, item 8, clause 5) and signed it (1 hour).
"""

from __future__ import annotations

CODE = "R02"
SEVERITY = "warning"
