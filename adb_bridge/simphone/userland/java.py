"""How a service's command tells of an exception: `ShellCommand` up to Android 10, `BasicShellCommandHandler` later."""

from typing import Final

from .call import Call

FAILED: Final = 255
_FIRST_NEW: Final = 30


async def throw(call: Call, verb: str, exception: str, message: str) -> int:
    """Print an exception of class `exception` and return the exit code."""
    trace = f"{exception}: {message}\n\tat android.os.Parcel.createExceptionOrNull(Parcel.java:2438)"
    if call.handset.spec.sdk >= _FIRST_NEW:
        await call.complain(f"\nException occurred while executing '{verb}':\n{trace}")
    elif exception.endswith("SecurityException"):
        await call.complain(f"Security exception: {message}\n\n{trace}")
    else:
        await call.complain(f"\nException occurred while executing:\n{trace}")
    return FAILED
