"""P04 mixed-application: entries of one application name different services or channels.

What it finds
    Entries under one key (district, office of registration, number, year) do not agree on the service or the
    channel. The application is judged by the entry received first.

Why it matters
    Two applications were given one number, or an entry was put under the wrong one. What is found in the
    application must be read with that in mind.

Example
    Application 15 of 2018: three entries name the child allowance, one of 14.03.2018 names targeted assistance.
    Judged as a child allowance (item 2), whose entry was received first, on 12.03.2018.
"""

from __future__ import annotations

CODE = "P04"
SEVERITY = "warning"
