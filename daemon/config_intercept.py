"""The part of the configuration that decides whether actions follow findings by themselves."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from msgspec import Meta

_Package = Annotated[str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)+$", max_length=200)]
_Name = Annotated[str, Meta(min_length=1, max_length=100)]
_PhoneText = Annotated[str, Meta(min_length=1, max_length=500)]


@dataclass(frozen=True, slots=True, kw_only=True)
class InterceptActionSection:
    """An action for a rule that names none itself, such as one of a packaged set."""

    rule: _Name
    """The rule's id."""
    do: Literal["suspend_app", "lock", "message"]
    """What is done."""
    app: _Package | None = None
    """Of `suspend_app`; None: the app where it was said."""
    minutes: Annotated[int, Meta(ge=1, le=1440)] = 15
    """Of `suspend_app`: until it runs again by itself."""
    text: _PhoneText | None = None
    """Of `message`: what the phone shows its holder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InterceptSection:
    """Actions that follow a finding by themselves. Off unless `enabled`; `shopwarden intercept off` ends them."""

    enabled: bool = False
    """Whether any action is taken at all."""
    min_severity: Literal["info", "low", "medium", "high", "critical"] = "critical"
    """Milder findings have no action, whatever their rule says."""
    apps: tuple[_Package, ...] = ()
    """The only apps that may be paused. Empty: `commands.freeze_apps`, else `capture.notification_apps`."""
    per_phone_hour: Annotated[int, Meta(ge=1, le=60)] = 3
    """Actions on one phone within an hour at most."""
    per_phone_day: Annotated[int, Meta(ge=1, le=500)] = 10
    """Actions on one phone within a day at most."""
    cooldown_s: Annotated[int, Meta(ge=0, le=86_400)] = 600
    """After an action, the same is not done on the same phone for so long."""
    longest_minutes: Annotated[int, Meta(ge=1, le=1440)] = 60
    """No app is paused for longer, whatever a rule says."""
    fresh_s: Annotated[int, Meta(ge=10, le=86_400)] = 900
    """What was said longer ago has no action any more: a phone that was away is not locked for yesterday."""
    action: dict[_Name, InterceptActionSection] = field(default_factory=dict)
    """By a name of one's own."""
