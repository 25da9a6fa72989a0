"""What two looks at a phone prove: which differences make it the erased phone, and which make it another one."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adb_bridge.readings import Credential
from adb_bridge.shell_batch import Section
from adb_bridge.verbs.wipe_imprint import (
    PROPERTIES,
    Emptiness,
    Imprint,
    MarkPlace,
    MarkState,
    compare,
    planting,
    read_imprint_print,
)

BEFORE = Imprint(
    serial="S1",
    model="Google/Pixel 8/shiba",
    boot_id="a",
    install_mark="1",
    is_booted=True,
    is_test_harness=False,
    packages=frozenset({"com.tencent.mm"}),
    has_messages=True,
    marks=dict.fromkeys(MarkPlace, MarkState.THERE),
    credential=Credential.NONE,
)
AFTER = replace(
    BEFORE,
    boot_id="b",
    install_mark="2",
    is_test_harness=True,
    packages=frozenset(),
    has_messages=False,
    marks=dict.fromkeys(MarkPlace, MarkState.GONE),
)
_COUNT = len(PROPERTIES) + 6 + 2 * len(MarkPlace)
ONE_LEFT = {MarkPlace.DATA: MarkState.GONE, MarkPlace.SHARED: MarkState.THERE}
UNTOLD = dict.fromkeys(MarkPlace, MarkState.UNTOLD)


@pytest.mark.parametrize(
    ("after", "found"),
    [
        (AFTER, Emptiness.EMPTIED),
        (replace(AFTER, packages=None), Emptiness.EMPTIED),
        (replace(AFTER, packages=frozenset({"com.vendor.preload"})), Emptiness.EMPTIED),
        (replace(AFTER, boot_id=None), Emptiness.EMPTIED),
        (replace(AFTER, install_mark=None), Emptiness.EMPTIED),
        (replace(AFTER, marks=UNTOLD), Emptiness.EMPTIED),
        (replace(AFTER, has_messages=None), Emptiness.EMPTIED),
        (replace(AFTER, serial="S2"), Emptiness.OTHER_PHONE),
        (replace(AFTER, serial=None), Emptiness.OTHER_PHONE),
        (replace(AFTER, model="Google/Pixel 9/tokay"), Emptiness.OTHER_PHONE),
        (replace(AFTER, boot_id="a"), Emptiness.STILL_RUNNING),
        (replace(AFTER, install_mark="1"), Emptiness.NOT_ERASED),
        (replace(AFTER, install_mark=None, marks=ONE_LEFT), Emptiness.NOT_ERASED),
        (replace(AFTER, marks=ONE_LEFT), Emptiness.LEFTOVERS),
        (replace(AFTER, has_messages=True), Emptiness.LEFTOVERS),
        (replace(AFTER, packages=BEFORE.packages), Emptiness.LEFTOVERS),
        (replace(AFTER, is_booted=False), Emptiness.STARTING),
        (replace(AFTER, is_test_harness=False), Emptiness.NOT_RECOGNISED),
        (replace(AFTER, install_mark=None, marks=UNTOLD), Emptiness.UNPROVEN),
        (replace(AFTER, has_messages=None, marks=UNTOLD), Emptiness.UNPROVEN),
        (replace(AFTER, boot_id=None, install_mark=None), Emptiness.UNPROVEN),
    ],
)
def test_only_what_a_reset_does_is_a_reset(after: Imprint, found: Emptiness) -> None:
    assert compare(BEFORE, after) is found


def test_a_phone_that_took_no_files_is_told_by_its_new_id() -> None:
    before = replace(BEFORE, marks=UNTOLD)
    assert compare(before, AFTER) is Emptiness.EMPTIED
    assert compare(before, replace(AFTER, install_mark=None)) is Emptiness.UNPROVEN


def test_a_phone_that_tells_nothing_is_never_taken_for_empty() -> None:
    silent = read_imprint_print((Section(output=b"", status=0),) * _COUNT)
    assert compare(silent, silent) is not Emptiness.EMPTIED
    assert compare(BEFORE, silent) is Emptiness.OTHER_PHONE


_SECTIONS = st.builds(Section, output=st.binary(max_size=60), status=st.integers(-1, 255))


@given(st.lists(_SECTIONS, min_size=_COUNT, max_size=_COUNT))
def test_any_bytes_are_read_and_prove_nothing(sections: list[Section]) -> None:
    found = read_imprint_print(tuple(sections))
    assert compare(BEFORE, found) is not Emptiness.EMPTIED


def test_a_mark_cannot_become_another_command() -> None:
    with pytest.raises(ValueError, match="mark"):
        planting("0123456789abcdef; rm -rf /")
