"""A compliance auditor for registration journals of public social services."""

__version__ = "0.1.0"
