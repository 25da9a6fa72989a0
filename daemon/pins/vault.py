"""The keeper of shop-held PINs. A PIN is on the disk before a phone hears of it; no crash can lock the shop out.

Each phone has a data key of its own (`pins`, the phone's token), so that forgetting its PINs destroys the key; a new
root wraps it anew like every data key. In the archive is only what `crypto.record_seal` made of it.
"""

import asyncio
import secrets
from dataclasses import dataclass
from typing import Final, Literal

from adb_bridge.records import DeviceSerial
from adb_bridge.secret import Secret
from crypto.errors import CryptoError
from crypto.record_seal import RecordSeal
from crypto.vault_keys import VaultKeys

from ..archive.archive import Archive
from ..archive.drafts import AuditDraft
from ..archive.pins import ArchivedPin, PinOrigin, PinOutcome, PinState, SealedPin
from ..audit import DAEMON_ACTOR, NO_ROLE
from ..logs import log_for
from ..service import Caller
from .drawing import draw

LABEL: Final = "pins"
"""Of the data keys."""
Outcome = Literal["took", "not", "unsure"]
_OUTCOMES: Final = {"took": PinOutcome.TOOK, "not": PinOutcome.NOT, "unsure": PinOutcome.UNSURE}
_PLACES: Final = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPin:
    """A PIN that the phone may have."""

    kept: ArchivedPin
    pin: Secret


class PinUnreadableError(Exception):
    """A PIN is kept and cannot be opened: its key is missing or damaged."""


class ShopPins:
    """One per daemon; `PinVault` of the queue. Raises ArchiveError and CryptoError where it writes."""

    def __init__(self, archive: Archive, keys: VaultKeys) -> None:
        self._book = archive.pins
        self._archive = archive
        self._keys = keys
        self._changing = asyncio.Lock()
        """No key may be destroyed while something is sealed under it."""
        self._log = log_for("pins")

    async def current(self, device: DeviceSerial) -> Secret | None:
        """The one that the phone has as far as is known; None when the shop holds none, or none that opens."""
        return next((one.pin for one in await self.candidates(device) if one.kept.state is PinState.CURRENT), None)

    async def candidates(self, device: DeviceSerial) -> tuple[HeldPin, ...]:
        """Those that the phone may have, likeliest first: proposed, current, previous ones. What does not open is left
        out and logged.
        """
        held: list[HeldPin] = []
        for kept in await self._book.of(device):
            try:
                held.append(HeldPin(kept=kept, pin=self._opened(kept)))
            except PinUnreadableError:
                self._log.error("pins.unreadable", key_no=kept.pin.key_no)
        return tuple(held)

    async def on_phone(self, device: DeviceSerial) -> HeldPin | None:
        """What a person would type: the current one; else the proposed one in doubt. PinUnreadableError."""
        kept = await self._book.of(device)
        found = next((one for one in kept if one.state is PinState.CURRENT), None)
        found = found or next((one for one in kept if one.state is PinState.PROPOSED), None)
        return None if found is None else HeldPin(kept=found, pin=self._opened(found))

    async def propose(self, device: DeviceSerial) -> Secret:
        """A new random PIN, durable when this returns; or the one that was proposed before and is not settled."""
        return self._opened(await self._keep(device, PinOrigin.DRAWN, draw(), _by_daemon("pin.propose", device)))

    async def propose_typed(self, device: DeviceSerial, pin: Secret, by: Caller, reason: str) -> None:
        """What a person wants the phone to have."""
        await self._keep(device, PinOrigin.TYPED, pin, _by(by, "pin.propose", device, reason))

    async def told(self, device: DeviceSerial, pin: Secret, by: Caller, reason: str) -> None:
        """What a person says the phone has: current until the phone says otherwise."""
        await self._keep(device, PinOrigin.TOLD, pin, _by(by, "pin.record", device, reason))

    async def settle(self, device: DeviceSerial, outcome: Outcome) -> None:
        """What became of the proposed one: `took` makes it current. `unsure` keeps both."""
        draft = _by_daemon("pin.settle", device, outcome=outcome)
        await asyncio.shield(self._book.settle(device, _OUTCOMES[outcome], draft))

    async def cleared(self, device: DeviceSerial) -> None:
        """The phone was read to have no PIN any more: there is no current one."""
        await asyncio.shield(self._book.cleared(device, _by_daemon("pin.cleared", device)))

    async def verified(self, held: HeldPin) -> None:
        """The phone took it for its own."""
        device = held.kept.device
        draft = _by_daemon("pin.settle", device, outcome="took")
        await asyncio.shield(self._book.verified(device, held.kept.pin.pin_id, draft))

    async def forget(self, device: DeviceSerial, by: Caller, reason: str) -> int:
        """All PINs of the phone, and the key they were under: no copy of the archive opens them. How many they were."""
        async with self._changing:
            held = await self._book.of(device)
            key_nos = await self._book.forget(device, _by(by, "pin.forget", device, reason))
            if key_nos:
                await asyncio.to_thread(self._keys.destroy, key_nos)
                self._archive.keys_changed()
        return len(held)

    async def of(self, device: DeviceSerial) -> tuple[ArchivedPin, ...]:
        """What is kept of a phone, sealed."""
        return await self._book.of(device)

    async def all(self) -> tuple[ArchivedPin, ...]:
        """What is kept, sealed, by serial."""
        return await self._book.all()

    def is_readable(self, pin: ArchivedPin) -> bool:
        """Whether its key is there and fits."""
        try:
            self._opened(pin)
        except PinUnreadableError:
            return False
        return True

    async def _keep(self, device: DeviceSerial, origin: PinOrigin, pin: Secret, audit: AuditDraft) -> ArchivedPin:
        async with self._changing:
            period = self._archive.tokens.of_person(f"pins\0{device}")[:8].hex()
            key = await asyncio.to_thread(self._keys.period_key, LABEL, period)
            pin_id = secrets.randbelow(_PLACES)
            sealed = RecordSeal(key.secret).seal(pin.reveal().encode("ascii"), pin_id)
            kept = SealedPin(pin_id=pin_id, key_no=key.key_no, sealed=sealed)
            return await asyncio.shield(self._book.keep(device, origin, kept, audit))

    def _opened(self, kept: ArchivedPin) -> Secret:
        key = self._keys.by_no(kept.pin.key_no)
        if key is None:
            raise PinUnreadableError
        try:
            return Secret(RecordSeal(key.secret).open(kept.pin.sealed, kept.pin.pin_id).decode("ascii"))
        except (CryptoError, UnicodeDecodeError):
            raise PinUnreadableError from None


def _by_daemon(action: str, device: DeviceSerial, *, outcome: str = "ok") -> AuditDraft:
    return AuditDraft(actor=DAEMON_ACTOR, role=NO_ROLE, action=action, target=device, reason=None, outcome=outcome)


def _by(caller: Caller, action: str, device: DeviceSerial, reason: str) -> AuditDraft:
    return AuditDraft(
        actor=caller.name, role=caller.role.value, action=action, target=device, reason=reason, outcome="ok"
    )
