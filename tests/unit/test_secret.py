"""A secret is shown by nothing but `reveal`."""

import copy
import json
import logging
import pickle
from collections.abc import Callable

import msgspec
import pytest

from adb_bridge.secret import Secret
from adb_bridge.verbs.orders import Call, ClearPin, Freeze, LostOn, Message, OwnerLock, Ring, SetPin

PIN = "493817"


def test_nothing_shows_it(caplog: pytest.LogCaptureFixture) -> None:
    secret = Secret(PIN)
    orders = (SetPin(new=secret, old=secret), ClearPin(old=secret), OwnerLock(key=secret), Call(number=secret))
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("t").warning("%s %r", secret, orders)
    shown = f"{secret} {secret!r} {secret:>9} {secret!s} {[secret]} {orders} {caplog.text}"
    assert PIN not in shown
    for writer in (pickle.dumps, json.dumps, msgspec.json.encode, msgspec.msgpack.encode, copy.deepcopy, hash):
        with pytest.raises(TypeError) as refused:
            writer(secret)
        assert PIN not in str(refused.value)
    assert secret.reveal() == PIN


def test_it_compares_by_content() -> None:
    assert Secret("a\udcff") == Secret("a\udcff")
    assert Secret(PIN) != Secret("493818")
    assert Secret(PIN) != PIN
    assert copy.copy(SetPin(new=Secret(PIN), old=None)).new == Secret(PIN)


@pytest.mark.parametrize(
    "make",
    [
        lambda: SetPin(new=Secret("12"), old=None),
        lambda: SetPin(new=Secret("12a4"), old=None),
        lambda: SetPin(new=Secret(PIN), old=Secret("a\nb")),
        lambda: ClearPin(old=Secret("")),
        lambda: Call(number=Secret("138;reboot")),
        lambda: Call(number=Secret("*#06#")),
        lambda: Freeze(packages=("com.x; reboot",)),
        lambda: Freeze(packages=("../x.y",)),
        lambda: Message(title="t", text="a\0b", tag="t"),
        lambda: Message(title="t", text="", tag="t"),
        lambda: Message(title="t", text="x", tag="a|b"),
        lambda: Ring(duration_s=float("nan")),
        lambda: LostOn(title="t", message="m", ring_s=500, packages=()),
    ],
)
def test_what_no_phone_can_be_asked_is_refused_without_a_word_of_it(make: Callable[[], object]) -> None:
    with pytest.raises(ValueError) as refused:
        make()
    assert "12a4" not in str(refused.value) and "138" not in str(refused.value)
