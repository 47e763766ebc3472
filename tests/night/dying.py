"""Runs the program and kills it, as the system would, at one call: `dying.py module:attribute before|after ARGUMENT...`.

Not a test and no part of the program: tests/night/test_survival.py starts it.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from typing import Any


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    place, when, *arguments = sys.argv[1:]
    module_name, _, name = place.partition(":")
    holder: Any = importlib.import_module(module_name)
    *outer, name = name.split(".")
    for each in outer:
        holder = getattr(holder, each)
    former = getattr(holder, name)

    def replaced(*args: Any, **options: Any) -> Any:
        if when == "before":
            die()
        result = former(*args, **options)
        die()
        return result

    setattr(holder, name, replaced)
    from auditor.cli import main as auditor

    sys.argv = ["auditor", *arguments]
    auditor()


if __name__ == "__main__":
    main()
