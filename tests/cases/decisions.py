"""`decisions.toml`: the cases this program answers otherwise than their sources."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FILE = Path(__file__).with_name("decisions.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Why some cases are answered otherwise."""

    title: str
    why: str
    cases: tuple[str, ...]


@lru_cache(maxsize=1)
def decisions() -> tuple[Decision, ...]:
    """All of them, in the order of the file."""
    tables = tomllib.loads(FILE.read_text("utf-8"))["decision"]
    return tuple(Decision(title=t["title"], why=t["why"], cases=tuple(t["cases"])) for t in tables)


def decided() -> frozenset[str]:
    """The cases that stand in a decision."""
    return frozenset(case for decision in decisions() for case in decision.cases)
