"""Decides `tracker serve`: where the map and the evidence are shown, to whom, and whether they may write."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from tracker.cli.output import note
from tracker.cli.session import Session, session
from tracker.cli.shell import Command
from tracker.errors import BadInput

if TYPE_CHECKING:
    from tracker.web.safety import Rules

SHORTEST = 16


@click.command(cls=Command)
@click.option("--host", default="127.0.0.1", metavar="ADDRESS", help="Where to listen (127.0.0.1).")
@click.option("--port", type=click.IntRange(0, 65535), default=8765, metavar="N",
              help="At which port (8765); 0: any that is free.")  # fmt: skip
@click.option("--write", is_flag=True, help="Let pages add claims, judge, and put flags away.")
@click.option("--open", "open_", is_flag=True, help="Open it in a browser.")
@click.option("--boundaries", metavar="FILE", help="A GeoJSON whose lines are drawn instead of ours.")
@click.option("--i-know-this-is-public", "public", is_flag=True,
              help="Let other machines ask, too; they need the token.")  # fmt: skip
@click.option("--token", metavar="TEXT", envvar="TRACKER_TOKEN",
              help="What everybody has to know who asks; else made where one is needed.")  # fmt: skip
@click.option("--verbose", is_flag=True, help="Say on stderr what was asked for.")
@session
def command(
    run: Session, host: str, port: int, write: bool, open_: bool, boundaries: str | None, public: bool,
    token: str | None, verbose: bool,
) -> None:  # fmt: skip
    """Show the map and the evidence in a browser, until SIGTERM or Ctrl-C.

    Only this machine is answered. The first line is the address; with --write it has a token in it,
    without which nothing can be written.
    """
    from tracker.web.server import is_loopback, listening

    if not public and not is_loopback(host):
        raise BadInput(
            what=f"{host} is heard by other machines", try_="--host 127.0.0.1; or --i-know-this-is-public"
        )
    if token is not None and not (len(token) >= SHORTEST and token.isascii() and token.isalnum()):
        raise BadInput(
            what=f"the token is to have {SHORTEST} letters and digits at least, of a-z, A-Z, 0-9",
            try_="leave --token out: one is made",
        )
    if boundaries is not None:
        from tracker.outlines import outlines

        outlines((0.0, 0.0, 0.0, 0.0), boundaries)  # a file that is no map is told at once, as is
    run.tracker(writing=write).cut_off()  # a database that is missing or too old
    with listening(host, port) as ours:
        rules = _rules(host, ours.getsockname()[1], token, needed=write or public, public=public)
        _serve(run, ours, rules, write=write, boundaries=boundaries, verbose=verbose, open_=open_)


def _rules(host: str, port: int, token: str | None, *, needed: bool, public: bool) -> Rules:
    from tracker.web.safety import Rules, own_hosts

    given = token
    if token is None and needed:
        import secrets

        token = secrets.token_hex(16)
    anywhere = host in ("0.0.0.0", "::", "")
    return Rules(own_hosts(host, port), port, token, public or given is not None, anywhere)


def _serve(run: Session, ours: Any, rules: Rules, *, write: bool, boundaries: str | None, verbose: bool,
           open_: bool) -> None:  # fmt: skip
    from tracker.cli.session import address
    from tracker.tracker import Tracker
    from tracker.web.app import Site, application
    from tracker.web.server import run as answer

    where, clock = run.where(), run.clock(writing=write)

    def opened() -> Tracker:
        return Tracker(where, clock=clock, zone=run.tz, by=run.by)

    host = ours.getsockname()[0]
    shown = f"[{host}]" if ":" in host else host
    told = f"http://{shown}:{rules.port}/" + (f"?token={rules.token}" if rules.token else "")

    def ready() -> None:
        if run.as_json:
            from tracker.cli.output import as_json

            as_json({"url": told, "host": host, "port": rules.port, "write": write, "token": rules.token})
        else:
            click.echo(told)
        sys.stdout.flush()
        note(f"{address(where)}{': pages may write' if write else ', to be read'}; Ctrl-C ends it")
        if open_:
            _open(told)

    site = Site(opened, address(where), write, boundaries)
    answer(application(site, rules, _heard if verbose else None), ours, ready)
    note("stopped; nothing is left half done")


def _heard(scope: Any, status: int) -> None:
    """What was asked for, without what was asked: a token may be in it."""
    note(f"{scope['method']} {scope['path']} {status}")


def _open(url: str) -> None:
    import threading
    import webbrowser

    threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
