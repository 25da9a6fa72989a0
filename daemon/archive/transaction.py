"""What a unit of work sees of the transaction it is part of, and the numbers that stand for serials and peers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from adb_bridge.records import DeviceSerial
from crypto.blind_index import BlindIndex
from crypto.database import Database

from ..events import EventId, RowToken
from .codes import to_micros
from .content import ContentKeys
from .identifiers import EventToken, event_id
from .ledger_book import LedgerBook

PHONE_FIELD = "phone"
_MOST_PEERS = 50_000

T_co = TypeVar("T_co", covariant=True)


class Tokens:
    """Keyed tokens of numbers and conversations. Equal for equal input in one store, worthless without the keys."""

    def __init__(self, *, numbers: BlindIndex, conversations: BlindIndex) -> None:
        self._numbers = numbers
        self._conversations = conversations

    def of_number(self, peer_key: str) -> bytes:
        """The same on every phone of the shop, so that one customer can be found on all of them."""
        return self._numbers.token(PHONE_FIELD, peer_key)

    def of_file(self, sha256: str) -> bytes:
        """Of an attachment by the hash of its content, 64 hexadecimal digits."""
        return self._numbers.token("file", sha256)

    def of_person(self, identity: str) -> bytes:
        """What a pseudonym is made of: by it nobody finds the number's own token."""
        return self._numbers.token("person", identity)

    def of_row(self, token: RowToken) -> EventToken:
        """What a collected row is called from now on: who lacks the keys cannot tell it from guesses of the row."""
        return EventToken(self._conversations.token_of_bytes("event", token))

    def ids_of_row(self, token: RowToken) -> tuple[EventId, EventId]:
        """The ids that the event of a collected row may have: ours, and what a version before called it."""
        return event_id(self.of_row(token)), event_id(EventToken(token))

    def of_forgotten(self, token: bytes) -> bytes:
        """Of an event that was deleted: tells it again, and tells nobody what it said."""
        return self._conversations.token("forgotten", token.hex())

    def of_table_sums(self) -> bytes:
        """The key of the sums over tables that the ledger does not hold."""
        return self._conversations.token("table sums", "")

    def of_conversation(self, serial: DeviceSerial, peer_key: str) -> bytes:
        """Tells conversations of one phone apart without telling the number."""
        return self._conversations.token("conversation", f"{len(serial)}:{serial}{peer_key}")


class Directory:
    """Numbers given to phones and conversations, remembered between transactions. Belongs to the writer thread."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self._devices: dict[str, int] = {}
        self._conversations: dict[tuple[int, str], int] = {}

    def forget(self) -> None:
        """After a rollback: a number that was given may not be there any more."""
        self._devices.clear()
        self._conversations.clear()

    def device(self, database: Database, serial: DeviceSerial, now: datetime) -> int:
        """The number of a phone, given now if it had none."""
        number = self._devices.get(serial)
        if number is None:
            number = _number_of(database.fetch_value("SELECT device_no FROM devices WHERE serial = ?", (serial,)))
            if number is None:
                sql = "INSERT INTO devices (serial, first_known_at) VALUES (?, ?) RETURNING device_no"
                number = _number_of(database.fetch_value(sql, (serial, to_micros(now))))
            assert number is not None
            self._devices[serial] = number
        return number

    def conversation(self, database: Database, serial: DeviceSerial, device_no: int, peer_key: str) -> int:
        """The number of the conversation of a phone with a peer, given now if it had none."""
        number = self._conversations.get((device_no, peer_key))
        if number is None:
            token = self.tokens.of_conversation(serial, peer_key)
            sql = "SELECT conversation_no FROM conversations WHERE token = ?"
            number = _number_of(database.fetch_value(sql, (token,)))
            if number is None:
                sql = (
                    "INSERT INTO conversations (token, device_no, peer_key, peer_token) VALUES (?, ?, ?, ?) "
                    "RETURNING conversation_no"
                )
                parameters = (token, device_no, peer_key, self.tokens.of_number(peer_key))
                number = _number_of(database.fetch_value(sql, parameters))
            assert number is not None
            if len(self._conversations) >= _MOST_PEERS:
                self._conversations.clear()
            self._conversations[device_no, peer_key] = number
        return number


@dataclass(slots=True, kw_only=True)
class Transaction:
    """One group's transaction. Units share it, each inside its own savepoint."""

    database: Database
    ledger: LedgerBook
    directory: Directory
    content: ContentKeys
    now: datetime
    """When the group began, UTC."""
    texts: list[tuple[int, str]]
    """Ledger index and index terms, written to the full-text index before the commit."""

    def device(self, serial: DeviceSerial) -> int:
        """The phone's number."""
        return self.directory.device(self.database, serial, self.now)

    def index_texts(self, texts: Iterable[tuple[int, str]]) -> None:
        """Make texts findable once this transaction is committed."""
        self.texts.extend(texts)


class Unit(Protocol[T_co]):
    """Work that succeeds or fails as a whole."""

    @property
    def row_count(self) -> int:
        """About how many rows it writes; groups are closed at a number of rows."""

    @property
    def is_collected(self) -> bool:
        """True for what a phone can give again; it waits when the disk is nearly full, so that the rest can go on."""

    def apply(self, transaction: Transaction) -> T_co:
        """Write. Whatever it raises undoes this unit alone, but for errors of the disk."""


def _number_of(value: object) -> int | None:
    return value if isinstance(value, int) else None
