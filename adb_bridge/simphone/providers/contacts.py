"""content://com.android.contacts: a strict projection map for each path.

Source: ContactsProvider `ContactsProvider2` (lineage-16.0 … 21.0).
"""

from collections.abc import Callable
from typing import Final

from ..traits import LimitParameter, Traits
from .limits import limit_clause
from .projection import ProjectionMap
from .query import Cursor, JavaError, Query, ReadOnly, Uri, security_exception, select
from .tables import Tables

_CLASS: Final = "com.android.providers.contacts.ContactsProvider2"
_NOTHING: Final = dict.fromkeys(
    ("photo_uri", "photo_thumb_uri", "custom_ringtone", "phonetic_name", "phonetic_name_style"), "NULL"
)
_CONTACT_COLUMNS: Final = (
    "_id",
    "name_raw_contact_id",
    "lookup",
    "display_name",
    "display_name_alt",
    "sort_key",
    "photo_id",
    "starred",
    "has_phone_number",
    "in_visible_group",
    "contact_last_updated_timestamp",
)
_CONTACT_COMPUTED: Final = _NOTHING | {
    "display_name_source": "40",
    "times_contacted": "0",
    "last_time_contacted": "0",
    "send_to_voicemail": "0",
    "pinned": "0",
    "is_user_profile": "0",
}
_CONTACTS: Final = ProjectionMap(_CONTACT_COLUMNS, _CONTACT_COMPUTED)
_RAW_CONTACTS: Final = ProjectionMap(
    [
        "_id",
        "contact_id",
        "account_name",
        "account_type",
        "data_set",
        "sourceid",
        "version",
        "dirty",
        "deleted",
        "display_name",
        "display_name_alt",
        "sort_key",
        "starred",
    ],
    {"display_name_source": "40", "send_to_voicemail": "0", "pinned": "0"},
)
_DATA: Final = ProjectionMap(
    [
        "_id",
        "raw_contact_id",
        "contact_id",
        "mimetype",
        "is_primary",
        "is_super_primary",
        "data_version",
        "data1",
        "data2",
        "data3",
        "data4",
        "data5",
        "data6",
        "data7",
        "data8",
        "data9",
        "data10",
        "data11",
        "data12",
        "data13",
        "data14",
        "data15",
        "account_name",
        "account_type",
        "version",
        "display_name",
        "lookup",
        "starred",
        "contact_last_updated_timestamp",
        "name_raw_contact_id",
        "has_phone_number",
    ],
    _NOTHING,
)
_DELETED: Final = ProjectionMap(("contact_id", "contact_deleted_timestamp"))
_MIMETYPES: Final = {"phones": "vnd.android.cursor.item/phone_v2", "emails": "vnd.android.cursor.item/email_v2"}


class ContactsProvider(ReadOnly):
    """Contacts, raw contacts, their data, and the ids deleted in the last 30 days."""

    def __init__(self, tables: Tables, *, is_denied: Callable[[], bool], traits: Traits) -> None:
        super().__init__(_CLASS, "android.permission.WRITE_CONTACTS")
        self._tables = tables
        self._is_denied = is_denied
        self._limits = traits.limit_parameter
        extra = traits.contact_columns
        self._contacts = ProjectionMap([*_CONTACT_COLUMNS, *extra], _CONTACT_COMPUTED) if extra else _CONTACTS

    def query(self, query: Query) -> Cursor | None:
        """Raise `JavaError`."""
        if self._is_denied():
            raise security_exception(_CLASS, "android.permission.READ_CONTACTS")
        table, columns, where = self._path(query.uri)
        if query.where:
            where = (*where, query.where)
        return select(
            self._tables,
            table=table,
            columns=columns.sql(query.projection),
            where=where,
            sort=query.sort,
            limit=self._limit(query.uri),
        )

    def _limit(self, uri: Uri) -> str:
        """ContactsProvider2 passes over a limit that is no number (and knows no offset)."""
        limit = uri.parameter("limit")
        if self._limits is LimitParameter.ACCEPTED:
            return limit if limit is not None and limit.isascii() and limit.isdigit() else ""
        return limit_clause(uri, self._limits)

    def _path(self, uri: Uri) -> tuple[str, ProjectionMap, tuple[str, ...]]:
        match uri.segments:
            case ("contacts",):
                return "contacts", self._contacts, ()
            case ("contacts", number) if _is_id(number):
                return "contacts", self._contacts, (f"_id={int(number)}",)
            case ("contacts", number, "data" | "entities") if _is_id(number):
                return "view_data", _DATA, (f"contact_id={int(number)}",)
            case ("raw_contacts",):
                return "raw_contacts", _RAW_CONTACTS, ()
            case ("raw_contacts", number) if _is_id(number):
                return "raw_contacts", _RAW_CONTACTS, (f"_id={int(number)}",)
            case ("data",):
                return "view_data", _DATA, ()
            case ("data", number) if _is_id(number):
                return "view_data", _DATA, (f"_id={int(number)}",)
            case ("data", "phones" | "emails" as kind):
                return "view_data", _DATA, (f"mimetype='{_MIMETYPES[kind]}'",)
            case ("deleted_contacts",):
                return "deleted_contacts", _DELETED, ()
            case ("deleted_contacts", number) if _is_id(number):
                return "deleted_contacts", _DELETED, (f"contact_id={int(number)}",)
            case _:
                raise JavaError("java.lang.UnsupportedOperationException", f"Unknown URL: {uri.text}")


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit()
