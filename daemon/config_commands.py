"""The part of the configuration that commands to phones are made with."""

from dataclasses import dataclass, field
from typing import Annotated

from msgspec import Meta

_Package = Annotated[str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)+$", max_length=200)]
_Name = Annotated[str, Meta(min_length=1, max_length=100)]
_Serial = Annotated[str, Meta(min_length=1, max_length=128)]
_PhoneText = Annotated[str, Meta(min_length=1, max_length=500)]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandsSection:
    """What phones are told when nobody says more."""

    freeze_apps: tuple[_Package, ...] = ()
    """Packages that `freeze` and `lost` suspend. Empty: those whose notifications are read
    (`capture.notification_apps`)."""
    lost_message: _PhoneText | None = None
    """What a lost phone shows. None: that it belongs to the shop and whoever finds it may hand it in."""
    groups: dict[_Name, tuple[_Serial, ...]] = field(default_factory=dict)
    """Names for several phones, by serial: `lock --group NAME`."""
