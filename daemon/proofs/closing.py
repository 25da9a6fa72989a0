"""The daily close: a head is signed, and put into a file outside this machine when a folder for it is configured."""

import asyncio
from datetime import datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Final

from crypto.atomic_file import read_file, replace_file
from crypto.errors import CryptoError, IntegrityError
from crypto.witnessing import read_notes, write_notes

from ..api.exit_codes import ExitCode
from ..api.proofs import CheckHeadsRequest, WitnessedRequest, witness_file_name
from ..api.wire import Role
from ..audit import DAEMON_ACTOR
from ..config import Config
from ..service import Caller, ServiceError
from .heads_desk import HeadsDesk

_MAX_BYTES: Final = 16 * 1024 * 1024
_AT_ONCE: Final = 500
_DAY: Final = timedelta(days=1)


class DailyClose:
    """One per daemon. `trouble` is the stable code of why the last head did not get out; None when it did."""

    def __init__(self, heads: HeadsDesk, config: Config, opened_at: datetime) -> None:
        self._heads = heads
        self._config = config
        self._done = opened_at
        self.trouble: str | None = None

    def is_due(self, now: datetime) -> bool:
        """Whether a close lies between the last one, or the start, and `now` (aware)."""
        if self._config.ledger.close_at is None:
            return False
        zone = self._config.store.zone()
        at = closing_before(now, time.fromisoformat(self._config.ledger.close_at), zone)
        return self._done < at

    async def close(self, now: datetime) -> None:
        """Sign, and export when there is a folder. What goes wrong is `trouble`; the next close tries again."""
        self._done = now
        caller = own_caller(self._config)
        try:
            await self._heads.sign(caller)
            if self._config.ledger.export_dir is not None:
                await self._export(caller, Path(self._config.ledger.export_dir))
            self.trouble = None
        except ServiceError as error:
            self.trouble = error.code
        except (CryptoError, OSError):
            self.trouble = "heads.export_failed"

    async def _export(self, caller: Caller, directory: Path) -> None:
        """Look at what is there before anything is added: it is the older witness."""
        report = await self._heads.report(caller)
        path = directory / witness_file_name(report.ledger)
        try:
            text = (await asyncio.to_thread(read_file, path, max_bytes=_MAX_BYTES)).decode("utf-8", "replace")
        except FileNotFoundError:
            text = ""
        try:
            there = read_notes(text)
        except IntegrityError:
            raise ServiceError("heads.malformed", http_status=409, exit_code=ExitCode.INTEGRITY) from None
        for first in range(0, len(there), _AT_ONCE):
            notes = write_notes(there[first : first + _AT_ONCE])
            checked = await self._heads.check(caller, CheckHeadsRequest(heads=notes, witness=directory.name or "share"))
            if not checked.ok:
                worst = next(one.standing for one in checked.items if one.standing != "continued")
                raise ServiceError(f"heads.{worst}", http_status=409, exit_code=ExitCode.INTEGRITY, size=0)
        signed = await self._heads.sign(caller)
        heads = (*there, *read_notes(signed.note))
        await asyncio.to_thread(replace_file, path, write_notes(heads).encode("utf-8"))
        request = WitnessedRequest(size=signed.size, way="file", witness=directory.name or "share")
        await self._heads.witnessed(caller, request)


def own_caller(config: Config) -> Caller:
    """The daemon itself, for what it asks of its own desks."""
    return Caller(uid=0, name=DAEMON_ACTOR, role=Role.OWNER, language=config.store.language)


def closing_before(now: datetime, at: time, zone: tzinfo | None) -> datetime:
    """The last moment not after `now` when the clock of `zone` (None: this machine's) showed `at`."""
    local = now.astimezone(zone)
    today = local.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    if today <= local:
        return today
    return (local.replace(hour=12) - _DAY).replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
