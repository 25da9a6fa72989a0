"""Who looks after the conversations of records that are shown."""

from collections.abc import Mapping, Sequence

from ..archive.archive import Archive
from ..archive.records import ArchivedEnrolment


class Owners:
    """Of one page of records."""

    def __init__(self, handed: Mapping[int, str], holders: Mapping[str, ArchivedEnrolment]) -> None:
        self._handed = handed
        self._holders = holders

    def of(self, ledger_index: int, device: str) -> str | None:
        """To whom its conversation was handed, else whoever has the phone; None: nobody."""
        if (owner := self._handed.get(ledger_index)) is not None:
            return owner
        holder = self._holders.get(device)
        return None if holder is None else holder.employee


async def owners_of(
    archive: Archive, ledger_indexes: Sequence[int], holders: Mapping[str, ArchivedEnrolment]
) -> Owners:
    """`ledger_indexes`: of events. `holders`: enrolments in force by serial."""
    handed = await archive.leavings.owners_of_events(ledger_indexes) if ledger_indexes else {}
    return Owners(handed, holders)
