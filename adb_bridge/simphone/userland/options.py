"""Command lines as toybox takes them apart: letters anywhere, values attached or next, `--` ends."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .call import Call, Program

_UNITS: Final = {"c": 1, "b": 512, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_NUMBER: Final = re.compile(r"([+-]?)(0x[0-9a-f]+|[0-9]+)(?:([bkmgt])(d?)|c)?", re.IGNORECASE)


class UsageError(Exception):
    """The command line is wrong; the text follows the program's name on stderr, the exit code is 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the words meant."""

    flags: str
    """Letters without a value, in the order given."""
    values: Mapping[str, str]
    """The last value of each letter that has one."""
    operands: tuple[str, ...]

    def has(self, letter: str) -> bool:
        """Whether the letter was given, with or without a value."""
        return letter in self.flags or letter in self.values


def parse_options(
    call: Call, flags: str, valued: str = "", *, names: Mapping[str, str] | None = None, at_least: int = 0
) -> Options:
    """Take the arguments apart. `flags` and `valued` are the letters the program knows, `names` its long options by
    name. Raise `UsageError` as toybox words it."""
    letters, values, operands = "", {}, []
    words = list(call.arguments)
    while words:
        word = words.pop(0)
        if word == "--":
            operands += words
            break
        if word.startswith("--"):
            letter = (names or {}).get(word[2:])
            if letter is None:
                raise UsageError(f"Unknown option '{word[2:]}' (see \"{call.argv[0]} --help\")")
            letters += letter
            continue
        if not word.startswith("-") or word == "-":
            operands.append(word)
            continue
        for at, letter in enumerate(word[1:], 1):
            if letter in valued:
                value = word[at + 1 :] or (words.pop(0) if words else None)
                if value is None:
                    raise UsageError(f'Missing argument to -{letter} (see "{call.argv[0]} --help")')
                values[letter] = value
                break
            if letter not in flags:
                raise UsageError(f"Unknown option '{letter}' (see \"{call.argv[0]} --help\")")
            letters += letter
    if len(operands) < at_least:
        wanted = f"{at_least} argument{'s' if at_least > 1 else ''}"
        raise UsageError(f'Need{"s" if at_least == 1 else ""} {wanted} (see "{call.argv[0]} --help")')
    return Options(flags=letters, values=values, operands=tuple(operands))


def number(text: str) -> int:
    """A count with a unit (`b` 512, `k` 1024, `kd` 1000, `c` 1 …). Raise `UsageError`."""
    match = _NUMBER.fullmatch(text)
    if match is None or len(text) > 20:
        raise UsageError(f"not integer: {text}")
    sign, digits, unit, decimal = match.groups()
    value = int(digits, 16 if digits[:2] in ("0x", "0X") else 10)
    if unit:
        scale = _UNITS[unit.lower()]
        value *= {1 << 10: 10**3, 1 << 20: 10**6, 1 << 30: 10**9, 1 << 40: 10**12}.get(scale, 512) if decimal else scale
    return -value if sign == "-" else value


def toy(program: Program) -> Program:
    """The program, with its `UsageError` printed as toybox does: exit code 1."""

    async def run(call: Call) -> int:
        try:
            return await program(call)
        except UsageError as error:
            await call.complain(f"{call.argv[0].rpartition('/')[2]}: {error}")
            return 1

    return run
