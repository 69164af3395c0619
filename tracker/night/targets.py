"""Decides what a night's report can be delivered to, as the configuration says: a directory, mail, a webhook.

The file is read when something is to be delivered, and what it says wrongly is refused with the table and the
key. Secrets do not stand in it: it names the variable or the file that has them, and they are looked up at
the moment of sending.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from tracker.errors import BadInput
from tracker.names import propose
from tracker.night.table import Keys, Secret, Spot

DIRECTORY, SMTP, WEBHOOK = "directory", "smtp", "webhook"
FORMATS: Final = ("html", "map", "markdown", "json")
STARTTLS, TLS, NONE = "starttls", "tls", "none"
PORTS: Final = {STARTTLS: 587, TLS: 465, NONE: 25}
TIMEOUT: Final = 30
"""Seconds for each step of the network, unless the table says otherwise."""
STEPS: Final = 4
"""A delivery is broken off after so many timeouts, however slowly the other side goes on."""
TEMPLATE: Final = '{"text": "{{markdown}}"}'
PLACEHOLDERS: Final = (
    "key", "night", "title", "subject", "summary", "cut_off", "highlights", "markdown", "html", "report"
)  # fmt: skip
PLACEHOLDER: Final = r"\{\{\s*(\w+)\s*\}\}"

_NAME: Final = r"[a-z0-9][a-z0-9_-]{0,39}"
_ADDRESS: Final = r"[^\s@<>,;:\"()\[\]\\]+@[A-Za-z0-9][A-Za-z0-9.-]*"
_HEADER: Final = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"
_OURS: Final = (
    "content-type",
    "content-length",
    "host",
    "idempotency-key",
    "connection",
    "transfer-encoding",
)


@dataclass(frozen=True)
class Directory:
    """A folder that gets a file a night."""

    name: str
    path: str
    format: str
    repeatable = True
    longest = 60


@dataclass(frozen=True)
class Mail:
    """Addresses that get a mail a night, by way of a server. `timeout` in seconds."""

    name: str
    host: str
    port: int
    security: str
    user: str | None
    password: Secret | None
    sender: str
    to: tuple[str, ...]
    ca_file: str | None
    timeout: int
    repeatable = False

    @property
    def longest(self) -> int:
        """Seconds after which a delivery is broken off."""
        return STEPS * self.timeout


@dataclass(frozen=True)
class Webhook:
    """A service that gets an HTTP POST a night; `url` is where it is, or the secret that says so."""

    name: str
    spot: Spot = field(repr=False)
    url: str | Secret = field(repr=False)
    template: Any
    headers: Mapping[str, str | Secret] = field(repr=False)
    secret: Secret | None
    repeatable: bool
    insecure: bool
    ca_file: str | None
    timeout: int

    @property
    def longest(self) -> int:
        """Seconds after which a delivery is broken off."""
        return STEPS * self.timeout

    def address(self) -> str:
        """The URL. Raises BadTarget."""
        if isinstance(self.url, str):
            return self.url
        return _url(self.spot, self.url.key, self.url.reveal(), insecure=self.insecure)


Target: TypeAlias = Directory | Mail | Webhook


def read_targets(tables: object, path: str) -> tuple[Target, ...]:
    """What the table `deliver` of the configuration file at `path` says. Raises BadTarget, BadInput."""
    if not isinstance(tables, dict):
        raise BadInput(what=f"{path}: deliver is no table", try_='[deliver.reports] with kind = "directory"')
    return tuple(_target(table, Spot(path, name)) for name, table in tables.items())


def check_secrets(targets: Iterable[Target]) -> None:
    """Refuse to begin while a secret is missing. Raises BadTarget."""
    for target in targets:
        match target:
            case Mail(password=Secret() as secret):
                secret.reveal()
            case Webhook():
                target.address()
                for one in (target.secret, *target.headers.values()):
                    if isinstance(one, Secret):
                        one.reveal()
            case _:
                pass


def loopback(host: str) -> bool:
    """Whether a host is this machine itself, so that what is sent to it passes nobody's wire."""
    import ipaddress

    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.rstrip(".").casefold() == "localhost"


def _target(table: object, spot: Spot) -> Target:
    if not re.fullmatch(_NAME, spot.name):
        spot.refuse("a target's name is small letters, digits, - and _, 40 at most", "[deliver.reports]")
    if not isinstance(table, dict):
        spot.refuse("this is no table", f'[deliver.{spot.name}] with kind = "directory"')
    keys = Keys(table, spot)
    target = KINDS[keys.word("kind", tuple(KINDS))](keys)
    keys.refuse_rest()
    return target


def _directory(keys: Keys) -> Directory:
    path = keys.beside(keys.text("path", "/srv/reports"))
    return Directory(keys.spot.name, path, keys.word("format", FORMATS, "html"))


def _mail(keys: Keys) -> Mail:
    spot = keys.spot
    host = keys.text("host", "mail.example.org")
    if not _is_host(host):
        spot.refuse(
            f"host: {host!r} is no name of a server", 'host = "mail.example.org", without port and scheme'
        )
    security = keys.word("security", tuple(PORTS), STARTTLS)
    port = keys.number("port", 1, 65535, PORTS[security])
    user, password = keys.maybe("user", "reports@example.org"), keys.secret("password")
    if (user is None) != (password is None):
        missing, given = ("password_env", "user") if user else ("user", "a password")
        spot.refuse(f"{missing} is missing beside {given}", f'{missing} = "…", or neither')
    insecure = keys.flag("insecure")
    if user and security == NONE and not insecure and not loopback(host):
        spot.refuse(
            f"the password would go to {host} for everybody to read",
            f'security = "{STARTTLS}", or insecure = true',
        )
    sender = _address(spot, "sender", keys.text("sender", "reports@example.org"))
    to = tuple(_address(spot, "to", one) for one in keys.several("to", "desk@example.org"))
    return Mail(
        spot.name, host, port, security, user, password, sender, tuple(dict.fromkeys(to)),
        keys.file("ca_file"), keys.number("timeout", 1, 300, TIMEOUT),
    )  # fmt: skip


def _webhook(keys: Keys) -> Webhook:
    spot, insecure = keys.spot, keys.flag("insecure")
    plain = keys.maybe("url", "https://example.org/hook")
    hidden = keys.secret("url") if plain is None else None
    url = _url(spot, "url", plain, insecure=insecure) if plain else hidden
    if url is None:
        spot.refuse(
            "url is missing", 'url = "https://…", or url_env = "VARIABLE" where the URL itself is the secret'
        )
    headers: dict[str, str | Secret] = {**keys.texts("headers", 'X-Desk = "north"')}
    for name, variable in keys.texts("headers_env", 'Authorization = "VARIABLE"').items():
        headers[name] = keys.variable(f"headers_env.{name}", variable)
    for name, value in headers.items():
        _check_header(spot, name, value)
    return Webhook(
        spot.name, spot, url, _template(keys), headers, keys.secret("secret"),
        keys.flag("idempotent"), insecure, keys.file("ca_file"), keys.number("timeout", 1, 300, TIMEOUT),
    )  # fmt: skip


KINDS: Final[Mapping[str, Callable[[Keys], Target]]] = {
    DIRECTORY: _directory, SMTP: _mail, WEBHOOK: _webhook,
}  # fmt: skip


def _address(spot: Spot, key: str, text: str) -> str:
    bare = text.strip()
    if not re.fullmatch(_ADDRESS, bare, re.ASCII) or not bare.isascii():
        spot.refuse(f"{key}: {text!r} is no mail address", f'{key} = "desk@example.org", without a name')
    return bare


def _url(spot: Spot, key: str, url: str, *, insecure: bool) -> str:
    """A URL that may be used. It is not told in an error, as it may be a secret."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.scheme not in ("http", "https") or not _is_host(host) or not re.fullmatch(r"[!-~]+", url):
        spot.refuse(
            f"{key} is no http(s) address", f'{key} = "https://…" (what is not ASCII is written %XX or xn--)'
        )
    if parts.username is not None:
        spot.refuse(f"{key} has a password in it", 'headers_env = { Authorization = "VARIABLE" }')
    if parts.scheme == "http" and not insecure and not loopback(host):
        spot.refuse(f"{key} goes to {host} over http, for everybody to read", "https, or insecure = true")
    return url


def _is_host(text: str) -> bool:
    """Whether a name or number could be that of a server; longer parts of names break the library."""
    if ":" in text:
        return re.fullmatch(r"[0-9A-Fa-f:.]+", text) is not None
    return len(text) < 254 and all(
        re.fullmatch(r"[A-Za-z0-9_-]{1,63}", part) for part in text.rstrip(".").split(".")
    )


def _check_header(spot: Spot, name: str, value: str | Secret) -> None:
    if not re.fullmatch(_HEADER, name) or name.casefold() in _OURS:
        spot.refuse(
            f"headers: {name!r} cannot be set", f"another name; set by tracker are {', '.join(_OURS)}"
        )
    if isinstance(value, str) and not re.fullmatch(r"[ -~]+", value):
        spot.refuse(f"headers.{name} is not of printable ASCII", "another value")


def _template(keys: Keys) -> Any:
    """The template as JSON, with placeholders in its texts that all mean something."""
    spot, text, file = keys.spot, keys.take("template"), keys.file("template_file")
    key = "template_file" if file else "template"
    if text is not None and file:
        spot.refuse("template and template_file are both set", "one of them")
    if file:
        try:
            with open(file, encoding="utf-8") as opened:
                text = opened.read()
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is no text"
            spot.refuse(
                f"template_file: {file} cannot be read ({why})", "a file of JSON, such as " + TEMPLATE
            )
    try:
        template = json.loads(TEMPLATE if text is None else text)
    except (ValueError, TypeError, RecursionError) as error:
        spot.refuse(
            f"{key} is no JSON ({error})", f"a placeholder stands inside quotes: {key} = '{TEMPLATE}'"
        )
    for name in dict.fromkeys(re.findall(PLACEHOLDER, json.dumps(template, ensure_ascii=False))):
        if name not in PLACEHOLDERS:
            near = propose(name, PLACEHOLDERS, 1)
            asked = f"did you mean {{{{{near[0]}}}}}? " if near else ""
            spot.refuse(f"{key}: {{{{{name}}}}} means nothing", f"{asked}known are {', '.join(PLACEHOLDERS)}")
    return template
