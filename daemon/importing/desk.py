"""Imports over the API: first a ticket, for which everything is checked that can be refused, then the bytes."""

import secrets
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

from adb_bridge.clock import Clock
from adb_bridge.records import DeviceSerial, Source
from crypto.errors import CryptoError

from ..api.exit_codes import ExitCode
from ..api.importing import ImportReport, ImportRequest, ImportTicket
from ..audit import AuditTrail
from ..device_directory import DeviceDirectory
from ..roles import Permission, require
from ..service import Caller, ServiceError
from ..service_errors import not_found, refusing, unusable
from .files import FileChangedError
from .importer import Importer, ImportOrder
from .kinds import UnknownFormatError
from .spool import SpoolFullError, UploadBrokenError, UploadSpool

_TICKET_S: Final = 120.0
_MOST_TICKETS: Final = 64
_MOST_UPLOADS: Final = 4
LARGEST_BYTES: Final = 64 * 1024**3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ticket:
    caller: Caller
    device: DeviceSerial
    request: ImportRequest
    until_s: float


class ImportDesk:
    """Raises ServiceError only."""

    def __init__(
        self, *, importer: Importer, spool: UploadSpool, directory: DeviceDirectory, audit: AuditTrail, clock: Clock
    ) -> None:
        self._importer = importer
        self._spool = spool
        self._directory = directory
        self._audit = audit
        self._clock = clock
        self._tickets: dict[str, _Ticket] = {}
        self._uploads = 0

    async def announce(self, caller: Caller, request: ImportRequest) -> ImportTicket:
        """See `Service.announce_import`."""
        require(caller, Permission.IMPORT)
        if request.size_bytes > LARGEST_BYTES:
            raise unusable("import.too_large", http_status=413)
        if request.size_bytes == 0:
            raise unusable("import.empty")
        with refusing():
            device = await self._directory.serial_of(request.device)
            enrolment = (await self._directory.in_force()).get(device)
        if enrolment is None:
            raise unusable("device.not_enrolled", http_status=409)
        if Source.IMPORTED.value not in enrolment.scope:
            raise unusable("import.not_in_scope", http_status=409)
        now_s = self._clock.monotonic()
        self._tickets = {key: ticket for key, ticket in self._tickets.items() if ticket.until_s > now_s}
        if len(self._tickets) >= _MOST_TICKETS:
            raise _busy()
        import_id = f"im_{secrets.token_hex(8)}"
        self._tickets[import_id] = _Ticket(caller=caller, device=device, request=request, until_s=now_s + _TICKET_S)
        return ImportTicket(import_id=import_id)

    async def receive(
        self, caller: Caller, import_id: str, chunks: AsyncIterator[bytes]
    ) -> AsyncGenerator[ImportReport, None]:
        """See `Service.import_file`."""
        require(caller, Permission.IMPORT)
        ticket = self._tickets.get(import_id)
        if ticket is None or ticket.caller.uid != caller.uid or ticket.until_s <= self._clock.monotonic():
            raise not_found("import")
        if self._uploads >= _MOST_UPLOADS:
            raise _busy()
        del self._tickets[import_id]
        self._uploads += 1
        try:
            with refusing():
                async with aclosing(self._run(ticket, chunks)) as reports:
                    async for report in reports:
                        yield report
        except (SpoolFullError, CryptoError) as error:
            raise ServiceError("vault.disk_full", http_status=507, exit_code=ExitCode.VAULT) from error
        except UploadBrokenError:
            raise unusable("import.incomplete", http_status=400) from None
        except UnknownFormatError:
            raise unusable("import.unknown_format") from None
        except (OSError, FileChangedError) as error:
            raise unusable("import.incomplete", http_status=400) from error
        finally:
            self._uploads -= 1

    async def _run(self, ticket: _Ticket, chunks: AsyncIterator[bytes]) -> AsyncGenerator[ImportReport, None]:
        request = ticket.request

        async def audit(action: str, target: str, outcome: str) -> None:
            await self._audit.write(ticket.caller, action, target, outcome=outcome)

        order = ImportOrder(device=ticket.device, audit=audit, kind=request.kind, is_check=request.is_check)
        upload = self._spool.receive(
            chunks, name=request.name, size_bytes=request.size_bytes, modified_s=request.modified_s
        )
        async with upload as file, aclosing(self._importer.run(order, file)) as reports:
            async for report in reports:
                yield report


def _busy() -> ServiceError:
    return ServiceError("import.busy", http_status=429, exit_code=ExitCode.NOT_PERMITTED)
