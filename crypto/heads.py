"""The ledger's signed heads in one place: what they say (`checkpoints.py`) and where they are kept (`head_log.py`)."""

from .checkpoints import Head, HeadSigner, SignedHead, read_head, verify_head
from .head_log import DamagedLine, HeadLog, HeadLogContents

__all__ = [
    "DamagedLine",
    "Head",
    "HeadLog",
    "HeadLogContents",
    "HeadSigner",
    "SignedHead",
    "read_head",
    "verify_head",
]
