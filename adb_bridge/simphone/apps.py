"""The apps a phone of each brand comes with, as far as logs, notifications and `pm` show them."""

from dataclasses import dataclass
from typing import Final

from .spec import Brand


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """An installed app."""

    package: str
    activity: str
    """What `wm_set_resumed_activity` names when it is in front."""
    uid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandApps:
    """The apps that matter here."""

    launcher: App
    messages: App
    contacts: App
    dialer: App
    manufacturer: str
    clone_user: int = 999
    """The Android user that app clones live in."""


WECHAT: Final = App(package="com.tencent.mm", activity="com.tencent.mm/.ui.LauncherUI", uid=10201)
WECOM: Final = App(package="com.tencent.wework", activity="com.tencent.wework/.launch.WwMainActivity", uid=10210)
ALIPAY: Final = App(
    package="com.eg.android.AlipayGphone", activity="com.eg.android.AlipayGphone/.AlipayLogin", uid=10212
)
SYSTEM_UI: Final = App(package="com.android.systemui", activity="", uid=10060)


def _app(package: str, activity: str, uid: int) -> App:
    return App(package=package, activity=f"{package}/{activity}", uid=uid)


_MMS: Final = _app("com.android.mms", ".ui.MmsTabActivity", 10081)
_CONTACTS: Final = _app("com.android.contacts", ".activities.PeopleActivity", 10082)
_DIALER: Final = _app("com.android.dialer", ".main.impl.MainActivity", 10083)

APPS: Final = {
    Brand.GOOGLE: BrandApps(
        manufacturer="Google",
        launcher=_app("com.google.android.apps.nexuslauncher", ".NexusLauncherActivity", 10080),
        messages=_app("com.google.android.apps.messaging", ".ui.ConversationListActivity", 10081),
        contacts=_app("com.google.android.contacts", "com.android.contacts.activities.PeopleActivity", 10082),
        dialer=_app("com.google.android.dialer", ".extensions.GoogleDialtactsActivity", 10083),
    ),
    Brand.XIAOMI: BrandApps(
        manufacturer="Xiaomi",
        launcher=_app("com.miui.home", ".launcher.Launcher", 10080),
        messages=_MMS,
        contacts=_CONTACTS,
        dialer=_app("com.android.contacts", ".activities.TwelveKeyDialer", 10082),
    ),
    Brand.HUAWEI: BrandApps(
        manufacturer="HUAWEI",
        clone_user=128,
        launcher=_app("com.huawei.android.launcher", ".unihome.UniHomeLauncher", 10080),
        messages=_app("com.android.mms", ".ui.ConversationList", 10081),
        contacts=_CONTACTS,
        dialer=_app("com.android.contacts", ".activities.DialtactsActivity", 10082),
    ),
    Brand.OPPO: BrandApps(
        manufacturer="OPPO",
        launcher=_app("com.android.launcher", ".Launcher", 10080),
        messages=_app("com.android.mms", ".ui.ConversationList", 10081),
        contacts=_CONTACTS,
        dialer=_DIALER,
    ),
    Brand.VIVO: BrandApps(
        manufacturer="vivo",
        launcher=_app("com.bbk.launcher2", ".Launcher", 10080),
        messages=_app("com.android.mms", ".ui.ConversationList", 10081),
        contacts=_CONTACTS,
        dialer=_DIALER,
    ),
    Brand.HONOR: BrandApps(
        manufacturer="HONOR",
        clone_user=128,
        launcher=_app("com.hihonor.android.launcher", ".unihome.UniHomeLauncher", 10080),
        messages=_app("com.hihonor.mms", ".ui.ConversationList", 10081),
        contacts=_app("com.hihonor.contacts", "com.android.contacts.activities.PeopleActivity", 10082),
        dialer=_app("com.hihonor.contacts", "com.android.contacts.activities.DialtactsActivity", 10082),
    ),
    Brand.SAMSUNG: BrandApps(
        manufacturer="samsung",
        clone_user=95,
        launcher=_app("com.sec.android.app.launcher", ".activities.LauncherActivity", 10080),
        messages=_app("com.samsung.android.messaging", ".ui.view.main.WithActivity", 10081),
        contacts=_app("com.samsung.android.app.contacts", "com.android.contacts.activities.PeopleActivity", 10082),
        dialer=_app("com.samsung.android.dialer", ".DialtactsActivity", 10083),
    ),
}
"""By brand."""
