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

QUERY = """
SELECT a.app_id, min(e.eid) AS eid, arg_min_null(e.received_at, e.eid) AS received_at, arg_min_null(e.completed_at, e.eid) AS completed_at,
    string_agg(DISTINCT l.service || '/' || l.channel, ',' ORDER BY l.service || '/' || l.channel) AS detail
FROM application a JOIN entry e USING (app_id) JOIN (SELECT DISTINCT label_id, service, channel FROM pair_label) l ON l.label_id = e.label_id
WHERE a.mixed AND a.problem IS NULL AND e.label_id <> a.label_id AND e.repeats IS NULL
GROUP BY a.app_id
"""
