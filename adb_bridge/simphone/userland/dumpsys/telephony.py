"""`dumpsys telephony.registry` (TelephonyRegistry, Android 11): the state of the SIM in slot 0."""

from ...handset import Handset


def dump_telephony_registry(handset: Handset, _arguments: tuple[str, ...]) -> str:
    """`mCallState` 0 idle, 1 ringing, 2 off-hook."""
    return (
        "last known state:\n"
        "  Phone Id=0\n"
        f"    mCallState={handset.call_state}\n"
        "    mRingingCallState=0\n"
        "    mForegroundCallState=0\n"
        "    mBackgroundCallState=0\n"
        "    mCallIncomingNumber=\n"
        "    mServiceState={mVoiceRegState=0(IN_SERVICE), mDataRegState=0(IN_SERVICE)}\n"
        "    mDataConnectionState=2\n"
        "local logs:\n"
    )
