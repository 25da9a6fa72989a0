"""Every word that a verb can end with, or say of a phone, has a text in both languages."""

import pytest

from adb_bridge.verbs.codes import Code
from adb_bridge.verbs.feasibility import Because, ByHand, Route, Verdict
from daemon.api.texts import Texts

KEYS = (
    *(f"result.{code}" for code in Code),
    *(f"verb.verdict.{verdict}" for verdict in Verdict),
    *(f"verb.route.{route}" for route in Route),
    *(f"verb.because.{because}" for because in Because),
    *(one.value for one in ByHand if one is not ByHand.NOTHING),
)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_word_has_a_text(language: str) -> None:
    texts = Texts(language)
    assert [key for key in KEYS if not texts.has(key)] == []


def test_no_text_is_left_without_a_word() -> None:
    told = {key for key in Texts("en").keys() if key.startswith("verb.")}  # noqa: SIM118 - not a dict
    assert {key for key in told if key.split(".")[1] in {"verdict", "route", "because", "by_hand"}} <= set(KEYS)
