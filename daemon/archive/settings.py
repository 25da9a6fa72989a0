"""What of an archive may be tuned."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveSettings:
    """What a store may tune."""

    reserve_bytes: int = 0
    """Room kept for audit, commands and unenrolment when the disk is full; 64 MiB is good for a shop, 0 none."""
    head_interval_s: float = 60.0
    """At most one signed head in this time, and one at the close; 0 signs every commit."""
    reader_threads: int = 3
