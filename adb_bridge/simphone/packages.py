"""The installed packages behind `pm`."""

from .apps import ALIPAY, SYSTEM_UI, WECHAT, WECOM, BrandApps

_SYSTEM = (
    "android",
    "com.android.providers.contacts",
    "com.android.providers.telephony",
    "com.android.settings",
    "com.android.shell",
    "com.android.systemui",
    "com.android.phone",
)
_THIRD_PARTY = (WECOM.package, "com.alibaba.android.rimet", ALIPAY.package)


class Packages:
    """Names, uids and what was done to them."""

    def __init__(self, apps: BrandApps) -> None:
        self._system = {name: 1000 + index for index, name in enumerate(_SYSTEM)}
        for app in (apps.launcher, apps.messages, apps.contacts, apps.dialer, SYSTEM_UI):
            self._system[app.package] = app.uid
        self._third_party = {name: 10_210 + index for index, name in enumerate(_THIRD_PARTY)} | {
            WECHAT.package: WECHAT.uid
        }
        self.users: tuple[int, ...] = (0,)
        self.suspended: set[str] = set()
        self.disabled: set[str] = set()

    def reset(self) -> None:
        """After a factory reset: what a person installed is gone, nothing is suspended."""
        self._third_party.clear()
        self.suspended.clear()
        self.disabled.clear()

    def system(self) -> list[str]:
        """System packages."""
        return sorted(self._system)

    def third_party(self) -> list[str]:
        """Packages a person installed."""
        return sorted(self._third_party)

    def uid(self, name: str) -> int | None:
        """The uid, None when not installed."""
        return self._system.get(name) or self._third_party.get(name)
