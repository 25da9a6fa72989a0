"""The multimedia messages of a phone: a part of `PhoneStore`.

Source: telephony-common `PduPersister` (how a PDU becomes rows; the same in every copy seen, Android 6 to 14),
TelephonyProvider `MmsSmsDatabaseHelper`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

from .apps import App, BrandApps
from .contents import Content, Stored
from .foreground import Foreground
from .mms_rows import AddressType, Mms, MmsBox, MmsPart, MmsType, StoredAddress, StoredMms, StoredPart
from .providers.tables import Row, SqlValue, Tables, Value, int_of, text_of
from .rows import Text

UTF_8: Final = 106
"""IANA MIBenum."""

OWN_ADDRESS: Final = "insert-address-token"
PARTS_DIRECTORY: Final = "/data/user_de/0/com.android.providers.telephony/app_parts"


class MmsShelf(ABC):
    """What `PhoneStore` does for multimedia messages."""

    telephony: Tables
    _now: Callable[[], datetime]
    _apps: BrandApps
    _foreground: Foreground

    def _start_mms(self) -> None:
        self._part_files: dict[str, Content] = {}
        self._part_file_number = 0

    @abstractmethod
    def _thread(self, address: Text) -> int:
        """The conversation's id."""

    @abstractmethod
    def _notify(self, app: App, title: Text, text: Text, channel: str) -> None:
        """Show an app's notification."""

    def add_mms(self, mms: Mms) -> int:
        """A message is downloaded, or the person at the phone sends one (`box=SENT`). Return its row id."""
        if mms.box is not MmsBox.INBOX:
            self._foreground.use(self._apps.messages)
            return self._insert_mms(mms)
        row_id = self._insert_mms(mms)
        first_text = next((part.text for part in mms.parts if part.text and part.content_type == "text/plain"), None)
        self._notify(self._apps.messages, mms.sender, mms.subject or first_text, "sms")
        return row_id

    def load_mms(self, messages: Iterable[Mms]) -> None:
        """Add history without a trace in the log. Ids follow the order given."""
        for one in messages:
            self._insert_mms(one)

    def delete_mms(self, provider_id: int) -> None:
        """The person deletes a message with its parts and addresses: the SMS app is in front, nothing else tells."""
        self._foreground.use(self._apps.messages)
        self._forget_mms("mid=?", "msg_id=?", "_id=?", (provider_id,))

    def erase_mms(self) -> None:
        """Everything gone, silently."""
        self._forget_mms("1", "1", "1", ())

    def part_file(self, path: str) -> Content | None:
        """The file that a part's `_data` names."""
        return self._part_files.get(path)

    def mms(self) -> tuple[StoredMms, ...]:
        """Every row by id, with addresses and parts: what a perfect archive holds (shell cannot see other boxes)."""
        rows = self.telephony.select("SELECT _id, date, msg_box, m_type, sub, sub_cs, sub_id FROM pdu ORDER BY _id")
        return tuple(
            StoredMms(
                provider_id=int_of(row[0]),
                date_s=int_of(row[1]),
                box=int_of(row[2]),
                type=int_of(row[3]),
                subject=_bytes(row[4]),
                subject_charset=None if row[5] is None else int_of(row[5]),
                sub_id=int_of(row[6]),
                addresses=self._addresses(int_of(row[0])),
                parts=self._parts(int_of(row[0])),
            )
            for row in rows
        )

    # --- inside ------------------------------------------------------------------------------------------------------

    def _addresses(self, mms_id: int) -> tuple[StoredAddress, ...]:
        rows = self.telephony.select("SELECT type, address FROM addr WHERE msg_id=? ORDER BY _id", (mms_id,))
        return tuple(StoredAddress(type=int_of(kind), address=_bytes(address)) for kind, address in rows)

    def _parts(self, mms_id: int) -> tuple[StoredPart, ...]:
        rows = self.telephony.select(
            "SELECT _id, seq, ct, name, text, _data FROM part WHERE mid=? ORDER BY _id", (mms_id,)
        )
        return tuple(self._part(row) for row in rows)

    def _part(self, row: Row) -> StoredPart:
        return StoredPart(
            part_id=int_of(row[0]),
            seq=int_of(row[1]),
            content_type=text_of(row[2]),
            name=_bytes(row[3]),
            text=_bytes(row[4]),
            content=self._part_files.get(text_of(row[5]) or ""),
        )

    def _insert_mms(self, mms: Mms) -> int:
        mms_id = self.telephony.execute(_INSERT_PDU, self._pdu_values(mms))
        sender = OWN_ADDRESS if mms.sender is None else mms.sender
        addresses: list[tuple[AddressType, Text]] = [(AddressType.FROM, sender)]
        addresses += [(AddressType.TO, one) for one in mms.recipients]
        addresses += [(AddressType.CC, one) for one in mms.copied]
        addresses += [(AddressType.BCC, one) for one in mms.blind_copied]
        for kind, address in addresses:
            self.telephony.execute(_INSERT_ADDRESS, (mms_id, _latin(address), int(kind), UTF_8, mms.sub_id))
        for part in mms.parts:
            self._insert_part(mms_id, part, mms)
        return mms_id

    def _insert_part(self, mms_id: int, part: MmsPart, mms: Mms) -> None:
        path = None
        if part.data is not None:
            self._part_file_number += 1
            path = f"{PARTS_DIRECTORY}/PART_{int(mms.at.timestamp() * 1000)}{self._part_file_number}"
            self._part_files[path] = Stored(part.data) if isinstance(part.data, bytes) else part.data
        charset = part.charset if part.charset is not None or part.text is None else UTF_8
        values = (
            mms_id,
            part.seq,
            part.content_type,
            _latin(part.name),
            charset,
            _latin(part.content_id),
            _latin(part.content_location),
            path,
            part.text.encode("utf-8", "surrogatepass") if isinstance(part.text, str) else part.text,
            mms.sub_id,
        )
        self.telephony.execute(_INSERT_PART, values)

    def _pdu_values(self, mms: Mms) -> tuple[SqlValue, ...]:
        is_inbox = mms.box is MmsBox.INBOX
        kind = mms.kind or (MmsType.RETRIEVED if is_inbox else MmsType.SEND_REQUEST)
        talker = mms.sender if is_inbox or not mms.recipients else mms.recipients[0]
        at_s = int(mms.at.timestamp())
        text_only = all(part.data is None for part in mms.parts)
        return (
            mms.provider_id,
            self._thread(talker),
            at_s,
            at_s - 5 if is_inbox else 0,
            int(mms.box),
            int(mms.is_read),
            f"sim-{at_s}-{kind:d}",
            _latin(mms.subject),
            None if mms.subject is None else UTF_8,
            int(kind),
            sum(_size(part) for part in mms.parts),
            f"T{at_s:x}",
            mms.sub_id,
            int(mms.is_read),
            None if is_inbox else self._apps.messages.package,
            int(text_only),
        )

    def _forget_mms(self, parts: str, addresses: str, messages: str, values: tuple[int, ...]) -> None:
        database = self.telephony
        for (path,) in database.select(f"SELECT _data FROM part WHERE {parts}", values):  # noqa: S608 (our own words)
            self._part_files.pop(text_of(path) or "", None)
        database.execute(f"DELETE FROM part WHERE {parts}", values)  # noqa: S608
        database.execute(f"DELETE FROM addr WHERE {addresses}", values)  # noqa: S608
        database.execute(f"DELETE FROM pdu WHERE {messages}", values)  # noqa: S608


_INSERT_PDU: Final = (
    "INSERT INTO pdu (_id, thread_id, date, date_sent, msg_box, read, m_id, sub, sub_cs, ct_t, exp, m_cls, m_type, v, "
    "m_size, pri, rr, d_rpt, tr_id, sub_id, seen, creator, text_only) VALUES (?,?,?,?,?,?,?,CAST(? AS TEXT),?,"
    "'application/vnd.wap.multipart.related',604800,'personal',?,18,?,129,129,129,?,?,?,?,?)"
)
_INSERT_ADDRESS: Final = "INSERT INTO addr (msg_id, address, type, charset, sub_id) VALUES (?,CAST(? AS TEXT),?,?,?)"
_INSERT_PART: Final = (
    "INSERT INTO part (mid, seq, ct, name, chset, cid, cl, _data, text, sub_id) "
    "VALUES (?,?,?,CAST(? AS TEXT),?,CAST(? AS TEXT),CAST(? AS TEXT),?,CAST(? AS TEXT),?)"
)


def _latin(text: Text) -> bytes | None:
    """`PduPersister.toIsoString`: each byte of the encoded text becomes one Latin-1 character of the column. `bytes`
    go in as they are, for rows that no PduPersister wrote."""
    if text is None or isinstance(text, bytes):
        return text
    return text.encode("utf-8", "surrogatepass").decode("latin-1").encode()


def _size(part: MmsPart) -> int:
    match part.data:
        case None:
            return len(part.text or "")
        case bytes() as data:
            return len(data)
        case content:
            return content.size


def _bytes(value: Value) -> bytes | None:
    return None if value is None else bytes(value) if isinstance(value, bytearray) else b""
