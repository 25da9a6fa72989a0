"""`dumpsys telephony.registry` (TelephonyRegistry, Android 11): the state of every SIM slot."""

from ...faults import Right
from ...handset import Handset
from ...telephony import LineState
from ...traits import CallerNumber


def dump_telephony_registry(handset: Handset, _arguments: tuple[str, ...]) -> str:
    """`mCallState` 0 idle, 1 ringing, 2 off-hook."""
    if handset.faults.is_denied(Right.CALL_STATE):
        return (
            "Permission Denial: can't dump telephony.registry from pid=12345, uid=2000 due to missing "
            "android.permission.DUMP permission\n"
        )
    blocks = (_block(handset, slot, line) for slot, line in enumerate(handset.calls.lines))
    return "last known state:\n" + "".join(blocks) + "local logs:\n"


def _block(handset: Handset, slot: int, line: LineState) -> str:
    number = line.number if handset.traits.caller_number is CallerNumber.SHOWN else ""
    return (
        f"  Phone Id={slot}\n"
        f"    mCallState={line.state.value}\n"
        f"    mRingingCallState={5 if line.state.name == 'RINGING' else 0}\n"
        f"    mForegroundCallState={1 if line.state.name == 'OFF_HOOK' else 0}\n"
        "    mBackgroundCallState=0\n"
        "    mPreciseCallState=Ringing call state: 0, Foreground call state: 0, Background call state: 0\n"
        "    mCallDisconnectCause=-1\n"
        f"    mCallIncomingNumber={number}\n"
        "    mServiceState={mVoiceRegState=0(IN_SERVICE), mDataRegState=0(IN_SERVICE), mChannelNumber=1300}\n"
        "    mVoiceActivationState= 0\n"
        "    mDataActivationState= 0\n"
        "    mSignalStrength=SignalStrength:{mLte=CellSignalStrengthLte: rssi=-71 rsrp=-98 level=3}\n"
        "    mMessageWaiting=false\n"
        "    mCallForwarding=false\n"
        "    mDataActivity=0\n"
        "    mDataConnectionState=2\n"
    )
