"""The hand-made tables of the held-out set: nothing of them comes from `policies/`."""

from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"


def lines(name: str) -> tuple[str, ...]:
    """The lines of a data file that hold something."""
    return tuple(line for line in (DATA / name).read_text("utf-8").splitlines() if line.strip())


@cache
def words() -> tuple[str, ...]:
    return tuple(line.strip() for line in lines("words.txt"))


@cache
def syllables() -> dict[str, str]:
    """Syllable -> characters read so, whatever the tone."""
    return {line.split()[0]: line.split()[1] for line in lines("readings.txt")}


@cache
def readings() -> dict[str, str]:
    """Character -> the first syllable it is listed under."""
    found: dict[str, str] = {}
    for name, characters in syllables().items():
        for character in characters:
            found.setdefault(character, name)
    return found


@cache
def tones() -> dict[str, str]:
    return {character: line.split()[0] for line in lines("tones.txt") for character in line.split()[1]}


@cache
def traditional() -> dict[str, str]:
    return {pair[0]: pair[1] for line in lines("traditional.txt") for pair in line.split()}


@cache
def lookalikes() -> dict[str, str]:
    return {line.split()[0]: line.split()[1] for line in lines("lookalikes.txt")}


@cache
def splits() -> dict[str, str]:
    return {line.split()[0]: line.split()[1] for line in lines("splits.txt")}


@cache
def carriers() -> tuple[str, ...]:
    """Sentences of a shop's chat with `{}` where the word stands."""
    return tuple(line[2:] for line in lines("carriers.txt"))
