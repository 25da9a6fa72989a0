"""Contact details on a set by an author who knew no cue; told apart by disguise. All numbers are invented."""

import json
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from policies.contacts import find_contacts_many
from policies.model import ContactKind, ContactSpan

DATA = Path(__file__).resolve().parents[1] / "data" / "contacts_fresh"


@dataclass(slots=True, kw_only=True)
class Measured:
    """Of one file: details asked for, found (kind and a common sign) and exact, by group; what was missed or wrong."""

    asked: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    exact: int = 0
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)


@cache
def measured(name: str) -> Measured:
    rows = [json.loads(line) for line in (DATA / f"{name}.jsonl").read_text("utf-8").splitlines()]
    result = Measured()
    for row, got in zip(rows, find_contacts_many([row["text"] for row in rows]), strict=True):
        text, group = row["text"], row["group"]
        wanted = [ContactSpan(start=s["start"], end=s["end"], kind=ContactKind(s["kind"])) for s in row["spans"]]
        for one in wanted:
            touched = any(one.kind is g.kind and g.start < one.end and one.start < g.end for g in got)
            result.asked[group] += 1
            result.found[group] += touched
            result.exact += one in got
            if one not in got:
                result.missed.append(f"{group} {one.kind}: {text!r} {[text[g.start : g.end] for g in got]}")
        for g in got:
            if not any(one.kind is g.kind and g.start < one.end and one.start < g.end for one in wanted):
                result.wrong.append(f"{text!r}: {g.kind} {text[g.start : g.end]!r}")
    return result


@pytest.mark.parametrize(
    ("name", "least", "least_exact"), [("plain", 0.995, 0.99), ("disguised", 0.97, 0.97), ("late", 0.95, 0.94)]
)
def test_details_are_found_and_their_ends_are_right(name: str, least: float, least_exact: float) -> None:
    one = measured(name)
    assert one.asked.total() > 150
    assert one.found.total() / one.asked.total() >= least, one.missed
    assert one.exact / one.asked.total() >= least_exact, one.missed


def test_hardly_anything_else_is_found() -> None:
    files = [measured(name) for name in ("plain", "disguised", "late", "honest", "late_honest")]
    found, wrong = sum(one.found.total() for one in files), [text for one in files for text in one.wrong]
    assert found / (found + len(wrong)) >= 0.98, wrong
