"""Telephone numbers of other regions, by the numbering plans of `phone_plans.txt`."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from ..model import ContactKind

MAINLAND = "86"
NEIGHBOURS = ("852", "853", "886")
"""Hong Kong, Macao, Taiwan: given without + in shops near them."""
LONGEST = 15
"""Digits of a number with its calling code (E.164)."""
_LONGEST_CODE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Which national numbers of one calling code exist."""

    mobile: re.Pattern[str]
    fixed: re.Pattern[str]

    def kind(self, number: str) -> ContactKind | None:
        """What the national number is, with or without its trunk 0."""
        for digits in (number, number[1:]) if number[:1] == "0" else (number,):
            if self.mobile.fullmatch(digits):
                return ContactKind.MOBILE
            if self.fixed.fullmatch(digits):
                return ContactKind.LANDLINE
        return None


@lru_cache(maxsize=1)
def _patterns() -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for line in resources.files(__package__).joinpath("phone_plans.txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            code, _, mobile, fixed = line.split("\t")
            found.setdefault(code, []).append((mobile, fixed))
    return found


@cache
def plan(code: str) -> Plan | None:
    """The plan of a calling code without +, compiled when first asked for."""
    rows = _patterns().get(code)
    if rows is None:
        return None
    return Plan(
        mobile=re.compile("|".join(f"(?:{mobile})" for mobile, _ in rows)),
        fixed=re.compile("|".join(f"(?:{fixed})" for _, fixed in rows)),
    )


def abroad(digits: str) -> ContactKind | None:
    """What calling code and number together are; the mainland's own are left to its own checks."""
    for length in range(1, _LONGEST_CODE + 1):
        code = digits[:length]
        known = plan(code) if code != MAINLAND else None
        kind = known.kind(digits[length:]) if known else None
        if kind:
            return kind
    return None


def national(digits: str, code: str) -> ContactKind | None:
    """What a number is in the plan of `code`, given without it."""
    known = plan(code)
    return known.kind(digits) if known else None
