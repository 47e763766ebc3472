"""O01 out-of-order: a step was completed before the step that precedes it.

What it finds
    The performing entry of a step was completed before that of the nearest earlier step of the procedure that is
    present and completed. Equal moments are in order. If either is a bare date, the dates are compared.

Why it matters
    The order of the steps is a safeguard: a notice signed before it was drawn up, or a resolution before
    registration, means that someone decided without the papers or that the journal was filled in afterwards.

Example
    Child allowance through the provider: the head signed the notice on 15.03.2018 at 11:20; the executor, whose
    step is the one before (item 2, clause 5.1), completed it on 15.03.2018 at 16:00.
"""

from __future__ import annotations

CODE = "O01"
SEVERITY = "error"
