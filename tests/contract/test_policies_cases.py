"""The public cases of houbb/sensitive-word and ToolGood.Words under their declared profiles."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from policies.conversions import amount_of, full_to_half
from policies.engine import Engine
from policies.matching.matcher import Matcher
from policies.packs import load_ruleset
from policies.scan import ScanRequest, scan_line
from tests.unit.case_profiles import CaseProfile, Json, case_profile, rule_file

REPOSITORY = Path(__file__).resolve().parents[2]
COPIES = REPOSITORY / "tests" / "data" / "cases"
SHARED = REPOSITORY.parent / "shared" / "cases"
FILES = ("houbb_sensitive_word", "toolgood_words")
LATER = ("pinyin", "pinyin_of_name", "pinyin_initials_or_prefix_mixed_with_hanzi")
"""Features of a later version."""


def case_folder() -> Path:
    return SHARED if SHARED.is_dir() else COPIES


def cases() -> Iterator[dict[str, Json]]:
    for name in FILES:
        for line in (case_folder() / f"{name}.jsonl").read_text("utf-8").splitlines():
            yield json.loads(line)


def is_search(case: dict[str, Json]) -> bool:
    return case["expected_kind"] in ("spans", "bool") and case["feature"] not in LATER


SEARCHES = [pytest.param(case, id=str(case["id"])) for case in cases() if is_search(case)]


def expected_spans(case: dict[str, Json]) -> list[tuple[object, object, object]]:
    assert isinstance(case["expected"], list)
    return sorted((span["start"], span["end"], span["word"]) for span in case["expected"] if isinstance(span, dict))


def profile_of(case: dict[str, Json]) -> CaseProfile:
    profile = case_profile(case)
    assert profile is not None
    return profile


@pytest.mark.parametrize("case", SEARCHES)
def test_the_matcher_finds_what_the_source_asserts(case: dict[str, Json]) -> None:
    setup = profile_of(case)
    text = str(case["text"])
    found = Matcher(setup.words, setup.allow, setup.profile).find(text)
    if case["expected_kind"] == "bool":
        assert bool(found) == case["expected"]
    else:
        assert sorted((f.start, f.end, f.word) for f in found) == expected_spans(case)


@pytest.mark.parametrize("case", SEARCHES)
def test_a_rule_file_with_the_same_options_finds_the_same(case: dict[str, Json], tmp_path: Path) -> None:
    setup = profile_of(case)
    text = str(case["text"])
    if setup.words or setup.profile.min_digits:
        (tmp_path / "case.toml").write_text(rule_file(setup), "utf-8")
        engine = Engine(load_ruleset([tmp_path]))
    else:  # asserted clean against the source's own lexicon; here against ours
        engine = Engine(load_ruleset(["retail-zh"]))
    hits = scan_line(engine, ScanRequest(id="1", text=text)).hits
    if case["expected_kind"] == "bool":
        assert bool(hits) == case["expected"]
    else:
        assert sorted((hit.start, hit.end, hit.word) for hit in hits) == expected_spans(case)


def test_width_conversion_and_amounts() -> None:
    outputs = {str(case["feature"]): case for case in cases() if case["expected_kind"] == "output"}
    width, amount = outputs["full_to_half"], outputs["chinese_amount_to_number"]
    assert full_to_half(str(width["text"])) == width["expected"]
    assert str(amount_of(str(amount["text"]))) == amount["expected"]
