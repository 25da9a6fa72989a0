"""What an import has come to so far."""

from dataclasses import dataclass, field

import msgspec

from ..api.importing import MOST_REFUSED_TOLD, ImportKind, ImportReport, RefusedRow
from .found import Ending, Problem, RefusedOne


@dataclass(slots=True)
class Tally:
    """Counts of one file."""

    device: str
    kind: ImportKind
    sha256: str
    size_bytes: int
    is_check: bool
    read_bytes: int = 0
    new: int = 0
    already_imported: int = 0
    already_archived: int = 0
    refused: int = 0
    refused_rows: list[RefusedRow] = field(default_factory=list)
    problem: Problem | None = None
    problem_line: int | None = None

    def refuse(self, row: RefusedOne) -> None:
        """A row that is not taken."""
        self.refused += 1
        if len(self.refused_rows) < MOST_REFUSED_TOLD:
            self.refused_rows.append(RefusedRow(line=row.line, reason=row.reason.value))

    def end(self, ending: Ending) -> None:
        """The file broke off."""
        self.problem, self.problem_line = ending.problem, ending.line

    @property
    def outcome(self) -> str:
        """For the audit: counts only."""
        counts = (
            f"new={self.new} imported={self.already_imported} archived={self.already_archived} refused={self.refused}"
        )
        return counts if self.problem is None else f"{self.problem.value} {counts}"

    def report(self) -> ImportReport:
        """While it goes on."""
        return ImportReport(
            device=self.device, kind=self.kind, sha256=self.sha256, size_bytes=self.size_bytes,
            read_bytes=self.read_bytes, records=self.new + self.already_imported + self.already_archived + self.refused,
            new=self.new, already_imported=self.already_imported, already_archived=self.already_archived,
            refused=self.refused, is_check=self.is_check,
        )  # fmt: skip

    def last_report(self) -> ImportReport:
        """At the end."""
        return msgspec.structs.replace(
            self.report(),
            refused_rows=tuple(self.refused_rows),
            problem=None if self.problem is None else self.problem.value,
            problem_line=self.problem_line,
            is_done=True,
        )
