"""What every test of nights shares."""

from history.read_once import rules_read_once  # noqa: F401
