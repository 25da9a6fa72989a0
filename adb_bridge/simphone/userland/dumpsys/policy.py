"""`dumpsys device_policy`, `dumpsys window policy`, `dumpsys user`, `dumpsys account`: owner, keyguard, people."""

from ...handset import Handset
from ...packages import CLONE_NAME
from ...power import Wakefulness


def dump_device_policy(handset: Handset, _arguments: tuple[str, ...]) -> str:
    """DevicePolicyManagerService, the head."""
    owner = handset.owner
    if owner.component is None:
        return "Current Device Policy Manager state:\n\n  Enabled Device Admins (User 0, provisioningState: 0):\n"
    return (
        "Current Device Policy Manager state:\n"
        "  Device Owner: \n"
        f"    admin=ComponentInfo{{{owner.full_component}}}\n"
        "    name=\n"
        f"    package={owner.package}\n"
        "    canAccessDeviceIds=true\n"
        "    User ID: 0\n\n"
        "  Enabled Device Admins (User 0, provisioningState: 3):\n"
        f"    {owner.component}:\n"
        "      uid=10300\n"
        f"      testOnlyAdmin={'true' if owner.is_test_only else 'false'}\n"
    )


def dump_window(handset: Handset, _arguments: tuple[str, ...]) -> str:
    """PhoneWindowManager with KeyguardServiceDelegate, Android 10 to 15."""
    power = handset.power
    is_on = power.wakefulness is Wakefulness.AWAKE
    showing = "true" if power.is_keyguard_showing else "false"
    return (
        "WINDOW MANAGER POLICY STATE (dumpsys window policy)\n"
        "    mSafeMode=false mSystemReady=true mSystemBooted=true\n"
        f"    mAwake={'true' if is_on else 'false'}\n"
        f"    screenState=SCREEN_STATE_{'ON' if is_on else 'OFF'}\n"
        "    KeyguardServiceDelegate\n"
        f"      showing={showing}\n"
        f"      showingAndNotOccluded={showing}\n"
        f"      inputRestricted={showing}\n"
        "      occluded=false\n"
        f"      secure={'true' if power.has_credential else 'false'}\n"
        "      dreaming=false\n"
        "      systemIsReady=true\n"
        "      deviceHasKeyguard=true\n"
        "      enabled=true\n"
        f"      offReason={'null' if is_on else 'OFF_BECAUSE_OF_USER'}\n"
        "      currentUser=-10000\n"
        "      bootCompleted=true\n"
        f"      screenState=SCREEN_STATE_{'ON' if is_on else 'OFF'}\n"
        f"      interactiveState=INTERACTIVE_STATE_{'AWAKE' if is_on else 'SLEEP'}\n"
    )


def dump_user(handset: Handset, _arguments: tuple[str, ...]) -> str:
    """UserManagerService, the users."""
    state = "RUNNING_UNLOCKED" if handset.power.is_user_unlocked else "RUNNING_LOCKED"
    lines = ["Current user: 0", "Users:"]
    for user in handset.packages.users:
        name = CLONE_NAME if user else f"{handset.spec.owner}:c13"
        lines += [
            f"  UserInfo{{{user}:{name}}} serialNo={user} isPrimary={'true' if user == 0 else 'false'}",
            f"    State: {state}",
            f"    Last logged in fingerprint: {handset.properties.get('ro.build.fingerprint', '')}",
        ]
    return "\n".join(lines) + "\n"


def dump_account(handset: Handset, _arguments: tuple[str, ...]) -> str:
    """AccountManagerService; names are only told in part."""
    accounts = handset.spec.accounts
    lines = [f"User UserInfo{{0:{handset.spec.owner}:c13}}:", f"  Accounts: {len(accounts)}"]
    lines += [f"    Account {{name=1***, type={kind}}}" for kind in accounts]
    return "\n".join([*lines, "", "  AccountId, Action_Type, timestamp, UID, TableName, Key"]) + "\n"
