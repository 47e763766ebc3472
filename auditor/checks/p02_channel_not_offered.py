"""P02 channel-not-offered: the service is not delivered through that channel.

What it finds
    No edition of the rules delivers the service through the channel named in the application's first entry, or the
    channel's name is unknown. The application is judged for J codes only.

Why it matters
    An application taken in where the regulation does not provide for it has no lawful procedure, and the
    applicant's term no lawful start. Often the channel was only mistyped.

Example
    Home care with the channel `portal`, received on 12.03.2018. Item 8 describes it through the provider only.
"""

from __future__ import annotations

CODE = "P02"
SEVERITY = "warning"


QUERY = """
SELECT a.app_id, e.eid, e.received_at, e.completed_at
FROM application a JOIN entry e USING (app_id) WHERE a.problem = 'P02' AND e.repeats IS NULL
QUALIFY row_number() OVER (PARTITION BY a.app_id ORDER BY e.received_at IS NULL, coalesce(e.received_at, e.completed_at), e.eid) = 1
"""
