"""What the stages hand each other: things found, candidates, and how much may still be looked at closely."""

from dataclasses import dataclass

from ..model import ContactKind

Found = tuple[int, int, ContactKind]
"""Start, end and kind, in offsets of the view a stage reads."""
CLOSE_LOOKS = 2_200
"""Candidates of one long text that are judged by their surroundings. Beyond, the text is no message but a list, and
what has a shape is taken for what it looks like: time stays small, and a mask hides too much rather than too little."""


@dataclass(slots=True)
class Budget:
    """How many candidates may still be judged closely."""

    left: int = CLOSE_LOOKS


ABROAD = -1


@dataclass(slots=True)  # not frozen, for speed, as Run
class Part:
    """`digits[start:end]` of a run, recognised by its shape alone."""

    start: int
    end: int
    kind: ContactKind
    number: int
    """Where the number proper begins, after a country prefix; `ABROAD` for a number of another plan."""
    has_check_letter: bool = False
    needs_cue: bool = False
    """True when the shape says too little: only a word directly before it makes it a detail."""


@dataclass(slots=True)
class Place:
    """What stands before a candidate."""

    left: str
    is_of_a_thing: bool
