"""What is known of a phone without asking it: enough to lock it at once."""

from adb_bridge.identity import carrier_of
from adb_bridge.readings import Credential
from adb_bridge.records import DeviceProfile, DeviceStatus, TransportSerial
from adb_bridge.verbs.facts import PhoneFacts, Sim


def facts_from(
    profile: DeviceProfile | None, status: DeviceStatus | None, transport: TransportSerial
) -> PhoneFacts | None:
    """None before the phone said what it is. What was not asked is not known."""
    if profile is None or profile.sdk == 0:
        return None
    return PhoneFacts(
        sdk=profile.sdk,
        vendor=profile.vendor,
        skin=profile.rom,
        carrier=carrier_of(transport),
        has_credential=Credential.UNKNOWN,
        is_locked=None if status is None else status.is_locked,
        is_user_unlocked=None,
        is_booted=None,
        owner=None,
        is_owner_told=False,
        services=frozenset(),
        users=(0,),
        current_user=0,
        battery_pct=None if status is None else status.battery_pct,
        is_powered=None if status is None else status.is_charging,
        in_call=None,
        sim=Sim.UNKNOWN,
        is_airplane=None,
        boot_id=None,
    )
