"""Columns that vendors add to AOSP's tables; rows of hosts that name no columns show them."""

from ..store import PhoneStore
from ..traits import Traits


def add_vendor_columns(store: PhoneStore, traits: Traits) -> None:
    """Add them, all TEXT and NULL, to the tables of a phone that has no rows yet."""
    for tables, table, columns in (
        (store.telephony, "sms", traits.sms_columns),
        (store.call_log, "calls", traits.call_columns),
        (store.contacts_db, "contacts", traits.contact_columns),
    ):
        for column in columns:
            tables.execute(f"ALTER TABLE {table} ADD COLUMN {column} TEXT")
