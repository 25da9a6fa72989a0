"""Width, script and amounts in words."""

from decimal import Decimal

import pytest

from policies.conversions import amount_of, full_to_half, to_simplified


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("壹佰贰拾叁元肆角", "123.4"), ("叁万伍仟元整", "35000"), ("壹佰圓正", "100"), ("两千零十", "2010"),
        ("一万亿", "1000000000000"), ("二零二六", "2026"), ("十块零五分", "10.05"), (" 八毛 ", "0.8"), ("", None),
        ("一百来块", None), ("整理", None), ("角", None),
    ],
)  # fmt: skip
def test_amounts_in_words(text: str, amount: str | None) -> None:
    assert amount_of(text) == (None if amount is None else Decimal(amount))


def test_width_and_script() -> None:
    assert full_to_half("Ａ１，　b") == "A1, b"
    assert to_simplified("臺灣轉賬Ａ") == "台湾转账Ａ"
