"""The notice on the phone itself, for its future holder to read before anything of the phone is.

`cmd notification post -S bigtext` (NotificationShellCmd, Android 11+). Nothing is read back: the list of notifications
would tell of other apps, and what proves that the text was seen is the code in it, which the reader gives back.
"""

import re
from typing import Final

from ..session import Session, quote
from ..shell_batch import run_batch

TAG: Final = "shopwarden-notice"
FIRST_SDK: Final = 30
_TIMEOUT_S: Final = 20.0
_LONGEST: Final = 4000
_FAILED: Final = re.compile(rb"Exception|Unknown command|Can't find service|not found|Permission Denial|error:")


async def show_to_holder(session: Session, *, title: str, text: str) -> bool:
    """Whether the phone took it. The same again replaces the former. Raises as `run_batch`."""
    line = f"cmd notification post -S bigtext -t {quote(title[:200])} {TAG} {quote(text[:_LONGEST])}"
    (posted,) = await run_batch(session, [line], timeout_s=_TIMEOUT_S)
    return posted.status == 0 and _FAILED.search(posted.output) is None
