"""Decides how a report is posted to a service, and what is known when something goes wrong on the way.

A status says what became of it. Until the request was sent whole nobody has taken it; where none is
answered after that, it may have been, and it is not sent again unless its owner says that it may.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import re
import ssl
from collections.abc import Mapping
from contextlib import closing, suppress
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from tracker.night.letter import Letter, NotTaken, Unsure, plain, told
from tracker.night.network import breaking_off, trusting
from tracker.night.table import Secret
from tracker.night.targets import PLACEHOLDER, Webhook

EXCERPT: Final = 1000
"""So many bytes of an answer are looked at, where it is a refusal."""

BEHIND: Final = (504, 524)
"""A gateway says that it passed the request on, and heard nothing more of it."""


def post(target: Webhook, letter: Letter) -> None:
    """Send a night's report. Raises NotTaken, Unsure."""
    url = urlsplit(target.address())
    body = filled(target.template, letter, target.name)
    headers, secrets = _headers(target, letter, body)
    secrets = [*secrets, url.path.lstrip("/"), url.query, *url.path.split("/"), *url.query.split("&")]
    secrets = [one for one in secrets if len(one) > 5]  # less is no secret, and would blot out words
    connection = _connection(target, url)
    with closing(connection), breaking_off(lambda: connection.sock, target.longest):
        try:
            connection.connect()
        except OSError as error:
            raise NotTaken(f"{_shown(url)}: {_why(error)}") from error
        answer = _answer(connection, url, headers, body, secrets, target.longest)
        _judge(answer, url, secrets)


def filled(template: Any, letter: Letter, target: str) -> bytes:
    """The template as JSON with its placeholders replaced; what they stand for is never read as JSON."""
    return json.dumps(_filled(template, letter, target), ensure_ascii=False).encode()


def signature(secret: str, body: bytes) -> str:
    """The value of the header that proves who sent a body."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _filled(part: Any, letter: Letter, target: str) -> Any:
    if isinstance(part, Mapping):
        return {_in_text(key, letter, target): _filled(value, letter, target) for key, value in part.items()}
    if isinstance(part, list):
        return [_filled(value, letter, target) for value in part]
    if not isinstance(part, str):
        return part
    alone = re.fullmatch(PLACEHOLDER, part)
    return letter.value(alone[1], target) if alone else _in_text(part, letter, target)


def _in_text(text: str, letter: Letter, target: str) -> str:
    def value(match: re.Match[str]) -> str:
        found = letter.value(match[1], target)
        if isinstance(found, list):
            return "\n".join(f"- {line}" for line in found)
        return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)

    return re.sub(PLACEHOLDER, value, text)


def _headers(target: Webhook, letter: Letter, body: bytes) -> tuple[dict[str, str], list[str]]:
    """What is sent along, and which of it nobody may read in an error."""
    headers = {
        "Content-Type": "application/json; charset=utf-8", "User-Agent": "tracker",
        "Idempotency-Key": letter.key(target.name),
    }  # fmt: skip
    secrets = []
    for name, value in target.headers.items():
        told_ = value.reveal() if isinstance(value, Secret) else value
        if not re.fullmatch(r"[ -~]+", told_):
            raise NotTaken(f"headers.{name}: it can only be sent in printable ASCII")
        headers[name] = told_
        secrets += [told_, *told_.split()]
    if target.secret is not None:
        secret = target.secret.reveal()
        headers["X-Tracker-Signature"] = signature(secret, body)
        secrets.append(secret)
    return headers, secrets


def _connection(target: Webhook, url: SplitResult) -> http.client.HTTPConnection:
    host = url.hostname or ""
    if url.scheme == "https":
        return http.client.HTTPSConnection(
            host, url.port, timeout=target.timeout, context=trusting(target.ca_file)
        )
    return http.client.HTTPConnection(host, url.port, timeout=target.timeout)


def _answer(
    connection: http.client.HTTPConnection, url: SplitResult, headers: Mapping[str, str], body: bytes,
    secrets: list[str], longest: int,
) -> http.client.HTTPResponse:  # fmt: skip
    """Send the request. Where it cannot be sent to its end, the service may have said why."""
    broken: OSError | None = None
    try:
        connection.request("POST", (url.path or "/") + (f"?{url.query}" if url.query else ""), body, headers)
    except OSError as error:
        broken = error
    try:
        if broken is None and connection.sock is not None:
            connection.sock.settimeout(longest)  # it has all of it now: what it says of it is waited for
        return connection.getresponse()
    except (OSError, http.client.HTTPException) as error:
        if broken is not None:
            raise NotTaken(f"{_shown(url)} broke off before the end: {told(broken, *secrets)}") from broken
        raise Unsure(
            f"{_shown(url)} was given the report and did not answer ({told(error, *secrets)}):"
            " whether it was taken is not known"
        ) from error


def _judge(answer: http.client.HTTPResponse, url: SplitResult, secrets: list[str]) -> None:
    """What the answer means; anything but a 2xx is a refusal, another address too."""
    if 200 <= answer.status < 300:
        return
    said = b""
    with suppress(OSError, http.client.HTTPException):
        said = answer.read(EXCERPT)
    text = plain(f"{answer.status} {answer.reason} {said.decode('utf-8', 'replace')}", *secrets)
    if answer.status in BEHIND:
        raise Unsure(f"{_shown(url)} answered {text}: what stands behind it may have taken the report")
    if 300 <= answer.status < 400:
        text = f"{answer.status}: it has moved, and is not followed; url names the new place"
    raise NotTaken(f"{_shown(url)} answered {text}")


def _shown(url: SplitResult) -> str:
    """A URL as far as it may be told: for some services its path is the secret."""
    return f"{url.scheme}://{url.netloc}"


def _why(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({error.verify_message}): ca_file names another"
    return told(error)
