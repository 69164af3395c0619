"""Decides which verdicts read differently after something than before it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tracker import phrases
from tracker.reader import Reader
from tracker.views.documents import verdict_documents
from tracker.views.situation import Question

Document = dict[str, Any]
Verdicts = Mapping[str, Document]
"""The documents of the status table by place, without what stands beside them."""


def verdicts(reader: Reader, question: Question) -> Verdicts:
    """The verdict on every place that something is claimed about."""
    return {one["place"]["id"]: one for one in verdict_documents(reader, question)}


def changes(before: Verdicts, after: Verdicts) -> list[Document]:
    """The places whose verdict is told in other words, by name; None where there was, or is, none."""
    ids = {**before, **after}
    told = [
        {"place": _place(ids[id_]), "before": before.get(id_), "after": after.get(id_)}
        for id_ in ids
        if _told(before.get(id_)) != _told(after.get(id_))
    ]
    return sorted(told, key=lambda one: (one["place"]["name"], one["place"]["id"]))


def _place(one: Document) -> Document:
    return {"id": one["place"]["id"], "name": one["place"]["name"]}


def _told(one: Document | None) -> str:
    return "" if one is None else phrases.verdict(one["place"]["name"], one)
