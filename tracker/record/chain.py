"""Decides how each event vouches for itself and for all events before it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from hashlib import sha256

import orjson

SALT = 16

# position, event_id, stream, version, kind, schema, recorded_at in us, recorded_by
Header = tuple[int, str, str, int, str, int, int, str]


def salts(count: int) -> Iterator[bytes]:
    """`count` random salts: without its salt a redacted payload cannot be guessed from its hash."""
    drawn = os.urandom(SALT * count)
    return (drawn[at : at + SALT] for at in range(0, SALT * count, SALT))


def payload_hash(salt: bytes, payload: str) -> bytes:
    """SHA-256 of salt and payload."""
    return sha256(salt + payload.encode()).digest()


def link(previous: bytes, header: Header, hashed: bytes) -> bytes:
    """The chain hash: SHA-256 of the one before, the header as canonical JSON, and the payload's hash."""
    return sha256(previous + orjson.dumps(header) + hashed).digest()
