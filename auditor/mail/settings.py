"""The `[mail]` table of the configuration: the server, who is written to, and when letters may leave."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from auditor.errors import ConfigError
from auditor.law.plain_toml import Settings

ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)*"
)
"""Plain ASCII addresses only: nothing in them can end a header or an SMTP command."""
HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.:-]{0,253}[A-Za-z0-9])?")
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
TLS = ("starttls", "tls", "none")
RELEASES = ("manual", "auto")
ARCHIVES = ("imap", "maildir", "mbox")
USUAL_PORT = {"starttls": 587, "tls": 465, "none": 25}


@dataclass(frozen=True)
class Login:
    """A name at a server, and where its password is kept: a 0600 file or a variable of the environment."""

    user: str
    password_file: Path | None
    password_env: str

    def password(self) -> str:
        """The password itself. Raises ConfigError where it is missing, or open to others. It is never logged."""
        if self.password_file is None:
            found = os.environ.get(self.password_env, "")
            if not found:
                raise ConfigError([f"The variable {self.password_env} with the mail password is not set."])
            return found
        try:
            mode = stat.S_IMODE(self.password_file.stat().st_mode)
            if mode & 0o077:
                raise ConfigError([f"{self.password_file} can be read by others (mode {mode:04o}): chmod 600 it."])
            return self.password_file.read_text(encoding="utf-8").strip("\r\n")
        except (OSError, UnicodeDecodeError) as fault:
            why = fault.strerror if isinstance(fault, OSError) else "it is not UTF-8"
            raise ConfigError([f"{self.password_file}: the mail password cannot be read ({why})."]) from fault


@dataclass(frozen=True)
class Server:
    """An SMTP server and how it is spoken to. `ca_file` is a certificate authority of one's own, else the system's."""

    host: str
    port: int
    tls: str
    login: Login | None
    ca_file: Path | None
    timeout_seconds: int


@dataclass(frozen=True)
class ArchiveBox:
    """The mailbox that gets a copy of every letter, where the lost ones are looked for.

    address: an envelope recipient of every letter, or empty where the mail system keeps copies by itself.
    wait_minutes: how long a copy may take to come in; before that nothing is concluded from its absence.
    """

    kind: str
    path: Path | None
    address: str
    wait_minutes: int
    host: str
    port: int
    folder: str
    login: Login | None
    ca_file: Path | None
    timeout_seconds: int


@dataclass(frozen=True)
class MailSettings:
    """How letters leave. Without `server` and `eml_folder` they stay in the outbox."""

    release: str
    sender: str
    inspector: tuple[str, ...]
    operator: tuple[str, ...]
    server: Server | None
    eml_folder: Path | None
    archive: ArchiveBox | None
    retry_nights: tuple[int, ...]

    @property
    def automatic(self) -> bool:
        return self.release == "auto"


def addresses(section: Settings, key: str) -> tuple[str, ...]:
    """A list of plain addresses; faults are noted."""
    found = section.texts(key, required=False, empty=True)
    for value in found:
        _check_address(section, key, value)
    return tuple(value for value in found if ADDRESS.fullmatch(value))


def _check_address(section: Settings, key: str, value: str) -> None:
    if not ADDRESS.fullmatch(value):
        section.fault(
            key,
            f"`{' '.join(value.split())}` is no plain mail address",
            "write it as `head@district.example`, without a name",
        )


def read_mail(section: Settings, folder: Path) -> MailSettings:
    """Read the table; paths are relative to `folder`. Faults are noted in the section."""
    release = section.choice("release", RELEASES, required=False, default="manual")
    sender = section.text("from", required=section.has("host") or section.has("eml_folder"), right="an address")
    if sender:
        _check_address(section, "from", sender)
    eml_folder = section.text("eml_folder", required=False)
    settings = MailSettings(
        release=release,
        sender=sender if ADDRESS.fullmatch(sender) else "",
        inspector=addresses(section, "inspector"),
        operator=addresses(section, "operator"),
        server=_server(section, folder) if section.has("host") else None,
        eml_folder=folder / eml_folder if eml_folder else None,
        archive=_archive(section.table("archive"), folder) if section.has("archive") else None,
        retry_nights=section.wholes("retry_nights", (0, 1, 2, 4)),
    )
    if settings.server and settings.eml_folder:
        section.fault(
            "eml_folder", "stands beside `host`", "keep one: a server, or a folder for a mail system of your own"
        )
    if release == "auto" and not (settings.server or settings.eml_folder):
        section.fault("release", "is `auto`, but there is neither `host` nor `eml_folder`", "name one of them")
    section.done()
    return settings


def _server(section: Settings, folder: Path) -> Server:
    host = section.text("host", right="the name of the mail server")
    _check_host(section, host)
    tls = section.choice("tls", TLS, required=False, default="starttls")
    if tls == "none" and host not in LOCAL_HOSTS:
        section.fault(
            "tls", f"`none` would send letters readable to {host}", "`starttls` or `tls`; `none` is for localhost only"
        )
    return Server(
        host,
        section.whole("port", USUAL_PORT[tls], 1, 65535),
        tls,
        _login(section, folder),
        _file(section, "ca_file", folder),
        section.whole("timeout_seconds", 60, 1, 3600),
    )


def _check_host(section: Settings, host: str) -> None:
    if host and not HOST.fullmatch(host):
        section.fault(
            "host", f"`{host}` is no name of a server", "a name such as `mail.example`, the port under `port`"
        )


def _login(section: Settings, folder: Path) -> Login | None:
    user = section.text("user", required=section.has("password_file") or section.has("password_env"))
    file, variable = _file(section, "password_file", folder), section.text("password_env", required=False)
    if not user:
        return None
    if (file is None) == (not variable):
        section.fault("user", "has no password, or two", "name `password_file` (mode 0600) or `password_env`")
    return Login(user, file, variable)


def _file(section: Settings, key: str, folder: Path) -> Path | None:
    named = section.text(key, required=False)
    return folder / named if named else None


def _archive(section: Settings, folder: Path) -> ArchiveBox:
    kind = section.choice("kind", ARCHIVES, default="maildir")
    host = section.text("host", required=kind == "imap", right="the name of the IMAP server")
    _check_host(section, host)
    path = section.text("path", required=kind != "imap", right="the path of the mailbox")
    address = section.text("address", required=False)
    if address:
        _check_address(section, "address", address)
    box = ArchiveBox(
        kind=kind,
        path=folder / path if path else None,
        address=address if ADDRESS.fullmatch(address) else "",
        wait_minutes=section.whole("wait_minutes", 5, 0, 10_000),
        host=host,
        port=section.whole("port", 993, 1, 65535),
        folder=section.text("folder", required=False) or "INBOX",
        login=_login(section, folder),
        ca_file=_file(section, "ca_file", folder),
        timeout_seconds=section.whole("timeout_seconds", 60, 1, 3600),
    )
    if kind == "imap" and box.login is None and host:
        section.fault("kind", "is `imap`, which wants a login", "name `user` and `password_file` or `password_env`")
    section.done()
    return box
