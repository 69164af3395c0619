"""Decides how a night's report looks as a page: one file without a script, for screens, paper and mail.

What matters is in attributes of the elements themselves, as mail programs drop style sheets; the sheet adds
what only browsers and printers need.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from html import escape
from typing import Any, Final

from tracker.names import safe
from tracker.reports.sections import CLEARS, Item, Section, header, heading, quiet, sections, unchanged

Document = Mapping[str, Any]
Tag = Callable[[str, str], str]
"""Makes an element of a name and of what is inside."""
_SHEET: Final = (
    "@media print{body{font-size:10pt;max-width:none!important}a{color:inherit!important}"
    "section,li{break-inside:avoid}}"
    "@media(prefers-color-scheme:dark){html{background:#15181c}body{color:#e4e6e9!important}"
    "a{color:#8ab8ff!important}}"
)
_BODY: Final = (
    "margin:0 auto;padding:24px 16px;max-width:680px;font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,"
    "Helvetica,Arial,sans-serif;color:#1c2126;overflow-wrap:anywhere"
)
_STYLES: Final = {
    "h1": "font-size:26px;line-height:1.2;margin:0 0 12px",
    "h2": "font-size:18px;margin:28px 0 8px;padding-bottom:4px;border-bottom:1px solid #8a939c",
    "ul": "margin:0;padding-left:20px",
    "li": "margin:0 0 10px",
    "small": "font-size:13px;opacity:.75",
    "p": "margin:0 0 12px",
}


def html(report: Document) -> str:
    """The report of a night as one HTML file."""
    title = escape(heading(report))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{title}</title><style>{_SHEET}</style></head>\n"
        f'<body style="{_BODY}">\n{_styled("h1", title)}\n'
        + "\n".join(_body(report, _styled))
        + "\n</body></html>\n"
    )


def body(report: Document) -> str:
    """What the report says, as markup without any style: for a page that has its own."""
    return "\n".join(_body(report, _plain))


def _body(report: Document, tag: Tag) -> Iterator[str]:
    yield tag("p", tag("small", "<br>".join(map(_said, header(report)))))
    if report["quiet"]:
        yield tag("p", escape(quiet(report)))
    else:
        if report["highlights"]:
            told = "".join(tag("li", f"<strong>{_said(line)}</strong>") for line in report["highlights"])
            yield tag("ul", told)
        yield from (_section(one, tag) for one in sections(report))
        if line := unchanged(report):
            yield tag("p", _said(line))
    yield tag("p", tag("small", f"<em>{escape(report['method'])}</em>"))


def _section(section: Section, tag: Tag) -> str:
    items = [
        *(_item(one, tag) for one in section.items),
        *([tag("li", f"and {section.more} more")] if section.more else []),
    ]
    note = tag("p", tag("small", f"{CLEARS} {escape(section.note)}")) if section.note else ""
    return f"<section>{tag('h2', escape(section.title))}{tag('ul', ''.join(items))}{note}</section>"


def _item(item: Item, tag: Tag) -> str:
    region = f" ({_said(item.region)})" if item.region else ""
    text = f": {_said(item.text)}" if item.text else ""
    claims = "".join(
        tag("li", f"{_said(one.text)}: {_linked(one.attribution or 'nobody is named', one.url)}")
        for one in item.claims
    )
    step = tag("small", f"{CLEARS} {escape(item.step)}") if item.step else ""
    links = "".join(f" [{_linked('source', url)}]" for url in item.links)
    head = f"<strong>{_said(item.name)}</strong>{region}{text}{links}"
    return tag("li", head + (tag("ul", claims) if claims else "<br>" if step else "") + step)


def _linked(text: str, url: str | None) -> str:
    if url is None or not url.startswith(("https://", "http://")):
        return _said(text)
    return f'<a href="{escape(url, quote=True)}" rel="noopener noreferrer nofollow">{_said(text)}</a>'


def _said(text: str) -> str:
    """Words of the record: whatever their script or signs, they keep to themselves."""
    return f"<bdi>{escape(safe(text))}</bdi>"


def _styled(name: str, inside: str) -> str:
    return f'<{name} style="{_STYLES[name]}">{inside}</{name}>'


def _plain(name: str, inside: str) -> str:
    return f"<{name}>{inside}</{name}>"
