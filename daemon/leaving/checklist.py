"""What people do by hand when somebody leaves: words are in the catalogue, `leaving.item.<item>`."""

from collections.abc import Sequence
from typing import Final

from ..api.leaving import LeavingItem, LeavingPhone, StepState
from ..api.texts import Texts
from ..archive.leaving_rows import ArchivedLeaving, LeavingStep

ITEMS: Final = (
    "phone", "charger", "sim", "screen_lock", "wecom_transfer", "chat_accounts", "payment_apps", "shop_accounts",
    "keys", "customers_told", "explained",
)  # fmt: skip
"""Of every leaving."""
FREEZE: Final = "freeze"
"""`freeze:SERIAL`: apps that could not be suspended from here."""


def items_of(leaving: ArchivedLeaving, phones: Sequence[LeavingPhone], texts: Texts) -> tuple[LeavingItem, ...]:
    """With who confirmed which."""
    found = [LeavingItem(item=item, text=texts.get(f"leaving.item.{item}"), is_due=True) for item in ITEMS]
    for phone in phones:
        if phone.freeze is StepState.FAILED:
            text = texts.get("leaving.item.freeze", device=phone.device, why=phone.freeze_text or "-")
            found.append(LeavingItem(item=f"{FREEZE}:{phone.device}", text=text, is_due=True))
    confirmed = {one.did.item: one for one in leaving.of(LeavingStep.CONFIRMED)}
    return tuple(
        LeavingItem(
            item=one.item,
            text=one.text,
            is_due=one.item not in confirmed,
            confirmed_by=confirmed[one.item].did.actor if one.item in confirmed else None,
            confirmed_at=confirmed[one.item].at if one.item in confirmed else None,
        )
        for one in found
    )
