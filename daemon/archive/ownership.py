"""Who looks after a conversation: whoever has its phone, until it is handed to somebody; every change stays."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from crypto.database import Database

from .codes import from_micros
from .identifiers import CONVERSATION_PREFIX, spell

HOLDER: Final = ""
_LATEST: Final = """
SELECT o.owner FROM conversation_owners o WHERE o.conversation_no = {} ORDER BY o.since_index DESC LIMIT 1"""
_OF_C: Final = _LATEST.format("c.conversation_no")
_THEIRS: Final = f"""
SELECT c.conversation_no, c.token, c.peer_token, ifnull(({_OF_C}), '') FROM conversations c
WHERE (ifnull(({_OF_C}), '') = '' AND c.device_no IN
        (SELECT device_no FROM devices WHERE serial IN (SELECT value FROM json_each(?1))))
   OR ({_OF_C}) = ?2
ORDER BY c.conversation_no"""  # noqa: S608
_OF_EVENTS: Final = f"""
SELECT e.ledger_index, ({_LATEST.format("e.conversation_no")}) FROM events e
WHERE e.ledger_index IN (SELECT value FROM json_each(?)) AND e.conversation_no IS NOT NULL"""  # noqa: S608
_COUNTS: Final = """
SELECT o.owner, count(*) FROM conversation_owners o
WHERE o.owner <> '' AND o.since_index =
  (SELECT max(n.since_index) FROM conversation_owners n WHERE n.conversation_no = o.conversation_no)
GROUP BY o.owner"""
_HANDED_IN: Final = """
SELECT o.conversation_no, o.since_index,
  ifnull((SELECT p.owner FROM conversation_owners p WHERE p.conversation_no = o.conversation_no
          AND p.since_index < o.since_index ORDER BY p.since_index DESC LIMIT 1), '')
FROM conversation_owners o
WHERE o.since_index IN (SELECT value FROM json_each(?1)) AND o.since_index =
  (SELECT max(n.since_index) FROM conversation_owners n WHERE n.conversation_no = o.conversation_no)
ORDER BY o.conversation_no"""
_LISTED: Final = """
SELECT c.token, d.serial, c.peer_key, o.owner,
  (SELECT count(*) FROM events e WHERE e.conversation_no = c.conversation_no) AS events,
  (SELECT max(e.occurred_at) FROM events e WHERE e.conversation_no = c.conversation_no) AS last_at
FROM conversation_owners o JOIN conversations c ON c.conversation_no = o.conversation_no
JOIN devices d ON d.device_no = c.device_no
WHERE o.since_index IN (SELECT value FROM json_each(?1)) ORDER BY last_at DESC, c.conversation_no LIMIT ?2"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one recipient gets."""

    owner: str
    conversations: tuple[int, ...]
    digest: str
    """SHA-256 over the conversations' tokens in their order, hexadecimal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedConversation:
    """One that changed hands; `peer_key` is unmasked."""

    conversation: str
    device: str
    peer_key: str
    owner: str
    events: int
    last_at: datetime | None


def shares(database: Database, employee: str, devices: Sequence[str], recipients: Sequence[str]) -> tuple[Share, ...]:
    """Everything that is the employee's now, in equal parts; one customer is not torn apart."""
    numbers: dict[str, list[int]] = {name: [] for name in recipients}
    digests = {name: hashlib.sha256() for name in recipients}
    taken: dict[bytes, str] = {}
    for row in database.fetch_all(_THEIRS, (_json(devices), employee)):
        match row:
            case (int(number), bytes(token), bytes(peer), str()):
                owner = taken.setdefault(peer, recipients[len(taken) % len(recipients)])
                numbers[owner].append(number)
                digests[owner].update(token)
            case _:
                continue
    return tuple(
        Share(owner=name, conversations=tuple(numbers[name]), digest=digests[name].hexdigest())
        for name in recipients
        if numbers[name]
    )


def give(database: Database, conversations: Sequence[int], since_index: int, owner: str) -> None:
    """From this entry of the ledger on."""
    sql = "INSERT INTO conversation_owners (conversation_no, since_index, owner) VALUES (?, ?, ?)"
    database.executemany(sql, [(number, since_index, owner) for number in conversations])


def still_there(database: Database, steps: Sequence[int]) -> dict[str, list[int]]:
    """Conversations that were handed over in these steps and by nobody since, by who had them before."""
    found: dict[str, list[int]] = {}
    for number, _, before in database.fetch_all(_HANDED_IN, (_json(steps),)):
        if isinstance(number, int):
            found.setdefault(str(before), []).append(number)
    return found


def owners_of_events(database: Database, ledger_indexes: Sequence[int]) -> dict[int, str]:
    """By event; those that are with whoever has the phone are left out."""
    rows = database.fetch_all(_OF_EVENTS, (_json(ledger_indexes),))
    return {index: owner for index, owner in rows if isinstance(index, int) and isinstance(owner, str) and owner}


def owned_counts(database: Database) -> dict[str, int]:
    """Conversations that somebody else than the phone's holder looks after, by who does."""
    return {str(owner): count for owner, count in database.fetch_all(_COUNTS) if isinstance(count, int)}


def owned_in(database: Database, steps: Sequence[int], limit: int) -> tuple[OwnedConversation, ...]:
    """What was handed over in these steps, the newest first."""
    found: list[OwnedConversation] = []
    for row in database.fetch_all(_LISTED, (_json(steps), limit)):
        match row:
            case (bytes(token), str(serial), str(peer_key), str(owner), int(events), last_at):
                found.append(
                    OwnedConversation(
                        conversation=spell(CONVERSATION_PREFIX, token),
                        device=serial,
                        peer_key=peer_key,
                        owner=owner,
                        events=events,
                        last_at=from_micros(last_at) if isinstance(last_at, int) else None,
                    )
                )
            case _:
                continue
    return tuple(found)


def _json(values: Sequence[str] | Sequence[int]) -> str:
    return msgspec.json.encode(list(values)).decode()
