"""`dumpsys notification` and the record that `cmd notification get` prints.

Layouts (facts/android.md §5): A10 and A11 (NotificationRecord.dump of Android 10 and 11; 12 and 13 were not read) with
all fields at one indent; 14 and 15 (Samsung's sources), where the notification's fields stand with the prefix doubled
under `notification=`, and once more, for the locked screen's version, under `publicNotification=`. Without --noredact
texts are shortened. `(filtered to '…')` with its quotes and the substring filter are from memory.
"""

from typing import Final

from ...faults import Right
from ...handset import Handset
from ...notifications import Notification, PublicVersion
from ...traits import NotificationLayout, Traits
from .extras import Look, Redaction, extras_of

_FLAGS: Final = (
    (0x1, "SHOW_LIGHTS"),
    (0x2, "ONGOING_EVENT"),
    (0x4, "INSISTENT"),
    (0x8, "ONLY_ALERT_ONCE"),
    (0x10, "AUTO_CANCEL"),
    (0x20, "NO_CLEAR"),
    (0x40, "FOREGROUND_SERVICE"),
    (0x200, "GROUP_SUMMARY"),
)
_ARCHIVED: Final = 5
"""How many earlier notifications the dump names."""


def dump_notification(handset: Handset, arguments: tuple[str, ...]) -> str:
    """`--noredact` (or `--reveal`), `p PACKAGE` as a filter."""
    if handset.faults.is_denied(Right.NOTIFICATIONS):
        return (
            "Permission Denial: can't dump NotificationManager from pid=12345, uid=2000 due to missing "
            "android.permission.DUMP permission\n"
        )
    is_open = any(flag in arguments for flag in ("--noredact", "--reveal"))
    package = next(
        (arguments[at + 1] for at, word in enumerate(arguments[:-1]) if word in ("p", "pkg", "--package")), None
    )
    posted = [one for one in handset.notifications.list() if package is None or package.lower() in one.package.lower()]
    parts = ["Current Notification Manager state" + (f" (filtered to '{package}')" if package else "") + ":\n"]
    if handset.traits.layout is NotificationLayout.A10:
        parts.append("  Toast Queue:\n    ToastRecord{4f1d2c3 pkg=com.android.settings callback=null duration=1\n  \n")
    if posted:
        parts.append("  Notification List:\n")
        parts += [record_lines(handset, one, indent=4, is_open=is_open) for one in reversed(posted)]
        parts.append("  \n")
    if package is None:
        parts.append(_rest(handset))
    return "".join(parts).encode("utf-8", "replace").decode()


def record_lines(handset: Handset, notification: Notification, *, indent: int, is_open: bool) -> str:
    """One record at `indent` spaces."""
    traits = handset.traits
    pad, inner = " " * indent, " " * (indent + 2)
    described = handset.notifications.describe(notification)
    tag = notification.tag if notification.tag is not None else "null"
    lines = [
        f"{pad}NotificationRecord(0x0a1b2c3d: pkg={notification.package} user=UserHandle{{{notification.user_id}}} "
        f"id={notification.id} tag={tag} importance=4 key={notification.key}: {described})"
    ]
    lines += [inner + field for field in _head(notification, traits)]
    look = Look(redaction=_redaction(traits, is_open=is_open), bundles=traits.bundle_print)
    if traits.is_doubled:
        deep = inner + inner
        lines.append(f"{inner}notification=")
        lines += [deep + line for line in _body(notification, traits, look)]
        lines.append(f"{inner}publicNotification=")
        public = notification.public
        shown = ["None"] if public is None else _body(_public(notification, public), traits, look)
        lines += [deep + line for line in shown]
    else:
        lines += [inner + line for line in _body(notification, traits, look)]
    lines += [inner + field for field in _tail(notification, traits)]
    return "".join(line + "\n" for line in lines)


def _redaction(traits: Traits, *, is_open: bool) -> Redaction:
    if is_open:
        return Redaction.NONE
    return Redaction.LENGTH if traits.is_doubled else Redaction.CLASS


def _public(notification: Notification, public: PublicVersion) -> Notification:
    return Notification(
        package=notification.package, uid=notification.uid, id=notification.id, title=public.title, text=public.text,
        when_ms=notification.when_ms,
    )  # fmt: skip


def _has_names(traits: Traits) -> bool:
    return traits.layout in (NotificationLayout.A15, NotificationLayout.ONEUI_15)


def _head(notification: Notification, traits: Traits) -> list[str]:
    flags = f"{notification.flags:#x}"
    if _has_names(traits):
        flags = "|".join(name for bit, name in _FLAGS if notification.flags & bit) or "0"
    return [
        f"uid={notification.uid} userId={notification.user_id}",
        f"opPkg={notification.package}",
        f"icon=Icon(typ=RESOURCE pkg={notification.package} id=0x7f0801aa)",
        f"flags={flags}",
        *([f"originalFlags={flags}"] if traits.is_doubled else []),
        "pri=0",
        f"key={notification.key}",
        "seen=false",
        f"groupKey={notification.group_key}",
    ]


def _body(notification: Notification, traits: Traits, look: Look) -> list[str]:
    when = str(notification.when_ms)
    lines = [
        "fullscreenIntent=null",
        f"contentIntent=PendingIntent{{5d1c3a2: PendingIntentRecord{{b1f33 {notification.package} startActivity}}}}",
        "deleteIntent=null",
        "number=0",
        "groupAlertBehavior=0",
        f"when={when}/{when}" if _has_names(traits) else f"when={when}",
        f"tickerText={_ticker(notification.ticker, look.redaction)}",
    ]
    views = ["contentView=null", "bigContentView=null", "headsUpContentView=null"]
    if traits.is_doubled:
        lines += [
            "vis=PRIVATE",
            *views,
            "parcelDataSize=1204",
            "mAllowSystemGeneratedContextualActions=true",
            "color=0x00000000",
            "timeout=PT0S",
        ]
    else:
        lines += [*views, "color=0x00000000      timeout=--"]
    if notification.actions:
        lines.append("actions={")
        lines += [
            f'    [{index}] "{title}" -> PendingIntent{{2b1c4d5: PendingIntentRecord{{c2a11 {notification.package} '
            "broadcastIntent}}"
            for index, title in enumerate(notification.actions)
        ]
        lines.append("  }")
    return [*lines, "extras={", *extras_of(notification, look), "}"]


def _ticker(text: str | None, redaction: Redaction) -> str:
    if not text:
        return "null"
    if redaction is Redaction.NONE:
        return text
    return (text[:8] if len(text) > 16 else "") + "..."


def _tail(notification: Notification, traits: Traits) -> list[str]:
    return [
        "stats=SingleNotificationStats{posttimeElapsedMs=259200123, posttimeToFirstClickMs=-1, "
        "posttimeToDismissMs=-1, airtimeCount=0, airtimeMs=0, currentAirtimeStartElapsedMs=-1, airtimeExpandedMs=0}",
        "mContactAffinity=0.0",
        "mRecentlyIntrusive=false",
        "mPackagePriority=0",
        "mPackageVisibility=-1000",
        "mSystemImportance=UNSPECIFIED",
        "mAsstImportance=UNSPECIFIED",
        "mImportance=HIGH",
        "mImportanceExplanation=app",
        "mIsAppImportanceLocked=false",
        "mIntercept=false",
        "mHidden==false",
        "mGlobalSortKey=null",
        f"mRankingTimeMs={notification.when_ms}",
        f"mCreationTimeMs={notification.when_ms}",
        "mVisibleSinceMs=0",
        f"mUpdateTimeMs={notification.when_ms}",
        "mSuppressedVisualEffects= 0",
        f"effectiveNotificationChannel=NotificationChannel{{mId='{notification.channel}', mName=消息, mDescription=, "
        "mImportance=4, mBypassDnd=false, mLockscreenVisibility=-1000}",
        *([] if traits.layout is NotificationLayout.A10 else ["shortcut=null found valid? false"]),
    ]


def _rest(handset: Handset) -> str:
    """What follows the list: earlier notifications in one line each, and the service's own state."""
    earlier = handset.notifications.history[-_ARCHIVED:]
    lines = [f"  mArchive=Archive ({len(earlier)} notifications)"]
    for posting in reversed(earlier):
        one = posting.notification
        lines.append(
            f"    StatusBarNotification(pkg={one.package} user=UserHandle{{{one.user_id}}} id={one.id} "
            f"tag={one.tag if one.tag is not None else 'null'} key={one.key}: {handset.notifications.describe(one)})"
        )
    lines += ["", "  Usage Stats:", "  mListenerHints={}", "  Policy access:", "    Use default sounds: true"]
    return "\n".join(lines) + "\n"
