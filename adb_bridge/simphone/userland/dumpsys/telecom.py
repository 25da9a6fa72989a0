"""`dumpsys telecom` (TelecomService, Android 11): the call, with its number hidden."""

from ...handset import Handset
from ...telephony import CallState

_NAMES = {CallState.RINGING: "RINGING", CallState.OFF_HOOK: "ACTIVE"}


def dump_telecom(handset: Handset, _arguments: tuple[str, ...]) -> str:
    """The head of the answer."""
    lines = ["CallsManager: ", "  mCalls: "]
    for line in handset.calls.lines:
        if line.state is not CallState.IDLE:
            lines.append(
                f"    [Call id=TC@1, state={'DIALING' if handset.calls.is_dialling else _NAMES[line.state]}, "
                "tpac=ComponentInfo{com.android.phone/com.android.services.telephony.TelephonyConnectionService}, "
                "[***], UserHandle{0}, handle=tel:***, vidst=A, childs(0), has_parent(false)]"
            )
    lines += ["  mCallAudioManager:", "    All calls:", "  mTtyManager:", "    mCurrentTtyMode: 0"]
    return "\n".join(lines) + "\n"
