"""The slow, obvious reference of the rules of judgement: plain Python, one application at a time.

Written from `docs/readings.md` alone; it shares no code with `auditor.engine`.
"""
