"""What no other test of policies/ comes by: texts and rules at the edge of what is told."""

import pytest

from policies.contacts import find_contacts


@pytest.mark.parametrize(
    ("text", "found"),
    [("打一三八零零一散爸铃另令", ["一三八零零一散爸铃另令"]), ("打一三八零零衣散爸铃另令", [])],
)
def test_characters_that_sound_like_digits_are_digits_among_enough_of_them(text: str, found: list[str]) -> None:
    assert [text[one.start : one.end] for one in find_contacts(text)] == found
