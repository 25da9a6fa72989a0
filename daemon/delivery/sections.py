"""The section `delivery` of shopwarden.toml: which alerts go where, when, and how often."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta

ClockTime = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""`HH:MM`."""
Hours = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""`22:00-08:30`: from and to, over midnight where the second is earlier."""
Days = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}(/\d{4}-\d{2}-\d{2})?$")]
"""`2026-10-01`, or the first and the last day: `2026-10-01/2026-10-07`."""
Name = Annotated[str, Meta(min_length=1, max_length=100)]
ChannelName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,40}$")]


class ChannelKind(StrEnum):
    """What stands at the other end."""

    WECOM = "wecom"
    """A robot of a group in WeCom (企业微信)."""
    DINGTALK = "dingtalk"
    FEISHU = "feishu"
    """Also Lark."""
    EMAIL = "email"
    WEBHOOK = "webhook"
    """JSON to an address of the shop's own."""
    APPRISE = "apprise"
    """Any other service by its address in apprise's form."""


Least = Literal["info", "low", "medium", "high", "critical"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSection:
    """One way out. Its address is a secret and stands in a file of its own or a systemd credential."""

    kind: ChannelKind
    address_file: str | None = None
    """A file of mode 0600 with the address in its first line; relative to the configuration file."""
    address_credential: Name | None = None
    """systemd credential (`LoadCredentialEncrypted=NAME:…`) with the same."""
    secret_file: str | None = None
    """What messages are signed with: `加签` of DingTalk, `签名校验` of Feishu, the HMAC of a webhook."""
    secret_credential: Name | None = None
    language: Literal["en", "zh"] | None = None
    """None: `store.language`."""
    least: Least = "medium"
    """Only alerts of this severity and above."""
    categories: tuple[Name, ...] = ()
    """Only of these categories; empty: all."""
    rules: tuple[Name, ...] = ()
    """Only of these rules, `*` stands for anything: `poaching.*`; empty: all."""
    takes: Literal["alerts", "escalations"] = "alerts"
    """`escalations`: only what another channel hands on."""
    shows: Literal["evidence", "title"] = "evidence"
    """`title`: without the masked words around the finding."""
    quiet_hours: tuple[Hours, ...] = ()
    quiet_weekdays: tuple[Weekday, ...] = ()
    quiet_days: tuple[Days, ...] = ()
    """Whole days, such as holidays."""
    work_days: tuple[Days, ...] = ()
    """Days that are not quiet though their weekday or a holiday says so (调休)."""
    quiet_except: Least | Literal["none"] = "critical"
    """Alerts of this severity and above come at any hour."""
    digest_every_min: Annotated[int, Meta(ge=1, le=1440)] | None = None
    """Collected and sent together, so many minutes after the first of them."""
    digest_at: ClockTime | None = None
    """Collected and sent together once a day."""
    group_min: Annotated[int, Meta(ge=0, le=1440)] = 10
    """Alerts of one rule in one conversation after the first are counted and told together after so many minutes."""
    escalate_after_min: Annotated[int, Meta(ge=1, le=10_080)] | None = None
    """What nobody acknowledged so many minutes after it was told here goes to `escalate_to` as well."""
    escalate_to: ChannelName | None = None
    per_minute: Annotated[int, Meta(ge=1, le=600)] | None = None
    """None: what the kind allows: 18 for robots, whose services take 20, 60 for others."""
    max_age_h: Annotated[float, Meta(ge=0.05, le=720)] = 24.0
    """What could not be delivered for so long goes to the list of dead letters."""
    timeout_s: Annotated[float, Meta(ge=1, le=60)] = 10.0

    @property
    def most_per_minute(self) -> int:
        """Messages in any minute."""
        if self.per_minute is not None:
            return self.per_minute
        return 18 if self.kind in {ChannelKind.WECOM, ChannelKind.DINGTALK, ChannelKind.FEISHU} else 60


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverySection:
    """Alerts to people who are not at the console. Without a channel nothing leaves."""

    enabled: bool = True
    """False: nothing is sent and nothing collected for it, whatever else is said here."""
    console: Annotated[str, Meta(pattern=r"^https?://[^\s/]+[^\s]*$", max_length=200)] | None = None
    """Address of the console in a browser, put into the messages."""
    timezone: Annotated[str, Meta(min_length=1, max_length=60)] | None = None
    """Of quiet hours and digests; None: `store.timezone`, else this machine's."""
    channel: dict[str, ChannelSection] = field(default_factory=dict)
    """By name, a ChannelName each."""
