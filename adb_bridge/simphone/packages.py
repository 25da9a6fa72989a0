"""The installed packages behind `pm` and `dumpsys package`: for every Android user, what was done to them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from .apps import ALIPAY, SYSTEM_UI, WECHAT, WECOM, BrandApps

CLONE_USER: Final = 999
"""The Android user that app clones live in (Xiaomi, OPPO, vivo); Huawei and Honor have 128, Samsung 95."""

CLONE_NAME: Final = "XSpace:801010"
"""Name and flags of that user."""

SHELL: Final = "com.android.shell"
_SYSTEM: Final = (
    "android",
    "com.android.providers.contacts",
    "com.android.providers.telephony",
    "com.android.settings",
    "com.android.shell",
    "com.android.systemui",
    "com.android.phone",
    "com.android.packageinstaller",
    "com.android.permissioncontroller",
    "com.android.deskclock",
)
_THIRD_PARTY: Final = (WECOM.package, "com.alibaba.android.rimet", ALIPAY.package)
_NEEDED: Final = {
    "android": "platform package",
    "com.android.packageinstaller": "required for package installation",
    "com.android.permissioncontroller": "required for permissions management",
}


@dataclass(slots=True)
class PackageState:
    """What one Android user has made of a package."""

    suspended_by: set[str] = field(default_factory=set)
    is_disabled: bool = False
    """`disabled-user`."""
    is_stopped: bool = False


class Packages:
    """Names, uids and states."""

    def __init__(
        self,
        apps: BrandApps,
        *,
        clones: Iterable[str] = (),
        installed: Iterable[str] = (),
        clone_user: int = CLONE_USER,
    ) -> None:
        """`clones` are the packages that `clone_user` has too; `installed` come on top of the usual ones."""
        self._system = {name: 1000 + index for index, name in enumerate(_SYSTEM)}
        for app in (apps.launcher, apps.messages, apps.contacts, apps.dialer, SYSTEM_UI):
            self._system[app.package] = app.uid
        self._third_party = {name: 10_210 + index for index, name in enumerate(_THIRD_PARTY)} | {
            WECHAT.package: WECHAT.uid
        }
        for name in installed:
            self._third_party.setdefault(name, 10_300 + len(self._third_party))
        self._clones = frozenset(clones)
        self.clone_user = clone_user
        self._needed = _NEEDED | {
            apps.launcher.package: "contains the active launcher",
            apps.dialer.package: "is the default dialer",
        }
        self._states: dict[tuple[str, int], PackageState] = {}
        self.admins: set[str] = set()
        """Packages with an active device admin."""

    @property
    def users(self) -> tuple[int, ...]:
        """The Android users."""
        return (0, self.clone_user) if self._clones else (0,)

    @property
    def suspended(self) -> frozenset[str]:
        """Of the main user."""
        return frozenset(name for (name, user), state in self._states.items() if user == 0 and state.suspended_by)

    @property
    def disabled(self) -> frozenset[str]:
        """Of the main user."""
        return frozenset(name for (name, user), state in self._states.items() if user == 0 and state.is_disabled)

    def reset(self) -> None:
        """After a factory reset: what a person installed is gone, and every state."""
        self._third_party.clear()
        self._clones = frozenset()
        self._states.clear()
        self.admins.clear()

    def names(self, user: int = 0) -> list[str]:
        """All packages of a user, sorted."""
        return [name for name in sorted({*self._system, *self._third_party}) if self.is_installed(name, user)]

    def system(self) -> list[str]:
        """System packages."""
        return sorted(self._system)

    def third_party(self) -> list[str]:
        """Packages a person installed."""
        return sorted(self._third_party)

    def uid(self, name: str) -> int | None:
        """The uid, None when not installed."""
        return self._system.get(name) or self._third_party.get(name)

    def is_installed(self, name: str, user: int = 0) -> bool:
        """Whether the user has it."""
        if user == 0:
            return name in self._system or name in self._third_party
        return user in self.users and (name in self._clones or name in self._system)

    def install(self, name: str) -> None:
        """The person installs an app."""
        self._third_party.setdefault(name, 10_300 + len(self._third_party))

    def state(self, name: str, user: int = 0) -> PackageState:
        """Of a package the user has."""
        return self._states.setdefault((name, user), PackageState())

    def why_not_suspended(self, name: str) -> str | None:
        """Why the system refuses to suspend it; it only writes that to its log."""
        if name in self.admins:
            return "has an active device admin"
        return self._needed.get(name)

    def suspend(self, name: str, user: int, by: str = SHELL) -> None:
        """Silent where the system refuses."""
        if self.why_not_suspended(name) is None:
            self.state(name, user).suspended_by.add(by)

    def unsuspend(self, name: str, user: int, by: str = SHELL) -> None:
        """Only who suspended it can take that back."""
        self.state(name, user).suspended_by.discard(by)
