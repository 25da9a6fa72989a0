"""Packs that ship, as engines: building one is most of the work of asking it, so each is built once in a process.

Tests that ask the engine of every pack are marked `packs`, so that one worker has them all.
"""

from collections.abc import Iterable
from functools import cache

import pytest

from policies.engine import Engine
from policies.model import Hit
from policies.packs.loader import read_ruleset
from policies.rules.spec import Rule, RuleSet

CORE = "retail-zh"
BRANCHES = ("retail-common", "jewellery", "gifts", "apparel", "maternal-and-baby", "direct-selling")
packs = pytest.mark.xdist_group("packs")


@cache
def core_rules() -> RuleSet:
    return read_ruleset([CORE])


@cache
def core_engine() -> Engine:
    return Engine(core_rules())


@cache
def every_rule() -> RuleSet:
    """Of the core set and of every branch."""
    return read_ruleset([CORE, *BRANCHES])


@cache
def every_engine() -> Engine:
    return Engine(every_rule())


@cache
def owner() -> dict[str, str]:
    """The pack of each rule."""
    return {rule.id: rule.file.parent.name for rule in every_rule().rules}


def own(name: str) -> list[Rule]:
    """Rules of that pack's own files."""
    return [rule for rule in every_rule().rules if owner()[rule.id] == name]


def of_packs(hits: Iterable[Hit], names: Iterable[str]) -> list[Hit]:
    """Those by rules of these packs."""
    return [hit for hit in hits if owner()[hit.rule_id] in names]
