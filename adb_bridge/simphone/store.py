"""The truth on the phone: messages, calls and contacts, and what a live change leaves in the event log.

`load_*` fills in history silently; `add_*`, `edit_*` and `delete_*` are things that happen now. Row ids are the
providers' `_id`. Texts may be `bytes` to store UTF-8 that is not valid.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from .apps import App, BrandApps
from .foreground import Foreground
from .mms import MmsShelf
from .mms_rows import MmsBox, MmsType
from .notifications import Notification, Notifications
from .providers.tables import CALLS, CONTACTS, TELEPHONY, SqlValue, Tables, int_of, text_of
from .rows import Call, CallKind, Contact, Sms, SmsBox, StoredSms, Text

CALLS_KEPT: Final = 500
"""The call log keeps this many newest rows per SIM."""

DELETED_CONTACTS_KEPT: Final = timedelta(days=30)

PHONE_TYPE: Final = "vnd.android.cursor.item/phone_v2"
EMAIL_TYPE: Final = "vnd.android.cursor.item/email_v2"
NOTE_TYPE: Final = "vnd.android.cursor.item/note"
NAME_TYPE: Final = "vnd.android.cursor.item/name"


class PhoneStore(MmsShelf):
    """The providers' databases of one phone. Multimedia messages are in mms.py."""

    def __init__(
        self,
        *,
        sdk: int,
        now: Callable[[], datetime],
        apps: BrandApps,
        foreground: Foreground,
        notifications: Notifications,
    ) -> None:
        self.telephony = Tables(TELEPHONY)
        self.call_log = Tables(CALLS)
        self.contacts_db = Tables(CONTACTS)
        self.sims: set[int] = {1}
        """SIM subscriptions in the phone; Android 14+ hides SMS of others."""
        self._sdk = sdk
        self._now = now
        self._apps = apps
        self._foreground = foreground
        self._notifications = notifications
        self._threads: dict[str, int] = {}
        self._notification_id = 0
        self._start_mms()

    def visible_keys(self) -> frozenset[tuple[str, str]]:
        """(source, row id in decimal) of everything that shell can read on this Android, vendors' switches apart."""
        sims = None if self._sdk < 34 else self.sims | {-1}
        keys = {
            ("sms", str(one.provider_id))
            for one in self.sms()
            if one.type in (SmsBox.INBOX, SmsBox.SENT) and (sims is None or one.sub_id in sims)
        }
        keys |= {
            ("mms", str(one.provider_id))
            for one in self.mms()
            if one.box in (MmsBox.INBOX, MmsBox.SENT)
            and one.type != MmsType.NOTIFICATION
            and (sims is None or one.sub_id in sims)
        }
        if self._sdk > 30:
            keys |= {("call_log", str(one)) for one in self.call_ids()}
        return frozenset(keys | {("contacts", str(one)) for one in self.contact_ids()})

    def erase(self) -> None:
        """Everything gone, silently."""
        self.telephony.execute("DELETE FROM sms")
        self.erase_mms()
        self.call_log.execute("DELETE FROM calls")
        for table in ("contacts", "raw_contacts", "data", "deleted_contacts"):
            self.contacts_db.execute(f"DELETE FROM {table}")  # noqa: S608 (names from the line above)

    def close(self) -> None:
        """Free the memory."""
        for tables in (self.telephony, self.call_log, self.contacts_db):
            tables.close()

    # --- messages ----------------------------------------------------------------------------------------------------

    def add_sms(
        self,
        *,
        address: Text,
        body: Text,
        box: SmsBox = SmsBox.INBOX,
        at: datetime | None = None,
        sub_id: int = 1,
        provider_id: int | None = None,
    ) -> int:
        """A message arrives, or the person at the phone sends one (`box=SENT`). Return its row id."""
        when = at or self._now()
        sms = Sms(
            address=address,
            body=body,
            at=when,
            box=box,
            sub_id=sub_id,
            is_read=box is not SmsBox.INBOX,
            provider_id=provider_id,
        )
        if box is SmsBox.INBOX:
            row_id = self._insert_sms(sms)
            self._notify(self._apps.messages, address, body, "sms")
        else:
            self._foreground.use(self._apps.messages)
            row_id = self._insert_sms(sms)
        return row_id

    def load_sms(self, messages: Iterable[Sms]) -> None:
        """Add history without a trace in the log. Ids follow the order given."""
        self.telephony.execute_many(_INSERT_SMS, (self._sms_values(one) for one in messages))

    def edit_sms(self, provider_id: int, *, body: Text) -> None:
        """Change a message's text in place (no notification, as apps do with write access)."""
        sql = "UPDATE sms SET body=CAST(? AS TEXT) WHERE _id=?"
        self.telephony.execute(sql, (_raw(body), provider_id))

    def delete_sms(self, provider_id: int) -> None:
        """The person deletes a message: the SMS app is in front, nothing else tells."""
        self._foreground.use(self._apps.messages)
        self.telephony.execute("DELETE FROM sms WHERE _id=?", (provider_id,))

    def remove_sim(self, sub_id: int) -> None:
        """Take a SIM out: from Android 14 on its messages vanish from view."""
        self.sims.discard(sub_id)

    def insert_sim(self, sub_id: int) -> None:
        """Put a SIM in."""
        self.sims.add(sub_id)

    def sms(self) -> tuple[StoredSms, ...]:
        """Every row, by id: what a perfect archive holds (shell cannot see boxes other than inbox and sent)."""
        rows = self.telephony.select("SELECT _id, address, body, date, type, sub_id FROM sms ORDER BY _id")
        return tuple(
            StoredSms(
                provider_id=int_of(row[0]),
                address=None if row[1] is None else bytes(row[1]) if isinstance(row[1], bytearray) else b"",
                body=None if row[2] is None else bytes(row[2]) if isinstance(row[2], bytearray) else b"",
                date_ms=int_of(row[3]),
                type=int_of(row[4]),
                sub_id=int_of(row[5]),
            )
            for row in rows
        )

    # --- calls -------------------------------------------------------------------------------------------------------

    def add_call(
        self,
        *,
        number: str | None,
        kind: CallKind = CallKind.INCOMING,
        duration_s: int = 0,
        name: str | None = None,
        at: datetime | None = None,
        sub_id: int = 1,
    ) -> int:
        """A call ends now. Return its row id."""
        when = at or self._now() - timedelta(seconds=duration_s)
        call = Call(number=number, at=when, kind=kind, duration_s=duration_s, name=name, sub_id=sub_id)
        self._foreground.use(self._apps.dialer)
        row_id = self.call_log.execute(_INSERT_CALL, self._call_values(call))
        if kind is CallKind.MISSED:
            self._notify(self._apps.dialer, number, name, "phone_missed_call")
        self._forget_old_calls()
        return row_id

    def load_calls(self, calls: Iterable[Call]) -> None:
        """Add history silently; only the newest `CALLS_KEPT` per SIM stay."""
        self.call_log.execute_many(_INSERT_CALL, (self._call_values(one) for one in calls))
        self._forget_old_calls()

    def delete_call(self, provider_id: int) -> None:
        """The person deletes a call from the log."""
        self._foreground.use(self._apps.dialer)
        self.call_log.execute("DELETE FROM calls WHERE _id=?", (provider_id,))

    def call_ids(self) -> tuple[int, ...]:
        """Ids of all calls still in the log."""
        return tuple(int_of(row[0]) for row in self.call_log.select("SELECT _id FROM calls ORDER BY _id"))

    # --- contacts ----------------------------------------------------------------------------------------------------

    def add_contact(
        self, *, name: str | None, numbers: Sequence[str] = (), emails: Sequence[str] = (), note: str | None = None
    ) -> int:
        """The person saves a contact. Return `contacts._id`."""
        self._foreground.use(self._apps.contacts)
        return self._insert_contact(
            Contact(name=name, numbers=tuple(numbers), emails=tuple(emails), note=note), self._now()
        )

    def load_contacts(self, contacts: Iterable[Contact], *, at: datetime) -> tuple[int, ...]:
        """Add an address book silently. Return the ids in order."""
        return tuple(self._insert_contact(contact, at) for contact in contacts)

    def edit_contact(
        self, contact_id: int, *, name: str | None = None, numbers: Sequence[str] | None = None, note: str | None = None
    ) -> None:
        """The person changes what is given. Raise `KeyError` for an unknown contact."""
        raw_id = self._raw_contact(contact_id)
        self._foreground.use(self._apps.contacts)
        database = self.contacts_db
        if name is not None:
            database.execute(
                "UPDATE contacts SET display_name=?, display_name_alt=?, sort_key=? WHERE _id=?",
                (name, name, name, contact_id),
            )
            database.execute(
                "UPDATE raw_contacts SET display_name=?, display_name_alt=?, sort_key=? WHERE _id=?",
                (name, name, name, raw_id),
            )
            database.execute("UPDATE data SET data1=? WHERE raw_contact_id=? AND mimetype=?", (name, raw_id, NAME_TYPE))
        if numbers is not None:
            self._replace_data(raw_id, PHONE_TYPE, numbers)
            database.execute("UPDATE contacts SET has_phone_number=? WHERE _id=?", (int(bool(numbers)), contact_id))
        if note is not None:
            self._replace_data(raw_id, NOTE_TYPE, (note,))
        database.execute(
            "UPDATE contacts SET contact_last_updated_timestamp=? WHERE _id=?", (_ms(self._now()), contact_id)
        )
        database.execute("UPDATE raw_contacts SET version=version+1 WHERE _id=?", (raw_id,))

    def delete_contact(self, contact_id: int) -> None:
        """The person deletes a contact; a row in deleted_contacts stays for 30 days. Raise `KeyError` if unknown."""
        raw_id = self._raw_contact(contact_id)
        self._foreground.use(self._apps.contacts)
        now = self._now()
        database = self.contacts_db
        database.execute("DELETE FROM data WHERE raw_contact_id=?", (raw_id,))
        database.execute("UPDATE raw_contacts SET deleted=1, contact_id=NULL, version=version+1 WHERE _id=?", (raw_id,))
        database.execute("DELETE FROM contacts WHERE _id=?", (contact_id,))
        database.execute("INSERT OR REPLACE INTO deleted_contacts VALUES (?, ?)", (contact_id, _ms(now)))
        oldest = _ms(now - DELETED_CONTACTS_KEPT)
        database.execute("DELETE FROM deleted_contacts WHERE contact_deleted_timestamp<?", (oldest,))

    def contact_ids(self) -> tuple[int, ...]:
        """Ids of all contacts."""
        return tuple(int_of(row[0]) for row in self.contacts_db.select("SELECT _id FROM contacts ORDER BY _id"))

    def contact_named(self, name: str) -> int | None:
        """The id of the first contact with exactly this name."""
        rows = self.contacts_db.select("SELECT _id FROM contacts WHERE display_name=? ORDER BY _id LIMIT 1", (name,))
        return int_of(rows[0][0]) if rows else None

    def name_of(self, number: str) -> str | None:
        """The contact's name for exactly this number."""
        rows = self.contacts_db.select("SELECT display_name FROM view_data WHERE data1=? LIMIT 1", (number,))
        return text_of(rows[0][0]) if rows else None

    # --- inside ------------------------------------------------------------------------------------------------------

    def _insert_sms(self, sms: Sms) -> int:
        return self.telephony.execute(_INSERT_SMS, self._sms_values(sms))

    def _sms_values(self, sms: Sms) -> tuple[SqlValue, ...]:
        when = _ms(sms.at)
        is_inbox = sms.box is SmsBox.INBOX
        creator = None if is_inbox else self._apps.messages.package
        return (
            sms.provider_id,
            self._thread(sms.address),
            _raw(sms.address),
            when,
            when - 1_000 if is_inbox else 0,
            0 if is_inbox else None,
            int(sms.is_read),
            int(sms.box),
            0 if is_inbox else None,
            _raw(sms.body),
            "+8613800100500" if is_inbox else None,
            sms.sub_id,
            creator,
            int(sms.is_read),
        )

    def _thread(self, address: Text) -> int:
        key = _shown(address)
        if key not in self._threads:
            self._threads[key] = len(self._threads) + 1
        return self._threads[key]

    def _call_values(self, call: Call) -> tuple[SqlValue, ...]:
        end = _ms(call.at) + call.duration_s * 1000
        return (
            call.number,
            call.presentation,
            _ms(call.at),
            call.duration_s,
            int(call.kind),
            "com.android.phone/com.android.services.telephony.TelephonyConnectionService",
            str(call.sub_id),
            str(call.sub_id),
            int(call.kind is CallKind.MISSED),
            call.name,
            "CN",
            int(call.kind is not CallKind.MISSED),
            end,
        )

    def _forget_old_calls(self) -> None:
        accounts = self.call_log.select("SELECT DISTINCT subscription_id FROM calls")
        for (account,) in accounts:
            self.call_log.execute(
                "DELETE FROM calls WHERE _id IN (SELECT _id FROM calls WHERE subscription_id=? "
                "ORDER BY date DESC LIMIT -1 OFFSET ?)",
                (text_of(account), CALLS_KEPT),
            )

    def _insert_contact(self, contact: Contact, at: datetime) -> int:
        database = self.contacts_db
        contact_id = database.execute(
            "INSERT INTO contacts (display_name, display_name_alt, sort_key, has_phone_number, "
            "contact_last_updated_timestamp) VALUES (?,?,?,?,?)",
            (contact.name, contact.name, contact.name, int(bool(contact.numbers)), _ms(at)),
        )
        raw_id = database.execute(
            "INSERT INTO raw_contacts (contact_id, display_name, display_name_alt, sort_key) VALUES (?,?,?,?)",
            (contact_id, contact.name, contact.name, contact.name),
        )
        lookup = f"0r{raw_id}-{contact_id:08X}"
        database.execute(
            "UPDATE contacts SET name_raw_contact_id=?, lookup=? WHERE _id=?", (raw_id, lookup, contact_id)
        )
        if contact.name is not None:
            self._replace_data(raw_id, NAME_TYPE, (contact.name,))
        self._replace_data(raw_id, PHONE_TYPE, contact.numbers)
        self._replace_data(raw_id, EMAIL_TYPE, contact.emails)
        if contact.note is not None:
            self._replace_data(raw_id, NOTE_TYPE, (contact.note,))
        return contact_id

    def _replace_data(self, raw_id: int, mimetype: str, values: Sequence[str]) -> None:
        self.contacts_db.execute("DELETE FROM data WHERE raw_contact_id=? AND mimetype=?", (raw_id, mimetype))
        for value in values:
            kind = "2" if mimetype == PHONE_TYPE else None
            self.contacts_db.execute(
                "INSERT INTO data (raw_contact_id, mimetype, data1, data2) VALUES (?,?,?,?)",
                (raw_id, mimetype, value, kind),
            )

    def _raw_contact(self, contact_id: int) -> int:
        rows = self.contacts_db.select("SELECT name_raw_contact_id FROM contacts WHERE _id=?", (contact_id,))
        if not rows:
            raise KeyError(contact_id)
        return int_of(rows[0][0])

    def _notify(self, app: App, title: Text, text: Text, channel: str) -> None:
        self._notification_id = self._notification_id % 50 + 1
        self._notifications.post(
            Notification(
                package=app.package,
                uid=app.uid,
                id=self._notification_id,
                tag=None,
                title=_shown(title),
                text=_shown(text),
                ticker=_shown(text),
                channel=channel,
                when_ms=_ms(self._now()),
            )
        )


_INSERT_SMS: Final = (
    "INSERT INTO sms (_id, thread_id, address, date, date_sent, protocol, read, type, reply_path_present, body, "
    "service_center, sub_id, creator, seen) VALUES (?,?,CAST(? AS TEXT),?,?,?,?,?,?,CAST(? AS TEXT),?,?,?,?)"
)
_INSERT_CALL: Final = (
    "INSERT INTO calls (number, presentation, date, duration, type, subscription_component_name, subscription_id, "
    "sub_id, new, name, countryiso, is_read, last_modified) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"
)


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _shown(text: Text) -> str:
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else text or ""


def _raw(text: Text) -> SqlValue:
    """CAST(blob AS TEXT) keeps the bytes as they are; a str goes in as UTF-8, lone surrogates in three bytes each."""
    return text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
