"""Tokens: equal for equal values of one field under one key, and for nothing else."""

import pytest

from crypto.blind_index import BlindIndex

KEY = bytes(range(32))


def test_tokens_are_stable_across_processes_and_versions() -> None:
    assert BlindIndex(KEY).token("phone", "+8613800138000").hex() == "c24a7047ee89ae5f15ef4003f1c36ec2"


def test_tokens_differ_by_value_field_and_key() -> None:
    index = BlindIndex(KEY)
    tokens = {
        index.token("phone", "+8613800138000"),
        index.token("phone", "+8613800138001"),
        index.token("wechat", "+8613800138000"),
        index.token("phone", ""),
        BlindIndex(KEY[::-1]).token("phone", "+8613800138000"),
    }
    assert len(tokens) == 5
    assert {len(token) for token in tokens} == {16}
    assert index.token("phone", "+8613800138000") in tokens


def test_every_text_has_a_token() -> None:
    assert len(BlindIndex(KEY).token("name", "\ud800 王\0")) == 16


@pytest.mark.parametrize("field", ["a\0b", "电话"])
def test_field_names_are_plain(field: str) -> None:
    with pytest.raises(ValueError, match="ASCII"):
        BlindIndex(KEY).token(field, "x")


def test_it_does_not_show_its_key() -> None:
    index = BlindIndex(KEY)
    index.token("phone", "1")
    assert KEY.hex() not in repr(index) + repr(index._key) + repr(index._fields)
    assert repr(KEY)[2:-1] not in repr(index) + repr(index._key) + repr(index._fields)
