"""The tests and actions of `find`, and how they combine."""

import fnmatch
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final

from ..file_entries import Entry, link_target
from .call import Call, encode
from .file_prints import CONTEXT, GROUP, USER, blocks_of, kind_letter, links_of, mode_text
from .options import UsageError, number

PRINTF_SINCE_SDK: Final = 30
"""`-printf` came to toybox in May 2019, after Android 10 had taken its copy (inferred from the dates); so did
-newerXY."""

_TIMES: Final = ("mtime", "atime", "ctime", "mmin", "amin", "cmin")
_VALUED: Final = (*_TIMES, "name", "iname", "path", "ipath", "type", "size", "newer", "maxdepth", "mindepth", "inum",
                  "links", "user", "group", "printf", "exec")  # fmt: skip
_UNITS: Final = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_DIRECTIVE: Final = re.compile(r"%([-+ #0]*[0-9]*(?:\.[0-9]+)?)(.?)|\\(0[0-7]{0,3}|x[0-9a-fA-F]{1,2}|.?)", re.DOTALL)
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "v": "\v"}


@dataclass(slots=True, kw_only=True)
class Found:
    """One file or directory on the way."""

    start: str
    path: str
    name: str
    entry: Entry
    depth: int
    is_pruned: bool = False


Test = Callable[[Found], Awaitable[bool]]


class Run:
    """The whole expression, and what its actions keep while they run."""

    def __init__(self, call: Call) -> None:
        self.is_over = False
        self.is_depth_first = False
        self.has_action = False
        self.status = 0
        self.expression: Test = _always
        self._call = call
        self._batches: list[tuple[tuple[str, ...], list[str]]] = []

    async def test(self, found: Found) -> None:
        """Judge one; without an action of their own, what passes is printed."""
        if await self.expression(found) and not self.has_action:
            await self.print(found.path, "\n")

    async def print(self, text: str, end: str) -> None:
        """To stdout."""
        await self._call.stdout.write(encode(text + end))

    def batch(self, command: tuple[str, ...]) -> list[str]:
        """The list of paths that -exec … + hands over at the end."""
        paths: list[str] = []
        self._batches.append((command, paths))
        return paths

    async def finish(self) -> None:
        """Run what was collected."""
        for command, paths in self._batches:
            if paths:
                await self.command((*command, *paths))

    async def command(self, argv: tuple[str, ...]) -> int:
        """Run a program of the phone."""
        program = self._call.programs.get(argv[0].removeprefix("/system/bin/"))
        if program is None:
            await self._call.complain(f"find: exec {argv[0]}: No such file or directory")
            return 127
        return await program(replace(self._call, argv=argv))


def parse_tests(call: Call, words: list[str]) -> Run:
    """The expression. Raise `UsageError`."""
    run = Run(call)
    parser = _Parser(call, run, words)
    if words:
        run.expression = parser.either()
        if parser.words:
            raise UsageError(f"bad arg '{parser.words[0]}'")
    return run


async def _always(_found: Found) -> bool:
    return True


class _Parser:
    def __init__(self, call: Call, run: Run, words: list[str]) -> None:
        self.words = words
        self._call = call
        self._run = run

    def either(self) -> Test:
        parts = [self._both()]
        while self.words and self.words[0] in ("-o", "-or"):
            self.words.pop(0)
            parts.append(self._both())

        async def test(found: Found) -> bool:
            for part in parts:
                if await part(found):
                    return True
            return False

        return test

    def _both(self) -> Test:
        parts: list[Test] = []
        while self.words and self.words[0] not in ("-o", "-or", ")"):
            if self.words[0] in ("-a", "-and"):
                self.words.pop(0)
                continue
            parts.append(self._one())

        async def test(found: Found) -> bool:
            for part in parts:
                if not await part(found):
                    return False
            return True

        return test

    def _one(self) -> Test:
        word = self.words.pop(0)
        if word in ("!", "-not"):
            if not self.words:
                raise UsageError(f"bad arg '{word}'")
            inner = self._one()

            async def negated(found: Found) -> bool:
                return not await inner(found)

            return negated
        if word == "(":
            inside = self.either()
            if not self.words:
                raise UsageError("need )")
            self.words.pop(0)
            return inside
        name = word[1:]
        is_newer_xy = re.fullmatch(r"newer[acm][acmt]", name) is not None
        if not word.startswith("-") or (
            (name == "printf" or is_newer_xy) and self._call.handset.spec.sdk < PRINTF_SINCE_SDK
        ):
            raise UsageError(f"bad arg '{word}'")
        if name in _VALUED or is_newer_xy:
            if not self.words:
                raise UsageError(f"'{word}' needs 1 arg")
            if name == "exec":
                return self._exec()
            return self._valued(name, self.words.pop(0))
        return self._plain(word)

    def _plain(self, word: str) -> Test:
        run = self._run
        match word:
            case "-true":
                return _always
            case "-false":
                return _plain_test(lambda _found: False)
            case "-readable":
                return _plain_test(lambda found: not found.entry.is_denied)
            case "-empty":
                return _plain_test(
                    lambda found: not (found.entry.size if found.entry.content else found.entry.children)
                )
            case "-prune":
                return _plain_test(_prune)
            case "-xdev":
                return _always
            case "-depth":
                run.is_depth_first = True
                return _always
            case "-print" | "-print0":
                run.has_action = True
                end = "\n" if word == "-print" else "\0"

                async def printed(found: Found) -> bool:
                    await run.print(found.path, end)
                    return True

                return printed
            case "-quit":
                run.has_action = True

                async def quitted(_found: Found) -> bool:
                    run.is_over = True
                    return True

                return quitted
            case _:
                raise UsageError(f"bad arg '{word}'")

    def _valued(self, name: str, value: str) -> Test:
        files = self._call.handset.files
        match name:
            case "name" | "iname" | "path" | "ipath":
                pattern = _glob(value, re.IGNORECASE if name[0] == "i" else re.NOFLAG)
                is_name = name.endswith("name")
                return _plain_test(lambda found: pattern.match(found.name if is_name else found.path) is not None)
            case "type":
                if not value or not set(value.replace(",", "")) <= set("bcdflps"):
                    raise UsageError(f"bad -type '{value}'")
                return _plain_test(lambda found: kind_letter(found.entry) in value)
            case "size":
                _compare(0, value, 512)
                return _plain_test(
                    lambda found: kind_letter(found.entry) == "f" and _compare(found.entry.size, value, 512)
                )
            case "newer" | "newermm":
                try:
                    other_ns = files.lookup(value).mtime_ns
                except OSError as error:
                    raise UsageError(f"'{value}': {error}") from error
                return _plain_test(lambda found: found.entry.mtime_ns > other_ns)
            case "newermt" | "newerat" | "newerct":
                literal_ns = _literal_time(value) * 1_000_000_000
                return _plain_test(lambda found: found.entry.mtime_ns > literal_ns)
            case "maxdepth" | "mindepth":
                return self._depth(name, number(value))
            case "inum":
                return _plain_test(lambda found: _compare(found.entry.inode, value, 0))
            case "links":
                return _plain_test(lambda found: _compare(links_of(found.entry), value, 0))
            case "user" | "group":
                owner = USER if name == "user" else GROUP
                return _plain_test(lambda _found: value in (str(owner[0]), owner[1]))
            case "printf":
                return self._printf(value)
            case _ if name in _TIMES:
                return self._age(name, value)
            case _:
                raise UsageError(f"bad arg '-{name}'")

    def _depth(self, name: str, limit: int) -> Test:
        def test(found: Found) -> bool:
            if name == "mindepth":
                return found.depth >= limit
            if found.depth >= limit:
                found.is_pruned = True
            return found.depth <= limit

        return _plain_test(test)

    def _age(self, name: str, value: str) -> Test:
        units = _UNITS.get(value[-1:].lower())
        text = value[:-1] if units else value
        units = units or (60 if name.endswith("min") else 86_400)
        now = int(self._call.handset.now().timestamp())
        _compare(0, text, units)
        return _plain_test(lambda found: _compare(now - found.entry.mtime, text, units))

    def _printf(self, form: str) -> Test:
        run = self._run
        run.has_action = True

        async def test(found: Found) -> bool:
            await run.print(_filled(form, found), "")
            return True

        return test

    def _exec(self) -> Test:
        run = self._run
        run.has_action = True
        argv: list[str] = []
        while self.words and self.words[0] != ";" and not (self.words[0] == "+" and argv[-1:] == ["{}"]):
            argv.append(self.words.pop(0))
        if not self.words or not argv:
            raise UsageError("'-exec' needs 1 arg")
        if self.words.pop(0) == "+":
            paths = run.batch(tuple(argv[:-1]))

            async def collected(found: Found) -> bool:
                paths.append(found.path)
                return True

            return collected

        async def executed(found: Found) -> bool:
            return await run.command(tuple(found.path if word == "{}" else word for word in argv)) == 0

        return executed


def _plain_test(judge: Callable[[Found], bool]) -> Test:
    async def test(found: Found) -> bool:
        return judge(found)

    return test


def _prune(found: Found) -> bool:
    found.is_pruned = True
    return True


def _compare(value: int, text: str, units: int) -> bool:
    """`+N` more than, `-N` less than, `N` exactly; a number without its own unit counts `units`."""
    sign, digits = (text[0], text[1:]) if text[:1] in ("+", "-") else ("", text)
    if not digits[:1].isdigit():
        raise UsageError(f"{text} not [+-]N")
    limit = number(digits) * (units if units and digits[-1].isdigit() else 1)
    return value > limit if sign == "+" else value < limit if sign == "-" else value == limit


def _literal_time(text: str) -> int:
    if text.startswith("@") and text[1:].isdigit():
        return int(text[1:])
    raise UsageError(f"bad date {text}")


def _glob(pattern: str, flags: re.RegexFlag) -> re.Pattern[str]:
    escaped = re.sub(r"\\(.)", lambda match: f"[{match.group(1)}]", pattern, flags=re.DOTALL)
    return re.compile(fnmatch.translate(escaped), flags)


def _filled(form: str, found: Found) -> str:
    def one(match: re.Match[str]) -> str:
        width, letter, escape = match.groups()
        if escape is not None:
            return _escape(escape)
        if letter == "%":
            return "%"
        value = _field(letter, found)
        if value is None:
            raise UsageError(f"bad -printf %{letter}")
        if isinstance(value, int):
            return f"%{width}{'o' if letter == 'm' else 'd'}" % value
        return f"%{width}s" % value

    # `%T@` is a directive of two letters.
    return _DIRECTIVE.sub(one, form.replace("%T@", "%\N{REPLACEMENT CHARACTER}"))


def _escape(text: str) -> str:
    if text[:1] == "0":
        return chr(int(text, 8))
    if text[:1] == "x" and len(text) > 1:
        return chr(int(text[1:], 16))
    return _ESCAPES.get(text, "\\" if text == "\\" else f"\\{text}")


def _field(letter: str, found: Found) -> int | str | None:
    entry = found.entry
    fields: dict[str, int | str] = {
        "b": blocks_of(entry),
        "f": found.name,
        "g": GROUP[1],
        "G": GROUP[0],
        "i": entry.inode,
        "l": (link_target(found.path) or "") if kind_letter(entry) == "l" else "",
        "m": entry.mode & 0o7777,
        "M": mode_text(entry),
        "p": found.path,
        "P": found.path[len(found.start) :].lstrip("/"),
        "s": entry.size,
        "u": USER[1],
        "U": USER[0],
        "Z": CONTEXT,
        # toybox does not pad the nanoseconds: 1.000000005 is printed as 1.5.
        "\N{REPLACEMENT CHARACTER}": f"{entry.mtime}.{entry.mtime_ns % 1_000_000_000}",
    }
    return fields.get(letter)
