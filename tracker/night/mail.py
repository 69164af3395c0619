"""Decides how a report goes out as mail, and what is known when something goes wrong on the way.

Up to the end of the message nobody has taken it. After that only the server's answer tells; where none
comes, the mail may have gone out, and it is not sent again.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from contextlib import ExitStack
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any, Final

from tracker.night.letter import Letter, NotTaken, Unsure, plain, told
from tracker.night.network import breaking_off, trusting
from tracker.night.targets import STARTTLS, TLS, Mail

PATIENCE: Final = 4
"""So often an address that is refused for the time being is waited for, before the others get theirs."""


def mail(target: Mail, letter: Letter, *, attempt: int, now: int) -> str | None:
    """Send a night's report; answers with what is to be said of it besides, such as an address refused.

    Raises NotTaken, Unsure.
    """
    password = target.password.reveal() if target.password else ""
    content = composed(target, letter, now).as_bytes()
    try:
        with _connected(target) as server:
            _enter(server, target, password)
            refused = _address(server, target, attempt)
            _hand_over(server, content, target.longest)
    except UnicodeError:
        raise NotTaken(f"{target.host}:{target.port}: user and password must be ASCII") from None
    except (OSError, smtplib.SMTPException) as error:
        raise NotTaken(_why(target, error, password)) from error
    return f"sent, but not to {'; '.join(refused)}" if refused else None


def composed(target: Mail, letter: Letter, now: int) -> EmailMessage:
    """The report as a mail: to be read as text and as a page."""
    message = EmailMessage(policy=SMTP)
    message["Message-ID"] = (
        f"<night-{letter.night}.{letter.key(target.name)}@{target.sender.rpartition('@')[2]}>"
    )
    message["Date"] = format_datetime(datetime.fromtimestamp(now // 1_000_000, UTC))
    message["From"] = target.sender
    message["To"] = ", ".join(target.to)
    message["Subject"] = letter.subject
    message["Auto-Submitted"] = "auto-generated"  # nobody's holiday note answers it (RFC 3834)
    message.set_content(letter.markdown, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    return message


class _Refused(smtplib.SMTPException):
    """The server's answer was a refusal, before the message was handed over."""


class _Connection(smtplib.SMTP):
    """A connection that is broken off in time, and whose end concerns nobody: what counts was said before."""

    def __init__(self, target: Mail, **rest: Any) -> None:
        self.sock = None
        self._within = ExitStack()
        self._within.enter_context(breaking_off(lambda: self.sock, target.longest))
        try:
            super().__init__(target.host, target.port, timeout=target.timeout, **rest)
        except BaseException:
            self._within.close()
            raise

    def __exit__(self, *_: object) -> None:
        try:
            if self.sock is not None:
                self.sock.settimeout(2)
            self.docmd("QUIT")
        except (OSError, smtplib.SMTPException):
            pass
        finally:
            self.close()
            self._within.close()


class _Secure(_Connection, smtplib.SMTP_SSL):
    """The same with TLS from the first byte on."""


def _connected(target: Mail) -> smtplib.SMTP:
    return (
        _Secure(target, context=trusting(target.ca_file)) if target.security == TLS else _Connection(target)
    )


def _enter(server: smtplib.SMTP, target: Mail, password: str) -> None:
    server.ehlo_or_helo_if_needed()
    if target.security == STARTTLS:
        server.starttls(context=trusting(target.ca_file))
        server.ehlo_or_helo_if_needed()
    if target.user is not None:
        server.login(target.user, password)


def _address(server: smtplib.SMTP, target: Mail, attempt: int) -> list[str]:
    """Name sender and recipients; answers with those who are refused, while others are not."""
    _expect(server.mail(target.sender), "the sender")
    answers = [(one, *server.rcpt(one)) for one in target.to]
    refused = [(one, code, text) for one, code, text in answers if code not in (250, 251)]
    named = [f"{one} ({code} {_decoded(text)})" for one, code, text in refused]
    waits = any(400 <= code < 500 for _, code, _ in refused) and attempt <= PATIENCE
    if len(refused) == len(target.to) or waits:
        raise _Refused(f"refused: {'; '.join(named)}")
    return named


def _hand_over(server: smtplib.SMTP, content: bytes, longest: int) -> None:
    """The message, and the answer to it. Raises Unsure once its end is on the way and no answer comes.

    A server may look through a message for long before it answers, so that is waited for to the last.
    """
    _expect(server.docmd("DATA"), "DATA", 354)
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", content.rstrip(b"\r\n") + b"\n")
    server.send(re.sub(rb"(?m)^\.", b"..", lines))  # an error here: its end was not sent
    try:
        server.send(b".\r\n")
        if server.sock is not None:
            server.sock.settimeout(longest)
        code, text = server.getreply()
    except (OSError, smtplib.SMTPException) as error:
        raise Unsure(
            f"the mail was handed to the server, which did not answer ({told(error)}):"
            " whether it went out is not known"
        ) from error
    if 400 <= code < 600:
        raise _Refused(f"refused the message: {code} {_decoded(text)}")
    if not 200 <= code < 300:
        raise Unsure(f"the mail was handed to the server, whose answer says nothing: {_decoded(text)!r}")


def _expect(answer: tuple[int, bytes], what: str, code: int = 250) -> None:
    if answer[0] != code:
        raise _Refused(f"refused {what}: {answer[0]} {_decoded(answer[1])}")


def _decoded(text: bytes | str) -> str:
    return plain(text.decode("utf-8", "replace") if isinstance(text, bytes) else text)


def _why(target: Mail, error: Exception, password: str) -> str:
    where = f"{target.host}:{target.port}"
    match error:
        case ssl.SSLCertVerificationError():
            why = f"its certificate is not trusted ({error.verify_message}): ca_file names another"
        case smtplib.SMTPAuthenticationError():
            why = f"user or password refused: {error.smtp_code} {_decoded(error.smtp_error)}"
        case smtplib.SMTPNotSupportedError():
            why = str(error) + (f' security = "{TLS}"' if target.security == STARTTLS else "")
        case smtplib.SMTPResponseException():
            why = f"{error.smtp_code} {_decoded(error.smtp_error)}"
        case _:
            why = told(error)
    return plain(f"{where}: {why}", password)
