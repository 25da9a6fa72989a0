"""The keys desk: the ways into the vault, and a new root while the daemon runs. Owners only."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from crypto.errors import CryptoError, CryptoErrorCode, StorageError
from crypto.keyring import SlotInfo, list_slots

from .api.exit_codes import ExitCode
from .api.keys import KeyringView, KeyWay, Rotation
from .desk_parts import DeskParts
from .key_protection import advice_on_slots
from .key_watch import KeyWatch
from .roles import Permission, require
from .service import Caller, ServiceError
from .service_errors import refusing

_ROTATED = "keys.rotate"
_LISTED = "keys.list"


class KeysDesk:
    """Raises ServiceError only."""

    def __init__(self, parts: DeskParts) -> None:
        self._parts = parts
        self._watch = KeyWatch(archive=parts.archive, keys=parts.keys, paths=parts.paths)

    async def ways(self, caller: Caller) -> KeyringView:
        """Every way in, and what should be done about them."""
        require(caller, Permission.KEYS_MANAGE)
        with refusing(), _key_trouble():
            await self._parts.audit.write(caller, _LISTED, "keyring")
            slots = await asyncio.to_thread(list_slots, self._parts.paths.keyring)
            await self._watch.note()
        return KeyringView(
            generation=self._parts.keys.generation,
            items=tuple(_way(slot) for slot in slots),
            advice=tuple(advice_on_slots(self._parts.texts[caller.language], slots)),
        )

    async def rotate(self, caller: Caller, reason: str) -> Rotation:
        """A new root, sealed to every way in; nothing stops meanwhile. Audited before, ledgered after."""
        require(caller, Permission.KEYS_MANAGE)
        with refusing(), _key_trouble():
            await self._watch.note()
            await self._parts.audit.write(caller, _ROTATED, "keyring", reason=reason)
            generation = await asyncio.to_thread(self._parts.keys.rotate)
            await self._watch.note(actor=caller.name, reason=reason)
        return Rotation(generation=generation)


@contextmanager
def _key_trouble() -> Iterator[None]:
    try:
        yield
    except StorageError as error:
        code = "vault.disk_full" if error.code is CryptoErrorCode.DISK_FULL else "vault.unwritable"
        raise ServiceError(code, http_status=507, exit_code=ExitCode.VAULT) from error
    except CryptoError as error:
        raise ServiceError(
            "keys.trouble", http_status=409, exit_code=ExitCode.VAULT, problem=error.code.value
        ) from error


def _way(slot: SlotInfo) -> KeyWay:
    shares = slot.share_set
    return KeyWay(
        slot_id=slot.slot_id,
        kind=None if slot.kind is None else slot.kind.value,
        name=slot.name,
        state="damaged" if slot.is_damaged else "old" if slot.is_old else "sound",
        share_set=None if shares is None else shares.set_id,
        threshold=None if shares is None else shares.threshold,
        count=None if shares is None else shares.count,
    )
