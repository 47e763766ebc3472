"""`auditor mail`: send what is due, release a run's letters, or look at them first."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.commands.places import clock_of, config_option, place_of, zone_of
from auditor.errors import UsageError
from auditor.language import Words


@click.command()
@config_option
@click.option("--release", type=int, metavar="RUN", help="Let the letters of this run leave, and send them.")
@click.option(
    "--resend",
    metavar="MESSAGE-ID",
    help="Send a letter again of which nobody knew whether it was sent, and which did not arrive.",
)
@click.option("--dry-run", is_flag=True, help="Send nothing: write every message that has not left to a folder.")
def mail(config_file: Path, release: int | None, resend: str | None, dry_run: bool) -> int:
    """Send what is due: letters of released runs, the inspector's summary, what an earlier attempt could not bring away.

    Nothing of a run leaves before its release, unless the configuration says `release = "auto"`.
    """
    from auditor.durable import make_folder, write_durably
    from auditor.history.history import History
    from auditor.mail.delivery import deliver
    from auditor.mail.outbox import DRY_RUN, Outbox
    from auditor.night.lock import only_run
    from auditor.night.post import notify, readdress
    from auditor.night.telling import Telling

    config = place_of(config_file)
    zone = zone_of(config)
    clock = clock_of(zone)
    words, telling = Words("night", config.language), Telling(config.language, config.file.name)
    if not config.mail.sender and not dry_run:
        raise UsageError(
            f"{config.file}: [mail] names no server and no folder.", hint="docs/nightly.md says how mail is set up."
        )
    with only_run(config.folders.history, "mail", clock()), History.open(config.database, make=False) as history:
        outbox = Outbox(history, config.folders.outbox)
        if dry_run:
            folder = config.folders.outbox / DRY_RUN
            make_folder(folder)
            posts = [post for post in outbox.in_state("held", "due") if release is None or post.run == release]
            for old in folder.glob("*.eml"):
                old.unlink()
            for post in posts:
                write_durably(folder / Path(post.file).name, outbox.content(post))
            click.echo(words("said.dry", n=len(posts), folder=folder))
            return 0
        if release is not None:
            click.echo(words("said.released", run=release, n=outbox.release(release, clock())))
        if resend is not None:
            post = outbox.named(resend)
            if post.state not in ("uncertain", "failed"):
                raise UsageError(
                    f"{resend} is not in doubt: {post.state}.", hint="Only a letter in doubt or refused is sent again."
                )
            outbox.set_state(post, "due", clock())
        struck = readdress(outbox, config, telling, clock())
        done = deliver(outbox, config.mail, clock)
        done.failed += len(struck)
        done.trouble += struck
        notify(outbox, history, config, done, telling, clock, zone)
        click.echo(words("said.sent", sent=done.sent, put_off=done.put_off, failed=done.failed))
        for trouble in done.trouble:
            click.echo(trouble, err=True)
        for run, n in outbox.waiting_runs().items():
            click.echo(words("letters.held", run=run, n=n, config=config_file))
        for post in outbox.in_state("uncertain"):
            click.echo(
                words(
                    "letters.unsettled",
                    district=post.district,
                    recipient=post.recipient,
                    id=post.message_id,
                    config=config_file,
                )
            )
    return 1 if done.trouble or done.failed or done.put_off else 0
