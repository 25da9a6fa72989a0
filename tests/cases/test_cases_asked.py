"""Public cases about contact details, masks, scripts and numerals: answered as their sources do, or with a reason."""

from collections import Counter

import pytest

from tests.cases.asking import ask, why_unasked
from tests.cases.decisions import decided, decisions
from tests.cases.files import ASKED, Case, cases, has_shared
from tests.cases.page import PAGE, page

pytestmark = pytest.mark.skipif(not has_shared(), reason="the shared cases are not beside this clone")


def every_case() -> list[Case]:
    return [case for file in ASKED for case in cases(file)]


@pytest.mark.parametrize("file", ASKED)
def test_each_case_is_answered_as_its_source_does_or_there_is_a_reason(file: str) -> None:
    others = {case.id: case.text for case in cases(file) if ask(case) is False and case.id not in decided()}
    assert others == {}


@pytest.mark.parametrize("file", ASKED)
def test_no_reason_is_left_for_a_case_that_is_answered_as_its_source_does(file: str) -> None:
    agreed = [case.id for case in cases(file) if case.id in decided() and ask(case) is not False]
    assert agreed == [], "take them out of tests/cases/decisions.toml"


def test_decisions_name_existing_cases_once_and_say_why() -> None:
    known = {case.id for case in every_case()}
    named = Counter(name for decision in decisions() for name in decision.cases)
    assert [name for name, count in named.items() if count > 1 or name not in known] == []
    assert all(len(decision.why) > 40 and decision.cases for decision in decisions())


def test_what_is_not_asked_has_a_reason() -> None:
    unasked = [case for case in every_case() if ask(case) is None]
    assert all(why_unasked(case) for case in unasked)
    assert {case.file for case in unasked} == {"any_rule_formats", "opencc_t2s", "spoken_digits_itn"}


DETAILS = ("any_rule_formats", "cn_pii_anonymization", "id_validators", "libphonenumber_cn", "recognizers_text")


def test_details_are_found_where_the_sources_agree() -> None:
    """Recall and precision over the cases that no decision names: the bars are 0.995 and 0.99."""
    asked = [case for file in DETAILS for case in cases(file) if case.id not in decided() and ask(case) is not None]
    wanted = [case for case in asked if case.expected not in (False, 0, [])]
    unwanted = [case for case in asked if case.expected in (False, 0, [])]
    found = sum(bool(ask(case)) for case in wanted)
    false = sum(not ask(case) for case in unwanted)
    assert len(wanted) > 300
    assert len(unwanted) > 50
    assert found / len(wanted) >= 0.995
    assert found / (found + false) >= 0.99


def test_decisions_are_few() -> None:
    asked = [case for case in every_case() if ask(case) is not None]
    assert len(decided()) / len(asked) < 0.12


def test_the_page_says_what_is_so() -> None:
    assert PAGE.read_text("utf-8") == page(), "python -m tests.cases.page"
