"""Keys that make a request that is asked twice count once."""

import argparse
import re
from typing import Final

_KEY: Final = re.compile(r"[A-Za-z0-9._:-]{8,128}")


def request_key(text: str) -> str:
    """As the daemon takes them."""
    if _KEY.fullmatch(text) is None:
        raise argparse.ArgumentTypeError(f"{text} (8 … 128: A-Z a-z 0-9 . _ : -)")
    return text
