"""One form for a number however it was written."""

import pytest

from daemon.peers import canonical_peer


@pytest.mark.parametrize(
    "written",
    [
        "13800000017",
        "+8613800000017",
        "8613800000017",
        "008613800000017",
        "+86 138 0000 0017",
        "138-0000-0017",
        "(+86) 138.0000.0017",
        "＋８６１３８００００００１７",
        "\u202a+86 138\u00a00000\u20110017\u202c",
        "\u200b13800000017",
        "1795113800000017",
        "13800000017,1",
        "+86013800000017",
    ],
)
def test_one_mobile_number_has_one_form(written: str) -> None:
    assert canonical_peer(written) == "+8613800000017"


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("10086", "10086"),
        ("+8610086", "10086"),
        ("95588", "95588"),
        ("106912345678", "106912345678"),
        ("+86106912345678", "106912345678"),
        ("0755-8200 0000", "+8675582000000"),
        ("+86 0755 82000000", "+8675582000000"),
        ("010-82000000", "+861082000000"),
        ("+861082000000", "+861082000000"),
        ("400-820-0000", "+864008200000"),
        ("+1 (202) 555-0143", "+12025550143"),
        ("0012025550143", "+12025550143"),
        ("*#06#", "*#06#"),
        ("JD.com", "JD.com"),
        (" 招商银行 ", "招商银行"),
        ("wx@example.com", "wx@example.com"),
    ],
)
def test_other_peers(written: str, form: str) -> None:
    assert canonical_peer(written) == form


@pytest.mark.parametrize("hidden", ["", "   ", "-1", "-2", " -3 ", "+", "\u200b"])
def test_nobody_in_particular(hidden: str) -> None:
    assert canonical_peer(hidden) is None


def test_forms_do_not_change_when_formed_again_and_are_bounded() -> None:
    for written in ("13800000017", "+86106912345678", "9" * 5000, "x" * 5000, "*" * 5000, "+" + "8" * 5000):
        form = canonical_peer(written)
        assert form is not None
        assert len(form) <= 128
        assert canonical_peer(form) == form


def test_elsewhere_numbers_are_not_taken_for_chinese_ones() -> None:
    assert canonical_peer("13800000017", default_region="US") == "13800000017"
