"""Does the keyring belong to this archive as it is now, and has anybody changed its ways in meanwhile?"""

import asyncio

from crypto.errors import CryptoErrorCode, VaultStateError
from crypto.keyring import list_slots
from crypto.vault_keys import VaultKeys

from .archive.archive import Archive
from .archive.key_changes import KeyState
from .audit import DAEMON_ACTOR
from .paths import StatePaths


class KeyWatch:
    """Compares the file with what the archive noted of it."""

    def __init__(self, *, archive: Archive, keys: VaultKeys, paths: StatePaths) -> None:
        self._archive = archive
        self._keys = keys
        self._paths = paths

    async def refuse_older_copy(self) -> None:
        """VaultStateError(KEYRING_STALE) when the archive has seen a newer root or newer data keys than the file has.

        To be asked before anything is written: an older copy would give numbers of keys a second time.
        """
        marks = await self._archive.key_changes.marks()
        if self._keys.generation < marks.generation:
            detail = f"generation {self._keys.generation}, the archive knows {marks.generation}"
            raise VaultStateError(CryptoErrorCode.KEYRING_STALE, detail)
        if self._keys.next_key_no <= marks.key_no:
            detail = f"it lacks data key {marks.key_no}"
            raise VaultStateError(CryptoErrorCode.KEYRING_STALE, detail)

    async def note(self, *, actor: str = DAEMON_ACTOR, reason: str | None = None) -> int:
        """Ledger what is different from what was noted last: ways in that `shopwardend keys` added or took away."""
        slots = await asyncio.to_thread(list_slots, self._paths.keyring)
        ways = tuple((slot.slot_id, slot.kind.value) for slot in slots if slot.kind is not None)
        state = KeyState(generation=self._keys.generation, ways=ways)
        return await self._archive.key_changes.note(state, actor=actor, reason=reason)
