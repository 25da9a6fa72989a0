"""Small toybox tools: cat, grep, head, tail, wc, ls, id, sleep, test, which and friends."""

import asyncio
import re
import time
from collections.abc import AsyncIterator

from ..pipes import Input, read_all
from .call import Call, encode


async def cat(call: Call) -> int:
    """Files or stdin."""
    status = 0
    if not call.arguments:
        while data := await call.stdin.read():
            await call.stdout.write(data)
    for path in call.arguments:
        content = _file(call, path)
        if content is None:
            await call.complain(f"cat: {path}: No such file or directory")
            status = 1
        else:
            await call.stdout.write(content)
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
    async for line in _lines(call, rest):
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
    """-n N lines (10), -c N bytes."""
    count, files = _count(call.arguments, "n", 10)
    size, files = _count(tuple(files), "c", 0)
    if size:
        data = await read_all(call.stdin) if not files else _file(call, files[0]) or b""
        await call.stdout.write(data[:size])
        return 0
    async for line in _lines(call, files):
        if count <= 0:
            break
        count -= 1
        await call.stdout.write(line)
    return 0


async def tail(call: Call) -> int:
    """-n N lines (10)."""
    count, files = _count(call.arguments, "n", 10)
    lines = [line async for line in _lines(call, files)]
    await call.stdout.write(b"".join(lines[-count:] if count else []))
    return 0


async def wc(call: Call) -> int:
    """-l, -c or all three."""
    files = [word for word in call.arguments if not word.startswith("-")]
    data = await read_all(call.stdin) if not files else _file(call, files[0]) or b""
    counts = (data.count(b"\n"), len(data.split()), len(data))
    flags = "".join(word for word in call.arguments if word.startswith("-"))
    shown = [str(value) for letter, value in zip("lwc", counts, strict=True) if not flags or letter in flags]
    await call.print(" ".join(shown + files))
    return 0


async def ls(call: Call) -> int:
    """Names, or -l with mode, size and time."""
    status = 0
    flags = "".join(word[1:] for word in call.arguments if word.startswith("-"))
    for path in [word for word in call.arguments if not word.startswith("-")] or ["/"]:
        entry = call.handset.files.stat(path)
        if entry is None:
            await call.complain(f"ls: {path}: No such file or directory")
            status = 1
            continue
        for name, item in call.handset.files.children(path) or [(path, entry)]:
            stamp = time.strftime("%Y-%m-%d %H:%M", time.gmtime(item.mtime))
            kind = "drwxrwx--x" if item.content is None else "-rw-rw----"
            await call.print(f"{kind} 2 u0_a100 media_rw {item.size} {stamp} {name}" if "l" in flags else name)
    return status


async def id_(call: Call) -> int:
    """uid 2000."""
    await call.print(
        "uid=2000(shell) gid=2000(shell) groups=2000(shell),1004(input),1007(log),1011(adb),1015(sdcard_rw),"
        "1028(sdcard_r),3001(net_bt_admin),3002(net_bt),3003(inet),3006(net_bw_stats),3009(readproc),3011(uhid) "
        "context=u:r:shell:s0"
    )
    return 0


async def whoami(call: Call) -> int:
    """shell."""
    await call.print("shell")
    return 0


async def sleep(call: Call) -> int:
    """Seconds, at most an hour; s m h suffixes."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", call.arguments[0] if call.arguments else "")
    if match is None:
        await call.complain("sleep: Needs 1 argument")
        return 1
    await asyncio.sleep(min(3600.0, float(match.group(1)) * {"": 1, "s": 1, "m": 60, "h": 3600}[match.group(2)]))
    return 0


async def test(call: Call) -> int:
    """String and number comparisons, -z -n -e -f -d; `[` wants its `]`."""
    words = list(call.arguments)
    if call.argv[0] == "[" and (not words or words.pop() != "]"):
        await call.complain("[: missing ]")
        return 2
    match words:
        case []:
            return 1
        case [word]:
            return int(not word)
        case ["!", *rest]:
            return int(not await _negated(call, rest))
        case ["-z", word]:
            return int(bool(word))
        case ["-n", word]:
            return int(not word)
        case ["-e" | "-f" | "-d", path]:
            entry = call.handset.files.stat(path)
            is_right = entry is not None and (words[0] == "-e" or (entry.content is None) == (words[0] == "-d"))
            return int(not is_right)
        case [left, "=" | "==", right]:
            return int(left != right)
        case [left, "!=", right]:
            return int(left == right)
        case [left, operator, right] if left.lstrip("-").isdigit() and right.lstrip("-").isdigit():
            one, two = int(left), int(right)
            results = {
                "-eq": one == two,
                "-ne": one != two,
                "-lt": one < two,
                "-le": one <= two,
                "-gt": one > two,
                "-ge": one >= two,
            }
            return int(not results.get(operator, False))
        case _:
            return 2


async def which(call: Call) -> int:
    """Everything lives in /system/bin."""
    for name in call.arguments:
        await call.print(f"/system/bin/{name}")
    return 0


async def _negated(call: Call, rest: list[str]) -> bool:
    inner = Call(argv=("test", *rest), stdin=call.stdin, stdout=call.stdout, stderr=call.stderr, handset=call.handset)
    return await test(inner) != 0


def _file(call: Call, path: str) -> bytes | None:
    if path == "/proc/uptime":
        up = call.handset.uptime_s()
        return encode(f"{up:.2f} {up * 6.1:.2f}\n")
    return call.handset.files.read(path)


async def _lines(call: Call, files: list[str]) -> AsyncIterator[bytes]:
    if files:
        for path in files:
            for line in (_file(call, path) or b"").splitlines(keepends=True):
                yield line
        return
    async for line in _input_lines(call.stdin):
        yield line


async def _input_lines(source: Input) -> AsyncIterator[bytes]:
    rest = b""
    while data := await source.read():
        *whole, rest = (rest + data).split(b"\n")
        for line in whole:
            yield line + b"\n"
    if rest:
        yield rest


def _count(words: tuple[str, ...], letter: str, default: int) -> tuple[int, list[str]]:
    rest: list[str] = []
    count, at = default, 0
    while at < len(words):
        word = words[at]
        if word == f"-{letter}" and at + 1 < len(words) and words[at + 1].isdigit():
            count, at = int(words[at + 1]), at + 2
            continue
        if word.startswith(f"-{letter}") and word[2:].isdigit():
            count = int(word[2:])
        elif letter == "n" and re.fullmatch(r"-\d+", word):
            count = int(word[1:])
        else:
            rest.append(word)
        at += 1
    return count, rest


def _pattern(text: str, flags: str) -> re.Pattern[bytes]:
    raw = encode(text)
    options = re.IGNORECASE if "i" in flags else re.NOFLAG
    try:
        return re.compile(raw, options)
    except re.error:
        return re.compile(re.escape(raw), options)
