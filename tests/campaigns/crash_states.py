"""What a disk may hold after the power went: all that was synced, and any part of the rest.

Strict where file systems differ: fsync of a file makes its bytes and length durable, not its name; a name is durable
when its directory was synced.
"""

import random
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from .fuse_disk import Cut, Entered, Files, Removed, SaidLine, Step, Synced, Written, apply

SECTOR_BYTES: Final = 512


class Survival(StrEnum):
    """What of the un-synced survives."""

    NOTHING = "nothing"
    PREFIX = "prefix"
    """All up to one write in order, of which some sectors."""
    REORDERED = "reordered"
    """Each write and each name by itself."""
    SECTORS = "sectors"
    """Each 512-byte sector and each name by itself."""
    ALL = "all"


def said_before(journal: Sequence[Step], moment: int) -> list[str]:
    """What was acknowledged when the power went."""
    return [step.text for step in journal[:moment] if isinstance(step, SaidLine)]


def unsynced(journal: Sequence[Step], moment: int) -> set[int]:
    """Places in the journal of steps that nothing has made durable at `moment`."""
    waiting: dict[int, list[int]] = {}
    for place, step in enumerate(journal[:moment]):
        match step:
            case Written(node=node) | Cut(node=node) | Entered(parent=node) | Removed(parent=node):
                waiting.setdefault(node, []).append(place)
            case Synced(node=node):
                waiting.pop(node, None)
            case SaidLine():
                continue
    return {place for places in waiting.values() for place in places}


def after_the_cut(
    start: Files, journal: Sequence[Step], moment: int, survival: Survival, chance: random.Random
) -> Files:
    """The disk as it is found. `start`: as it was durable before the journal."""
    loose = unsynced(journal, moment)
    kept_up_to = chance.choice(sorted(loose)) if loose else moment
    share = chance.choice([0.1, 0.5, 0.9])
    files = start.copy()
    for step in journal[:moment]:  # a directory is one whatever name it has
        if isinstance(step, Entered) and step.is_new_directory:
            files.directories.setdefault(step.node, {})
    for place, step in enumerate(journal[:moment]):
        if place not in loose:
            _take(files, step)
            continue
        match survival:
            case Survival.ALL:
                _take(files, step)
            case Survival.PREFIX if place < kept_up_to:
                _take(files, step)
            case Survival.PREFIX if place == kept_up_to:
                _take_torn(files, step, chance, share)
            case Survival.REORDERED if chance.random() < share:
                _take(files, step)
            case Survival.SECTORS:
                _take_torn(files, step, chance, share)
            case _:
                continue
    return files


def _take(files: Files, step: Step) -> None:
    match step:
        case Written(node=node, offset=offset, content=content):
            files.contents.setdefault(node, bytearray())
            files.write(node, offset, content)
        case Cut(node=node, size=size):
            files.contents.setdefault(node, bytearray())
            files.cut(node, size)
        case Entered() | Removed():
            apply(files, step)
        case Synced() | SaidLine():
            return


def _take_torn(files: Files, step: Step, chance: random.Random, share: float) -> None:
    match step:
        case Written(node=node, offset=offset, content=content):
            files.contents.setdefault(node, bytearray())
            at = 0
            while at < len(content):
                length = min(SECTOR_BYTES - (offset + at) % SECTOR_BYTES, len(content) - at)
                if chance.random() < share:
                    files.write(node, offset + at, content[at : at + length])
                at += length
        case _ if chance.random() < share:
            _take(files, step)
        case _:
            return
