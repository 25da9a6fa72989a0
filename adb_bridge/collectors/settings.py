"""What the owner of the phones decided about collecting."""

from dataclasses import dataclass

DEFAULT_NOTIFICATION_APPS = ("com.tencent.mm", "com.tencent.wework", "com.eg.android.AlipayGphone")
"""WeChat, WeCom, Alipay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectorSettings:
    """Which parts of a phone the collectors may look at, beyond the enrolled sources."""

    notification_apps: tuple[str, ...] = DEFAULT_NOTIFICATION_APPS
    """Packages whose notifications are read; those of every other app are never asked for."""
    recording_folders: tuple[str, ...] = ()
    """Absolute folders of call recordings beside those that vendors use."""
