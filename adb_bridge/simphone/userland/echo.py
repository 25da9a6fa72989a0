"""`echo`, `printf`, `true`, `false`, `:`."""

import re
from typing import Final

from .call import Call, encode

_ESCAPE: Final = re.compile(r"\\(n|t|r|\\|0[0-7]{0,3}|x[0-9a-fA-F]{1,2}|e|a|b|c)")
_DIRECTIVE: Final = re.compile(r"%([sdibc%x])")
_SIMPLE: Final = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "e": "\x1b", "a": "\a", "b": "\b", "c": ""}


async def echo(call: Call) -> int:
    """mksh's echo: escapes are on unless -E."""
    words = list(call.arguments)
    end = "\n"
    is_raw = False
    while words and re.fullmatch(r"-[neE]+", words[0]):
        flags = words.pop(0)
        end = "" if "n" in flags else end
        is_raw = "E" in flags
    text = " ".join(words)
    await call.stdout.write(encode((text if is_raw else _unescape(text)) + end))
    return 0


async def printf(call: Call) -> int:
    """%s %d %i %x %c %b %%, escapes, the format repeated while arguments are left."""
    if not call.arguments:
        return 1
    form, rest = _unescape(call.arguments[0]), list(call.arguments[1:])
    while True:
        before = len(rest)
        await call.stdout.write(encode(_DIRECTIVE.sub(lambda match: _directive(match.group(1), rest), form)))
        if not rest or len(rest) == before:
            return 0


async def true(_call: Call) -> int:
    """Success."""
    return 0


async def false(_call: Call) -> int:
    """Failure."""
    return 1


def _directive(kind: str, rest: list[str]) -> str:
    if kind == "%":
        return "%"
    value = rest.pop(0) if rest else ""
    if kind in "di":
        return value if re.fullmatch(r"-?\d+", value) else "0"
    if kind == "x":
        return f"{int(value):x}" if value.isdigit() else "0"
    return _unescape(value) if kind == "b" else value[:1] if kind == "c" else value


def _unescape(text: str) -> str:
    return _ESCAPE.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    name = match.group(1)
    if name[0] == "0":
        code = int(name, 8) & 0xFF
    elif name[0] == "x":
        code = int(name[1:], 16)
    else:
        return _SIMPLE[name]
    return bytes((code,)).decode("utf-8", "surrogateescape")
