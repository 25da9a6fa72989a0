"""What the archive knows people by: contacts of the phones, chats that are called by a name, numbers that were written
or spoken with. Read in the order they came, so that who reads on from a place gets only what is new."""

from dataclasses import dataclass
from typing import Final

import msgspec

from crypto.database import Database

from ..api.rights import RequestStep
from ..events import UNCOLLECTED, Event, EventKind
from ..peers import canonical_peer
from .codes import KIND_CODES
from .content import ContentKeys
from .event_queries import SELECT_EVENTS, event_of
from .request_steps import STEP_CODES

CONTACTS_AT_ONCE: Final = 2_000
PEERS_AT_ONCE: Final = 20_000
_CONTACT: Final = KIND_CODES[EventKind.CONTACT]
_CONTACTS: Final = (
    f"{SELECT_EVENTS} WHERE e.kind = ? AND e.kind <> 1 AND e.ledger_index > ? ORDER BY e.ledger_index LIMIT ?"
)
_PEERS: Final = """
SELECT conversation_no, peer_key, peer_token FROM conversations
WHERE conversation_no > ? ORDER BY conversation_no LIMIT ?"""
_NEWEST: Final = f"""
SELECT (SELECT max(ledger_index) FROM events WHERE kind = {_CONTACT} AND kind <> 1),
       (SELECT max(conversation_no) FROM conversations), (SELECT max(ledger_index) FROM deletions),
       (SELECT max(ledger_index) FROM request_changes WHERE step = {STEP_CODES[RequestStep.ERASED]})"""  # noqa: S608
_FIRST_SAID: Final = """
SELECT min(first) FROM (
  SELECT (SELECT min(e.ledger_index) FROM events e WHERE e.conversation_no = c.conversation_no) AS first
  FROM conversations c WHERE c.peer_token = ?)"""
_ERASED: Final = """
SELECT r.subject_token, max(c.ledger_index) FROM request_changes c JOIN requests r ON r.ledger_index = c.request_index
WHERE c.step = ? AND r.subject_token IS NOT NULL GROUP BY r.subject_token"""
_NICKNAME: Final = "nickname: "
_ACCOUNT: Final = "im: "


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPlace:
    """Up to where the archive was read."""

    contact: int = 0
    """Ledger index."""
    conversation: int = 0
    deletion: int = 0
    """Ledger index of the newest certificate: with another one, what was read before may be gone."""
    erasure: int = 0
    """Ledger index of the newest erasure that a person asked for."""

    @property
    def gone(self) -> tuple[int, int]:
        """What all has to be read anew after."""
        return self.deletion, self.erasure


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownContact:
    """A contact as a phone had it once."""

    ledger_index: int
    names: tuple[str, ...]
    """The name or remark, nicknames."""
    numbers: tuple[str, ...]
    """As numbers are compared."""
    accounts: tuple[str, ...]
    """E-mail addresses and accounts of messengers."""
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPeer:
    """Whom something was said with."""

    peer_key: str
    """A number, or `app:title`."""
    token: bytes


class _ContactAttributes(msgspec.Struct, frozen=True):
    numbers: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    note: str | None = None
    details: tuple[str, ...] | None = None


_decode: Final = msgspec.json.Decoder(_ContactAttributes).decode


def newest_known(database: Database) -> KnownPlace:
    """Where everything is read. Answered from indexes alone."""
    row = database.fetch_one(_NEWEST) or (0, 0, 0, 0)
    contact, conversation, deletion, erasure = (one if isinstance(one, int) else 0 for one in row)
    return KnownPlace(contact=contact, conversation=conversation, deletion=deletion, erasure=erasure)


def contacts_after(database: Database, content: ContentKeys, ledger_index: int) -> tuple[KnownContact, ...]:
    """At most CONTACTS_AT_ONCE, oldest first, gone and replaced ones too: what they said is still in texts."""
    rows = database.fetch_all(_CONTACTS, (_CONTACT, ledger_index, CONTACTS_AT_ONCE))
    archived = (event_of(row, content) for row in rows)
    return tuple(known_contact(one.ledger_index, one.event) for one in archived)


def known_contact(ledger_index: int, event: Event) -> KnownContact:
    """Of a contact's event; of one whose content was not collected or does not open, nobody."""
    if event.attributes == UNCOLLECTED:
        return KnownContact(ledger_index=ledger_index, names=(), numbers=(), accounts=(), note="")
    try:
        read = _decode(event.attributes)
    except msgspec.MsgspecError:
        read = _ContactAttributes()
    details = read.details or ()
    peers = (canonical_peer(number) for number in read.numbers)
    return KnownContact(
        ledger_index=ledger_index,
        names=tuple(name for name in (event.peer or "", *_values(details, _NICKNAME)) if name),
        numbers=tuple(dict.fromkeys(peer for peer in peers if peer is not None)),
        accounts=(*read.emails, *_values(details, _ACCOUNT)),
        note=read.note or "",
    )


def _values(details: tuple[str, ...], kind: str) -> tuple[str, ...]:
    """Of the lines of a kind, as `normalise` writes them: `kind: value (label)`."""
    return tuple(one.removeprefix(kind).partition(" (")[0] for one in details if one.startswith(kind))


def peers_after(database: Database, conversation_no: int) -> tuple[tuple[int, KnownPeer], ...]:
    """At most PEERS_AT_ONCE, with their places, oldest first."""
    found: list[tuple[int, KnownPeer]] = []
    for row in database.execute(_PEERS, (conversation_no, PEERS_AT_ONCE)):
        match row:
            case (int(number), str(peer_key), bytes(token)):
                found.append((number, KnownPeer(peer_key=peer_key, token=token)))
            case _:
                continue
    return tuple(found)


def first_said(database: Database, peer_tokens: tuple[bytes, ...]) -> dict[bytes, int]:
    """Ledger index of the first record with each of these numbers; those without one are left out."""
    found: dict[bytes, int] = {}
    for token in peer_tokens:
        index = database.fetch_value(_FIRST_SAID, (token,))
        if isinstance(index, int):
            found[token] = index
    return found


def erased_people(database: Database) -> dict[bytes, int]:
    """Tokens of numbers whose records were erased on request, with the ledger index of the last time."""
    rows = database.execute(_ERASED, (STEP_CODES[RequestStep.ERASED],))
    return {token: index for token, index in rows if isinstance(token, bytes) and isinstance(index, int)}
