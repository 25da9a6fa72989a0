"""Which text says what to tap on a phone. Only keys: the texts are in the daemon's catalog, in English and Chinese.

Where vendors call a switch by different names there is a text for each vendor that has one, and a general one; which
of them are from a source and which are not verified is in docs/vendors.md.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from .records import Vendor


class Advice(StrEnum):
    """Texts that are the same for all vendors."""

    UNLOCK_ONCE = "advice.unlock_once"
    CALL_LOG_NEEDS_ANDROID_12 = "advice.call_log_needs_android_12"
    SET_SCREEN_LOCK = "advice.set_screen_lock"
    NOTICE_NEEDS_ANDROID_11 = "advice.notice_needs_android_11"
    NOTIFICATION_TEXTS = "advice.notification_texts"
    KEY_EXPIRY = "advice.key_expiry"
    OPEN_TO_ALL = "advice.open_to_all"
    OLD_ANDROID = "advice.old_android"
    UNSUPPORTED_SYSTEM = "advice.unsupported_system"


class Menu(StrEnum):
    """What a vendor's own menu decides."""

    DATA_ACCESS = "advice.data_access"
    """The messages, calls or contacts are denied."""
    KEY_EVENTS = "advice.key_events"
    """The phone takes no key events, so it cannot be locked."""
    WRITE_SETTINGS = "advice.write_settings"
    WIRELESS = "advice.wireless"
    """Wireless debugging is off."""
    RECORD_CALLS = "advice.record_calls"
    """No recordings are made."""
    STAY_CONNECTED = "advice.stay_connected"
    """The phone was connected and is not now."""


_VENDORS: Final = frozenset({Vendor.XIAOMI, Vendor.HUAWEI, Vendor.HONOR, Vendor.OPPO, Vendor.VIVO, Vendor.SAMSUNG})
_WITH_OWN_TEXT: Final[Mapping[Menu, frozenset[Vendor]]] = MappingProxyType(
    {
        Menu.DATA_ACCESS: frozenset({Vendor.XIAOMI, Vendor.OPPO, Vendor.VIVO, Vendor.SAMSUNG}),
        Menu.KEY_EVENTS: frozenset({Vendor.XIAOMI, Vendor.OPPO, Vendor.VIVO, Vendor.SAMSUNG}),
        Menu.WRITE_SETTINGS: frozenset({Vendor.XIAOMI, Vendor.OPPO, Vendor.VIVO, Vendor.SAMSUNG}),
        Menu.WIRELESS: _VENDORS,
        Menu.RECORD_CALLS: _VENDORS | {Vendor.AOSP},
        Menu.STAY_CONNECTED: _VENDORS,
    }
)


def advice_for(menu: Menu, vendor: Vendor) -> str:
    """The key of this vendor's text, or of the general one."""
    return f"{menu.value}.{vendor.value if vendor in _WITH_OWN_TEXT[menu] else 'general'}"


def every_advice() -> tuple[str, ...]:
    """All keys that a phone can be given."""
    menus = {advice_for(menu, vendor) for menu in Menu for vendor in Vendor}
    return (*(advice.value for advice in Advice), *sorted(menus))
