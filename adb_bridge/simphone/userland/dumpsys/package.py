"""`dumpsys package PACKAGE` (Settings.dumpPackageLPr, Android 9 to 15): the package's block, one line for each user."""

from typing import Final

from ...handset import Handset

_NEW_PARAMS, _NEW_KEY, _NEW_UID = 30, 35, 33
_VERSIONS: Final = {"com.tencent.mm": "8.0.49", "com.tencent.wework": "4.1.22"}


def dump_package(handset: Handset, arguments: tuple[str, ...]) -> str:
    """Without a package only the head of the whole answer."""
    names = [one for one in arguments if not one.startswith("-")]
    if not names:
        return "Database versions:\n  Internal:\n    sdkVersion=" + str(handset.spec.sdk) + "\n"
    name = names[0]
    uid = handset.packages.uid(name)
    if uid is None:
        return f"Unable to find package: {name}\n" if handset.spec.sdk >= _NEW_PARAMS else "\nPackages:\n"
    label = "appId" if handset.spec.sdk >= _NEW_UID else "userId"
    users = [user for user in handset.packages.users if handset.packages.is_installed(name, user)]
    return (
        "Packages:\n"
        f"  Package [{name}] (3f1c2ab):\n"
        f"    {label}={uid}\n"
        f"    pkg=Package{{8d1e3f7 {name}}}\n"
        f"    codePath=/data/app/~~aGVsbG8=/{name}-1\n"
        f"    versionCode=2680 minSdk=23 targetSdk={min(33, handset.spec.sdk)}\n"
        f"    versionName={_VERSIONS.get(name, '1.0')}\n"
        "    pkgFlags=[ HAS_CODE ALLOW_CLEAR_USER_DATA ]\n"
        "    installPermissionsFixed=true\n" + "".join(_user(handset, name, user) for user in users)
    )


def _user(handset: Handset, name: str, user: int) -> str:
    sdk, state = handset.spec.sdk, handset.packages.state(name, user)
    is_suspended = bool(state.suspended_by)
    by = sorted(state.suspended_by)
    inline = f" suspendingPackage={by[0]} dialogInfo=null" if is_suspended and sdk < _NEW_PARAMS else ""
    distraction = " distractionFlags=0" if sdk >= 29 else ""
    quarantined = " quarantined=false" if sdk >= _NEW_KEY else ""
    lines = [
        f"    User {user}: ceDataInode=131{user:03d} installed=true hidden=false suspended={_word(is_suspended)}"
        f"{inline}{distraction} stopped={_word(state.is_stopped)} notLaunched=false "
        f"enabled={3 if state.is_disabled else 0} instant=false virtual=false{quarantined}"
    ]
    if is_suspended and sdk >= _NEW_PARAMS:
        lines.append("      Suspend params:")
        key = f"<{user}>" if sdk >= _NEW_KEY else ""
        lines += [f"        suspendingPackage={key}{one} dialogInfo=null{quarantined}" for one in by]
    if state.is_disabled:
        lines.append("      lastDisabledCaller: shell:2000")
    lines.append("      gids=[3002, 3003]")
    return "".join(line + "\n" for line in lines)


def _word(flag: bool) -> str:  # noqa: FBT001 (a value to print)
    return "true" if flag else "false"
