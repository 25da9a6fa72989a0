"""Wire types of where the rules come from: packs, the shop's own files, and what is wrong with them."""

from datetime import datetime
from enum import StrEnum

from .wire_base import Wire


class RuleFileStatus(StrEnum):
    """What became of a file."""

    OK = "ok"
    """In force as it is now."""
    REFUSED = "refused"
    """Wrong; the rules of before stay in force, of all files."""
    IGNORED = "ignored"
    """Right by itself, but not in force while another file is refused."""


class RuleFileState(Wire, frozen=True, kw_only=True):
    """A file of the shop's own rules."""

    name: str
    """Relative to the folder."""
    status: RuleFileStatus
    problem: str | None = None
    """What is wrong, in the asked language where it can be; None when nothing is."""
    line: int | None = None


class RulesState(Wire, frozen=True, kw_only=True):
    """Of the rules in force."""

    version: str
    packs: tuple[str, ...]
    """By name, in the order of the configuration."""
    rules: int
    files: tuple[RuleFileState, ...]
    """By name; empty when the shop has no rules of its own."""
    watched_dir: str | None
    """None: the shop has no rules of its own."""
    loaded_at: datetime
    """When the rules in force came into force."""
    problem: str | None = None
    """Why the files as they are now are not in force; None when they are."""
