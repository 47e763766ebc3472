"""P01 unknown-service: the rules have no such service.

What it finds
    The service named in the application's first entry is neither an id nor a name in the vocabulary. The
    application is judged for J codes only.

Why it matters
    Journals hold other mail too, so most of these are none of the auditor's business. A misspelt service, though,
    hides its applications from the audit.

Example
    An entry of 12.03.2018 names the service "archive certificate". The decree has nine services; this is none of
    them.
"""

from __future__ import annotations

CODE = "P01"
SEVERITY = "warning"


QUERY = """
SELECT a.app_id, e.eid, e.received_at, e.completed_at
FROM application a JOIN entry e USING (app_id) WHERE a.problem = 'P01' AND e.repeats IS NULL
QUALIFY row_number() OVER (PARTITION BY a.app_id ORDER BY e.received_at IS NULL, coalesce(e.received_at, e.completed_at), e.eid) = 1
"""
