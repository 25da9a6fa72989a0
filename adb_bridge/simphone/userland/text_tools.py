"""toybox: cat, grep, head, tail, wc. Source of every print: toybox 0.8.x, run side by side."""

import re
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import replace

from ..watches import FileEvent, Inotify
from .call import Call, encode
from .options import number, parse_options
from .reading import content_pieces, each_piece, input_pieces, lines_of, open_path, pieces_of


async def cat(call: Call) -> int:
    """Files or stdin; -u is passed over."""
    options = parse_options(call, "u")
    status = 0
    for path in options.operands or ("-",):
        try:
            async for piece in pieces_of(call, path):
                await call.stdout.write(piece)
        except OSError as error:
            await call.complain(f"cat: {path}: {error}")
            status = 1
    return status


async def grep(call: Call) -> int:
    """Flags -i -v -c -q -o -E -F -m N -e PATTERN; a pattern that Python cannot compile is taken as plain text."""
    flags, patterns, rest, limit = "", [], list(call.arguments), None
    while rest and rest[0].startswith("-") and len(rest[0]) > 1:
        word = rest.pop(0)
        if word in ("-e", "-m") and rest:
            value = rest.pop(0)
            if word == "-e":
                patterns.append(value)
            elif value.isdigit():
                limit = int(value)
        else:
            flags += word[1:]
    if not patterns:
        if not rest:
            await call.complain("grep: no PATTERN")
            return 2
        patterns.append(rest.pop(0))
    pattern = _pattern("|".join(re.escape(one) if "F" in flags else one for one in patterns), flags)
    count = 0
    async for line in lines_of(each_piece(call, tuple(rest))):
        if (pattern.search(line.rstrip(b"\n")) is None) == ("v" in flags):
            count += 1
            if "o" in flags:
                await call.stdout.write(
                    b"".join(match.group() + b"\n" for match in pattern.finditer(line.rstrip(b"\n")))
                )
            elif "c" not in flags and "q" not in flags:
                await call.stdout.write(line if line.endswith(b"\n") else line + b"\n")
            if "q" in flags or count == limit:
                break
    if "c" in flags:
        await call.print(str(count))
    return 0 if count else 1


async def head(call: Call) -> int:
    """-n LINES (10) or -c BYTES of each file; -q never, -v always names the files; `-5` is `-n 5`."""
    words = call.arguments
    if words and re.fullmatch(r"-[^nqvc-].*", words[0], re.DOTALL):
        words = ("-n", words[0][1:], *words[1:])
    options = parse_options(
        replace(call, argv=(call.argv[0], *words)), "qv", "nc", names={"quiet": "q", "verbose": "v"}
    )
    size = number(options.values["c"]) if "c" in options.values else None
    count = number(options.values.get("n", "10"))
    paths, status = options.operands or ("-",), 0
    has_title = (len(paths) > 1 and not options.has("q")) or options.has("v")
    shown = 0
    for path in paths:
        source = pieces_of(call, path)
        try:
            # The first piece opens the file: its title comes only when that works.
            first = await anext(source, b"")
        except OSError as error:
            await call.complain(f"head: {path}: {error}")
            status = 1
            continue
        if has_title:
            await call.stdout.write(encode(f"{chr(10) if shown else ''}==> {path} <==\n"))
        shown += 1
        rest = _joined(first, source)
        if size is not None:
            await _bytes(call, rest, size)
        else:
            await _first_lines(call, rest, count)
    return status


async def tail(call: Call) -> int:
    """-n LINES (10) or -c BYTES from the end, `+N` from the N-th on; -f and -F wait for more of the last file."""
    words = call.arguments
    if words and re.fullmatch(r"[-+].+", words[0]) and words[0][1] not in "fFsnc":
        number(words[0])
        words = ("-n", words[0] if words[0][0] == "+" else words[0][1:], *words[1:])
    options = parse_options(replace(call, argv=(call.argv[0], *words)), "fF", "ncs")
    unit = "c" if "c" in options.values else "n"
    text = options.values.get(unit, "10")
    amount = number(text)
    from_start = text.startswith("+")
    paths, status, shown, last = options.operands or ("-",), 0, 0, None
    for path in paths:
        try:
            content = None if path == "-" else open_path(call, path)
        except OSError as error:
            await call.complain(f"tail: {path}: {error}")
            status = 1
            continue
        if len(paths) > 1:
            await call.stdout.write(encode(f"{chr(10) if shown else ''}==> {path} <==\n"))
        shown += 1
        end = 0 if content is None else content.size
        last = (path, end)
        if content is not None and unit == "c":
            start = max(0, amount - 1) if from_start else max(0, end - abs(amount))
            async for piece in content_pieces(content, offset=start):
                await call.stdout.write(piece)
            continue
        source = input_pieces(call.stdin) if content is None else content_pieces(content)
        if from_start:
            await _from(call, source, amount, unit)
        else:
            await _last(call, source, abs(amount), unit)
    if last is not None and (options.has("f") or options.has("F")) and last[0] != "-":
        await _follow(call, *last)
    return status


async def wc(call: Call) -> int:
    """-l, -w, -c, -m, or all of -l -w -c; columns of seven unless it is one number."""
    options = parse_options(call, "lwcm")
    shown = "".join(letter for letter in "lwcm" if options.has(letter)) or "lwc"
    paths, status = options.operands or ("-",), 0
    total = [0, 0, 0]
    for path in paths:
        counts = [0, 0, 0]
        try:
            if shown == "c" and path != "-":
                counts[2] = open_path(call, path).size
            else:
                counts = await _count(pieces_of(call, path))
        except OSError as error:
            await call.complain(f"wc: {path}: {error}")
            status = 1
            if str(error) != "Is a directory":
                continue
        total = [one + other for one, other in zip(total, counts, strict=True)]
        await call.print(_wc_line(counts, shown, "" if path == "-" else path, is_only=len(paths) == 1))
    if len(paths) > 1:
        await call.print(_wc_line(total, shown, "total", is_only=False))
    return status


def _wc_line(counts: list[int], shown: str, path: str, *, is_only: bool) -> str:
    values = [counts["lwc".index("c" if letter == "m" else letter)] for letter in shown]
    numbers = " ".join(str(value) if is_only else f"{value:7d}" for value in values)
    return f"{numbers} {path}" if path else numbers


async def _count(source: AsyncIterator[bytes]) -> list[int]:
    lines = words = size = 0
    is_inside = False
    async for piece in source:
        lines += piece.count(b"\n")
        size += len(piece)
        found = len(piece.split())
        if found and is_inside and not piece[:1].isspace():
            found -= 1
        words += found
        is_inside = not piece[-1:].isspace()
    return [lines, words, size]


async def _joined(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece


async def _bytes(call: Call, source: AsyncIterator[bytes], size: int) -> None:
    if size <= 0:
        return
    async for piece in source:
        await call.stdout.write(piece[:size])
        size -= len(piece)
        if size <= 0:
            return


async def _first_lines(call: Call, source: AsyncIterator[bytes], count: int) -> None:
    if count <= 0:
        return
    async for line in lines_of(source):
        await call.stdout.write(line)
        count -= 1
        if count <= 0:
            return


async def _from(call: Call, source: AsyncIterator[bytes], amount: int, unit: str) -> None:
    skip = max(0, amount - 1)
    async for piece in source if unit == "c" else lines_of(source):
        cut = min(skip, len(piece) if unit == "c" else 1)
        skip -= cut
        if unit == "c":
            await call.stdout.write(piece[cut:])
        elif not cut:
            await call.stdout.write(piece)


async def _last(call: Call, source: AsyncIterator[bytes], amount: int, unit: str) -> None:
    if unit == "n":
        lines: deque[bytes] = deque(maxlen=amount)
        async for line in lines_of(source):
            lines.append(line)
        await call.stdout.write(b"".join(lines))
        return
    rest = b""
    async for piece in source:
        rest = (rest + piece)[-amount:] if amount else b""
    await call.stdout.write(rest)


async def _follow(call: Call, path: str, position: int) -> None:
    entry = call.handset.files.lookup(path)
    instance = Inotify()
    instance.add(entry.watches, FileEvent.MODIFY)
    try:
        while entry.content is not None:
            position = min(position, entry.content.size)
            async for piece in content_pieces(entry.content, offset=position):
                position += len(piece)
                await call.stdout.write(piece)
            await instance.read()
    finally:
        instance.close()


def _pattern(text: str, flags: str) -> re.Pattern[bytes]:
    raw = encode(text)
    options = re.IGNORECASE if "i" in flags else re.NOFLAG
    try:
        return re.compile(raw, options)
    except re.error:
        return re.compile(re.escape(raw), options)
