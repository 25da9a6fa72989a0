"""The list of records that were erased on purpose: one current copy in a backup, sealed, as the keys are.

It lets a restore of an older snapshot erase them again. It says indexes and parts of commitments, nothing of content.
"""

from collections.abc import Iterable
from typing import Annotated, Final

import msgspec

from crypto.backup_keys import BackupKeys

from ..archive.forgetting import COMMITMENT_BYTES, ErasedEntry
from .manifest import damaged

_LABEL: Final = "erased"
_Part = Annotated[bytes, msgspec.Meta(min_length=COMMITMENT_BYTES, max_length=COMMITMENT_BYTES)]
_List = tuple[tuple[Annotated[int, msgspec.Meta(ge=1, le=2**53)], _Part], ...]


def encode_erased(erased: Iterable[ErasedEntry], keys: BackupKeys) -> bytes:
    """Sealed."""
    return keys.seal(_LABEL, msgspec.msgpack.encode([(one.ledger_index, one.commitment) for one in erased]))


def decode_erased(sealed: bytes, keys: BackupKeys) -> tuple[ErasedEntry, ...]:
    """IntegrityError(SEALED_DAMAGED)."""
    try:
        found = msgspec.msgpack.decode(keys.unseal(_LABEL, sealed), type=_List)
    except msgspec.MsgspecError:
        raise damaged(_LABEL) from None
    return tuple(ErasedEntry(ledger_index=index, commitment=commitment) for index, commitment in found)
