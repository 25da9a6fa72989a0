"""`dumpsys trust` (TrustManagerService).

Up to Android 12 `trusted=0, … strongAuthRequired=`; 13 adds `isActiveUnlockRunning=0`; 14 prints `trustState=`.
"""

from ...handset import Handset


def dump_trust(handset: Handset, _arguments: tuple[str, ...]) -> str:
    """One user, no agents."""
    power, sdk = handset.power, handset.spec.sdk
    flags = "0x4c13" if sdk >= 33 else "0x13"
    trust = "trustState=UNTRUSTED" if sdk >= 34 else "trusted=0"
    active = ", isActiveUnlockRunning=0" if sdk >= 33 else ""
    locked = int(power.is_device_locked)
    return (
        "Trust manager state:\n"
        f' User "{handset.spec.owner}" (id=0, flags={flags}) (current): {trust}, trustManaged=0, '
        f"deviceLocked={locked}{active}, strongAuthRequired={power.strong_auth_flags:#x}\n"
        "   Enabled agents:\n"
        "   Events:\n"
        "\n"
    )
