"""The paired consoles in memory: who is at the other end of a TLS connection, by its certificate's public key."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from adb_bridge.clock import Clock
from crypto.console_certs import public_key_of

from ..api.exit_codes import ExitCode
from ..api.wire import Role
from ..archive.archive import Archive
from ..archive.consoles import ArchivedConsole
from ..archive.errors import ArchiveError
from ..logs import log_for
from ..people_names import CONSOLE_NAME
from ..service import Caller, ServiceError

_ABOVE_ALL_WEB: Final = 2**48
_SEEN_EVERY: Final = timedelta(hours=1)
"""When a console was there is known by the second in memory, and by the hour after a restart."""
_NEVER: Final = datetime.min.replace(tzinfo=UTC)
KNOWN_AT_ONCE: Final = 256
"""Certificates that need not be read anew."""


class ConsoleRegister:
    """One per daemon, on the event loop. Empty until `load`."""

    def __init__(self, archive: Archive, clock: Clock, *, lets_owners: bool) -> None:
        self._archive = archive
        self._clock = clock
        self._lets_owners = lets_owners
        self._by_spki: dict[bytes, ArchivedConsole] = {}
        self._spkis: dict[bytes, bytes] = {}
        self._public_keys: dict[bytes, bytes] = {}
        self._gone: list[Callable[[bytes], None]] = []
        self._unsaved: dict[str, datetime] = {}
        self._written: dict[str, datetime] = {}
        self._log = log_for("lan")

    async def load(self) -> None:
        """Read the archive. Raises ArchiveError."""
        self._by_spki = {console.spki: console for console in await self._archive.consoles.all()}

    def all(self) -> tuple[ArchivedConsole, ...]:
        """Those in force first."""
        return tuple(sorted(self._by_spki.values(), key=lambda one: (one.revoked_at is not None, one.paired_at)))

    def find(self, name_or_id: str) -> ArchivedConsole | None:
        """Of several with a name, the one in force."""
        found = [one for one in self.all() if name_or_id in (one.name, one.console_id)]
        return found[0] if found else None

    def take(self, console: ArchivedConsole) -> None:
        """As it is from now on; one that is revoked loses its connections."""
        self._by_spki[console.spki] = console
        if console.revoked_at is not None:
            for tell in self._gone:
                tell(console.spki)

    def when_revoked(self, tell: Callable[[bytes], None]) -> None:
        """`tell` is called with the SHA-256 of the public key of each console that is revoked."""
        self._gone.append(tell)

    def caller(self, certificate: bytes, language: str) -> Caller:
        """Whose certificate (DER) it is. ServiceError: `lan.revoked`, `lan.expired`, `lan.not_paired`."""
        console = self._by_spki.get(self.spki_of(certificate))
        if console is None:
            raise _refused("lan.not_paired")
        self._check(console)
        self._note_seen(console)
        return Caller(
            uid=_number_of(console.console_id),
            name=f"{CONSOLE_NAME}{console.name}",
            role=Role(console.role),
            language=language,
            employee=console.employee,
            console=console.console_id,
        )

    def is_in_force(self, console_id: str) -> bool:
        """Whether its calls would be answered now."""
        console = next((one for one in self._by_spki.values() if one.console_id == console_id), None)
        if console is None:
            return False
        try:
            self._check(console)
        except ServiceError:
            return False
        return True

    def spki_of(self, certificate: bytes) -> bytes:
        """SHA-256 of the public key of a certificate that TLS has checked."""
        digest = hashlib.sha256(certificate).digest()
        known = self._spkis.get(digest)
        if known is None:
            while len(self._spkis) >= KNOWN_AT_ONCE:
                del self._spkis[next(iter(self._spkis))]
            known = self._spkis[digest] = self.know(public_key_of(certificate))
        return known

    def know(self, public_key: bytes) -> bytes:
        """SHA-256 of a SubjectPublicKeyInfo, which `public_key` gives from then on."""
        spki = hashlib.sha256(public_key).digest()
        while len(self._public_keys) >= KNOWN_AT_ONCE:
            del self._public_keys[next(iter(self._public_keys))]
        self._public_keys[spki] = public_key
        return spki

    def public_key(self, console_id: str) -> bytes | None:
        """Of a console that was here; None for another."""
        console = next((one for one in self._by_spki.values() if one.console_id == console_id), None)
        return None if console is None else self._public_keys.get(console.spki)

    def _check(self, console: ArchivedConsole) -> None:
        if console.revoked_at is not None:
            raise _refused("lan.revoked")
        if console.expires_at <= self._clock.now():
            raise _refused("lan.expired")
        if console.role == Role.OWNER and not self._lets_owners:
            raise _refused("lan.owner_here_only")

    def _note_seen(self, console: ArchivedConsole) -> None:
        now = self._clock.now()
        self._by_spki[console.spki] = replace(console, last_seen_at=now)
        if now - self._written.get(console.console_id, _NEVER) >= _SEEN_EVERY:
            self._written[console.console_id] = self._unsaved[console.console_id] = now

    async def save_seen(self) -> None:
        """Write down who was there; a full disk loses that and nothing else."""
        while self._unsaved:
            console_id, seen_at = self._unsaved.popitem()
            try:
                await self._archive.consoles.seen(console_id, seen_at)
            except ArchiveError as error:
                self._log.warning("seen_not_kept", code=error.code.value)
                return


def _number_of(console_id: str) -> int:
    """Beyond all users' and web accounts' numbers."""
    return _ABOVE_ALL_WEB + int.from_bytes(hashlib.sha256(console_id.encode()).digest()[:5])


def _refused(code: str) -> ServiceError:
    return ServiceError(code, http_status=403, exit_code=ExitCode.NOT_PERMITTED)
