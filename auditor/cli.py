"""The command line: a static table of commands, each loaded only when it is called.

`auditor --help` must answer at once, so nothing heavy is imported here; a command's own module
brings in DuckDB, Polars and the rest.
"""

from __future__ import annotations

import importlib
import os
import sys

import click

from auditor import __version__
from auditor.errors import AuditorError

COMMANDS: dict[str, tuple[str, str]] = {
    "audit": ("auditor.commands.audit:audit", "Judge exports and write the reports."),
    "check": ("auditor.commands.check:check", "Say which rows would be quarantined, and why."),
    "profile": ("auditor.commands.profile:profile", "Propose a profile for an unknown export."),
    "explain": ("auditor.commands.explain:explain", "One application as a timeline, each clock worked out."),
    "diff": ("auditor.commands.diff:diff", "What would be decided otherwise under other rules."),
    "history": ("auditor.commands.history:history", "Ask the history of runs, or look after it."),
    "reconcile": ("auditor.commands.reconcile:reconcile", "Hold a list from elsewhere against the journals."),
    "table": ("auditor.commands.table:table", "The monthly tables of appendices 16 and 17, as XLSX."),
    "rules": ("auditor.commands.rules:rules", "Show the rules, or look for faults in them."),
    "rule": ("auditor.commands.rule:rule", "Explain one code, such as T01."),
    "init": ("auditor.commands.init:init", "Make the place of the nightly run."),
    "nightly": ("auditor.commands.nightly:nightly", "One night's run: intake, audit, history, report, letters."),
    "mail": ("auditor.commands.mail:mail", "Release a run's letters, and send what is due."),
    "doctor": ("auditor.commands.doctor:doctor", "Look at everything that the nightly run needs."),
    "backup": ("auditor.commands.backup:backup", "A checked copy of the whole place."),
    "restore": ("auditor.commands.restore:restore", "A place made anew from such a copy."),
    "sample": ("auditor.commands.sample:sample", "Invent journals with planted faults."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called, not when help is shown."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, attribute = COMMANDS[name][0].split(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="auditor")
def cli() -> None:
    """Audit registration journals of public social services against the decree's rules."""


def main() -> None:
    """Run the command line; a fault with a sentence ends in that sentence, never in a traceback."""
    try:
        code = cli.main(standalone_mode=False)
    except AuditorError as fault:
        click.echo(f"auditor: {fault}", err=True)
        sys.exit(fault.exit_code)
    except click.exceptions.Abort:
        click.echo("auditor: stopped.", err=True)
        sys.exit(130)
    except click.ClickException as fault:
        fault.show()
        sys.exit(2)
    except BrokenPipeError:
        # Whoever read our output (`| head`) has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as fault:
        if os.environ.get("AUDITOR_DEBUG"):
            raise
        click.echo(
            f"auditor: a fault of the program itself, not of your data: {type(fault).__name__}: {fault}\n"
            "  Nothing was judged. Please report this line; AUDITOR_DEBUG=1 shows where it happened.",
            err=True,
        )
        sys.exit(4)
    sys.exit(code if isinstance(code, int) else 0)
