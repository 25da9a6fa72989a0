"""What two neighbouring characters say of the text they stand in, in bits."""

from typing import Final

ENOUGH: Final = 1
"""A detail may stand there."""
PLACE: Final = 2
UNIT: Final = 4
ROAD: Final = 8
ROAD_END: Final = 16
TRACE: Final = 32
LATIN: Final = 64
DIGIT: Final = 128
NAME: Final = 256
"""A word before a name: more is asked of the third character."""
LONGER: Final = 512
"""The beginning of a word of three characters."""
TITLE: Final = 1024
"""A title: more is asked of the character before it."""
HINT: Final = 2048
"""A word, or its beginning, that makes a contact of short numbers."""
SPOKEN: Final = 4096
"""A spoken digit before a digit or separator: another must follow."""
JOINED: Final = 8192
"""A word that joins digits: more is asked of the character before it and what stands before that."""
NAMED: Final = 16384
"""As ENOUGH, for what is no way to reach a person; LONGER_NAMED as LONGER."""
LONGER_NAMED: Final = 32768

BESIDE_SEPARATOR: Final = 1
"""Of one character, what it may be beside a number or a name."""
BEFORE_NAME: Final = 2
THIRD: Final = 4
BESIDE_GIVEN: Final = 8
NEXT: Final = 16
NUMERAL: Final = 32

STEP: Final = 9
"""From one digit of a run to the next at most."""
FIVE, SIX, NINE = 5, 6, 9
"""Digits of a run: enough beside a hint, in a text with letters, in any."""
LETTER: Final = "\u4e01"
"""Stands for the letters that no pair names, and between texts."""
SUSPECT, WAY, RUN = 1, 2, 2
"""Of a text: anything but a number may stand in it; a way to reach a person may; from which bit on stands how much its
longest run of digits may be: one of these."""
LETTERED, HINTED, ENOUGH_DIGITS = 1, 2, 3
"""What has letters; what a word or + may make a detail; what may be one by itself. 0: none."""
