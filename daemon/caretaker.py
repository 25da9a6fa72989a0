"""Keeps an enrolled phone reachable: this computer's key does not lapse, wireless debugging comes back.

Rules:
1. At each connection the seven-day rule for keys is switched off, when the configuration wants that and the phone
   permits it. What was changed is in the audit.
2. A phone that was reached by wireless debugging before, and is reached another way now, has it switched on again. When
   the phone asks its holder instead, the next try is `ASK_AGAIN_S` later: it is a question on a person's screen.
"""

import asyncio
from dataclasses import dataclass
from typing import Final

from adb_bridge.carrier import Carrier
from adb_bridge.errors import ShellCommandError
from adb_bridge.records import TransportSerial
from adb_bridge.session import Session
from adb_bridge.wireless import (
    ExpiryOutcome,
    WirelessOutcome,
    WirelessSwitch,
    is_wireless_on,
    keep_authorised,
    switch_wireless,
)

from .archive.drafts import AuditDraft
from .audit import DAEMON_ACTOR, NO_ROLE
from .live import LiveDevice
from .logs import log_for
from .supervise import Supervision
from .whereabouts import Whereabouts
from .workshop import Workshop

ASK_AGAIN_S: Final = 1800.0
_LOOK_AGAIN_S: Final = 60.0
_GLANCE_S: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Care:
    """What the configuration wants."""

    keep_authorised: bool
    keep_wireless: bool


class Caretaker:
    """One for each connection of an enrolled phone that is collected over. Runs under `supervise`."""

    def __init__(
        self, shop: Workshop, care: Care, whereabouts: Whereabouts, live: LiveDevice, transport: TransportSerial
    ) -> None:
        self._shop = shop
        self._care = care
        self._whereabouts = whereabouts
        self._live = live
        self._transport = transport
        self._log = log_for("caretaker").bind(device=shop.tokens.token(live.serial))

    async def run(self, supervision: Supervision) -> None:
        """Until the link is lost."""
        session = self._shop.link.session(self._transport)
        try:
            if self._care.keep_authorised:
                await self._keep_authorised(session)
            supervision.well()
            answered = self._live.answered.get(self._transport)
            if not self._care.keep_wireless or answered is None or answered.carrier is Carrier.WIRELESS_DEBUGGING:
                return
            while True:
                losses = self._live.wireless_losses
                wait_s = await self._keep_wireless(session)
                supervision.well()
                await self._rest(wait_s, losses)
        except ShellCommandError:
            self._log.debug("phone.not_kept")
        finally:
            await session.close()

    async def _keep_authorised(self, session: Session) -> None:
        outcome = await keep_authorised(session)
        if outcome is ExpiryOutcome.SWITCHED_OFF:
            await self._tell("device.keep_authorised", outcome.value)
        elif outcome is ExpiryOutcome.REFUSED:
            self._log.info("phone.key_expires")

    async def _keep_wireless(self, session: Session) -> float:
        """Returns the wait before the next look, seconds."""
        if not self._whereabouts.had_wireless(self._live.serial) or await is_wireless_on(session) is not False:
            return _LOOK_AGAIN_S
        profile = self._live.profile
        report = await switch_wireless(session, WirelessSwitch.ON, sdk=0 if profile is None else profile.sdk)
        await self._tell("device.wireless.on", report.outcome.value)
        if report.address is not None:
            self._shop.link.hold(report.address)
        return _LOOK_AGAIN_S if report.outcome is WirelessOutcome.ON else ASK_AGAIN_S

    async def _rest(self, wait_s: float, losses: int) -> None:
        """Until the time is over, or wireless debugging went once more."""
        until_s = self._shop.clock.monotonic() + wait_s
        while self._shop.clock.monotonic() < until_s and self._live.wireless_losses == losses:  # noqa: ASYNC110
            await asyncio.sleep(_GLANCE_S)

    async def _tell(self, action: str, outcome: str) -> None:
        self._log.info("phone.kept", action=action, state=outcome)
        draft = AuditDraft(
            actor=DAEMON_ACTOR, role=NO_ROLE, action=action, target=self._live.serial, reason=None, outcome=outcome
        )
        await self._shop.archive.audit(draft)
