"""`dumpsys notification` and the record that `cmd notification get` prints.

Layouts: A11 (NotificationRecord.dump of Android 11, used for API < 34) and 14/15, where the notification's fields stand
once more indented under `notification=`, followed by `publicNotification=`. Without --noredact texts are shortened.
"""

from ...handset import Handset
from ...notifications import Notification


def dump_notification(handset: Handset, arguments: tuple[str, ...]) -> str:
    """`--noredact` (or `--reveal`), `p PACKAGE` as a filter."""
    is_open = any(flag in arguments for flag in ("--noredact", "--reveal"))
    package = next(
        (arguments[at + 1] for at, word in enumerate(arguments[:-1]) if word in ("p", "pkg", "--package")), None
    )
    posted = [one for one in handset.notifications.list() if package is None or one.package == package]
    head = "Current Notification Manager state" + (f" (filtered to {package})" if package else "") + ":\n"
    if not posted:
        return head + "  \n  Usage Stats:\n"
    records = "".join(record_lines(handset, one, indent=4, is_open=is_open) for one in reversed(posted))
    return f"{head}  Notification List:\n{records}  \n  Usage Stats:\n"


def record_lines(handset: Handset, notification: Notification, *, indent: int, is_open: bool) -> str:
    """One record at `indent` spaces."""
    is_new = handset.spec.sdk >= 34
    fields = _head(notification, is_new=is_new)
    pad, inner = " " * indent, " " * (indent + 2)
    described = handset.notifications.describe(notification)
    tag = notification.tag if notification.tag is not None else "null"
    lines = [
        f"{pad}NotificationRecord(0x0a1b2c3d: pkg={notification.package} user=UserHandle{{0}} id={notification.id} "
        f"tag={tag} importance=4 key={notification.key}: {described})"
    ]
    lines += [inner + field for field in fields]
    body = _body(notification, is_open=is_open, is_new=is_new)
    if is_new:
        deep = " " * (indent * 2 + 4)
        lines.append(f"{inner}notification=")
        lines += [deep + line for line in body]
        lines.append(f"{inner}publicNotification=")
        lines.append(f"{deep}None")
    else:
        lines += [inner + line for line in body]
    lines += [
        f"{inner}stats=SingleNotificationStats{{posttimeElapsedMs=-1, posttimeToFirstClickMs=-1}}",
        f"{inner}mContactAffinity=0.0",
        f"{inner}mRecentlyIntrusive=false",
        f"{inner}mPackagePriority=0",
        f"{inner}mPackageVisibility=-1000",
        f"{inner}mSystemImportance=UNSPECIFIED",
        f"{inner}mImportance=HIGH",
        f"{inner}mIntercept=false",
        f"{inner}mHidden==false",
    ]
    return "".join(line + "\n" for line in lines)


def _head(notification: Notification, *, is_new: bool) -> list[str]:
    flags = "AUTO_CANCEL" if is_new else "0x10"
    fields = [
        f"uid={notification.uid} userId=0",
        f"opPkg={notification.package}",
        f"icon=Icon(typ=RESOURCE pkg={notification.package} id=0x7f0801aa)",
        f"flags={flags}",
    ]
    if is_new:
        fields.append(f"originalFlags={flags}")
    return [
        *fields,
        "pri=0",
        f"key={notification.key}",
        "seen=false",
        f"groupKey={notification.key}",
    ]


def _body(notification: Notification, *, is_open: bool, is_new: bool) -> list[str]:
    when = f"{notification.when_ms}/{notification.when_ms}" if is_new else str(notification.when_ms)
    ticker = notification.text if is_open else notification.text[:8] + "..."
    lines = [
        "fullscreenIntent=null",
        "contentIntent=PendingIntent{5d1c3a2: PendingIntentRecord{b1f33 " + notification.package + " startActivity}}",
        "deleteIntent=null",
        "number=0",
        "groupAlertBehavior=0",
        f"when={when}",
        f"tickerText={ticker if notification.text else 'null'}",
        "contentView=null",
        "bigContentView=null",
        "headsUpContentView=null",
    ]
    if is_new:
        lines += [
            "vis=PRIVATE",
            "parcelDataSize=1204",
            "mAllowSystemGeneratedContextualActions=true",
            "color=0x00000000",
        ]
        lines.append("timeout=0:00:00")
    else:
        lines.append("color=0x00000000      timeout=0:00:00")
    lines.append("extras={")
    lines += [
        f"    android.title={_extra(notification.title, is_open=is_open, is_new=is_new)}",
        f"    android.text={_extra(notification.text, is_open=is_open, is_new=is_new)}",
        "    android.showWhen=Boolean (true)",
        "    android.largeIcon=null",
    ]
    lines.append("}")
    return lines


def _extra(text: str, *, is_open: bool, is_new: bool) -> str:
    if is_open:
        return f"String ({text})"
    return f"String [length={len(text)}]" if is_new else "String"
