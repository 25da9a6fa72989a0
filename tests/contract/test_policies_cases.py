"""The public cases about matching words, under the profiles of the engines they were written for."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from policies.conversions import amount_of, full_to_half
from policies.engine import Engine
from policies.matching.matcher import Matcher
from policies.packs import load_ruleset
from policies.scan import ScanRequest, scan_line
from tests.cases.files import MATCHING, Json, rows
from tests.packs_kit import core_engine
from tests.unit.case_profiles import CaseProfile, case_profile, case_profiles, rule_file

LATER = ("pinyin", "pinyin_of_name", "pinyin_initials_or_prefix_mixed_with_hanzi")
"""Texts as pinyin, and words found by initials: nothing this program does (docs/cases.md)."""
KEEPS_LENGTH = "go_node_java_dfa-0019"
"""Wants seven stars for thirteen code points; a mask here is as long as what it hides."""


def is_search(case: Mapping[str, Json]) -> bool:
    return case["expected_kind"] in ("spans", "bool") and case["feature"] not in LATER


EVERY = [case for name in MATCHING for case in rows(name)]
SEARCHES = [
    pytest.param(case, setup, id=f"{case['id']}-{setup.profile.overlap}")
    for case in EVERY
    if is_search(case)
    for setup in case_profiles(case)
]
MASKS = [case for case in EVERY if case["expected_kind"] == "output" and str(case["id"]).startswith("go_node")]


def expected_spans(case: Mapping[str, Json]) -> list[tuple[object, object, object]]:
    assert isinstance(case["expected"], list)
    return sorted((span["start"], span["end"], span["word"]) for span in case["expected"] if isinstance(span, dict))


@pytest.mark.parametrize(("case", "setup"), SEARCHES)
def test_the_matcher_finds_what_the_source_asserts(case: Mapping[str, Json], setup: CaseProfile) -> None:
    text = str(case["text"])
    found = Matcher(setup.words, setup.allow, setup.profile).find(text)
    if case["expected_kind"] == "bool":
        assert bool(found) == case["expected"]
    else:
        assert sorted((f.start, f.end, f.word) for f in found) == expected_spans(case)


@pytest.mark.parametrize(("case", "setup"), SEARCHES)
def test_a_rule_file_with_the_same_options_finds_the_same(
    case: Mapping[str, Json], setup: CaseProfile, tmp_path: Path
) -> None:
    text = str(case["text"])
    if setup.words or setup.profile.min_digits:
        (tmp_path / "case.toml").write_text(rule_file(setup), "utf-8")
        engine = Engine(load_ruleset([tmp_path]))
    else:  # asserted clean against the source's own lexicon; here against ours
        engine = core_engine()
    hits = scan_line(engine, ScanRequest(id="1", text=text)).hits
    if case["expected_kind"] == "bool":
        assert bool(hits) == case["expected"]
    else:
        assert sorted((hit.start, hit.end, hit.word) for hit in hits) == expected_spans(case)


def test_width_conversion_and_amounts() -> None:
    outputs = {str(case["feature"]): case for case in EVERY if case["expected_kind"] == "output"}
    width, amount = outputs["full_to_half"], outputs["chinese_amount_to_number"]
    assert full_to_half(str(width["text"])) == width["expected"]
    assert str(amount_of(str(amount["text"]))) == amount["expected"]


@pytest.mark.parametrize("case", MASKS, ids=lambda case: str(case["id"]))
def test_what_is_found_can_be_starred(case: Mapping[str, Json]) -> None:
    setup = case_profile(case)
    assert setup is not None
    text = str(case["text"])
    starred = list(text)
    for found in Matcher(setup.words, setup.allow, setup.profile).find(text):
        starred[found.start : found.end] = "*" * (found.end - found.start)
    if case["id"] == KEEPS_LENGTH:
        assert "".join(starred) == "*" * len(text)
    else:
        assert "".join(starred) == case["expected"]
