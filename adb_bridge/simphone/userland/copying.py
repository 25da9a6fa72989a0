"""toybox: dd, the digests (md5sum, sha1sum, sha256sum …), rm, mv, mkdir, touch."""

import hashlib
import time
from functools import partial
from typing import Final

from ..contents import Content
from ..pipes import NoOutput, Output
from .call import Call, Program, encode
from .options import UsageError, number, parse_options
from .reading import content_pieces, input_pieces, open_path, pieces_of

_FLAGS_SINCE_SDK: Final = 30
"""`iflag=` came to toybox in July 2019, after Android 10 had taken its copy (inferred from the dates)."""

_DD_ARGUMENTS: Final = ("if", "of", "bs", "ibs", "obs", "count", "skip", "seek", "conv", "status", "iflag", "oflag")


async def dd(call: Call) -> int:
    """if= of= bs= ibs= count= skip= conv=notrunc status=none|noxfer, iflag=skip_bytes,count_bytes,fullblock."""
    values: dict[str, str] = {}
    for word in call.arguments:
        name, sign, value = word.partition("=")
        is_known = name in _DD_ARGUMENTS and (call.handset.spec.sdk >= _FLAGS_SINCE_SDK or not name.endswith("flag"))
        if not sign or not is_known:
            raise UsageError(f"bad arg {word}")
        values[name] = value
    block = number(values.get("ibs", values.get("bs", "512")))
    if block < 1:
        raise UsageError(f"bad {block}")
    flags = set(values.get("iflag", "").split(","))
    skip, count = number(values.get("skip", "0")), number(values["count"]) if "count" in values else None
    skip *= 1 if "skip_bytes" in flags else block
    if count is not None:
        count *= 1 if "count_bytes" in flags else block
    started = time.monotonic()
    status = size = 0
    try:
        content = open_path(call, values["if"]) if "if" in values else None
        size = await _copy(call, content, _dd_output(call, values), skip=skip, count=count)
    except OSError as error:
        why = f"{values['if']}: {'read error: ' if str(error) == 'Is a directory' else ''}{error}"
        await call.complain(f"dd: {why}")
        status = 1
    if values.get("status") != "none":
        records = f"{size // block}+{int(size % block > 0)} records"
        await call.complain(f"{records} in\n{records} out")
        if values.get("status") != "noxfer":
            seconds = max(0.001, time.monotonic() - started)
            await call.complain(
                f"{size} bytes ({_human(size)}B) copied, {seconds:.3f} s, {_human(int(size / seconds))}B/s"
            )
    return status


async def _copy(call: Call, content: Content | None, output: Output, *, skip: int, count: int | None) -> int:
    size = 0
    if content is not None:
        async for piece in content_pieces(content, offset=skip, size=count):
            await output.write(piece)
            size += len(piece)
        return size
    async for piece in input_pieces(call.stdin):
        data = piece[skip:]
        skip -= len(piece) - len(data)
        data = data if count is None else data[: count - size]
        await output.write(data)
        size += len(data)
        if count is not None and size >= count:
            break
    return size


def _dd_output(call: Call, values: dict[str, str]) -> Output:
    path = values.get("of")
    if path is None:
        return call.stdout
    if path == "/dev/null":
        return NoOutput()
    if not call.handset.files.is_writable(path):
        raise UsageError(f"{path}: Permission denied")
    if "notrunc" not in values.get("conv", ""):
        call.do(partial(call.handset.files.write, path, b""))
    return NoOutput() if call.is_pretended else _Appending(call, path)


class _Appending:
    def __init__(self, call: Call, path: str) -> None:
        self._files = call.handset.files
        self._path = path

    async def write(self, data: bytes) -> None:
        self._files.append(self._path, data)


def _human(size: int) -> str:
    value, unit = float(size), 0
    while value >= 1000 and unit < 6:
        value, unit = value / 1024, unit + 1
    shown = f"{value:.1f}" if unit and value < 10 else f"{value:.0f}"
    return f"{shown} {' KMGTPE'[unit].strip()}"


def digest(algorithm: str) -> Program:
    """`HASH  FILE` for each file; -b prints the hash alone. -c (checking) is not here."""

    async def run(call: Call) -> int:
        options = parse_options(call, "bcs")
        status = 0
        for path in options.operands or ("-",):
            value = hashlib.new(algorithm, usedforsecurity=False)
            try:
                async for piece in pieces_of(call, path):
                    value.update(piece)
            except OSError as error:
                await call.complain(f"{call.argv[0]}: {path}: {error}")
                status = 1
                continue
            await call.print(value.hexdigest() if options.has("b") else f"{value.hexdigest()}  {path}")
        return status

    return run


async def rm(call: Call) -> int:
    """-f -r -R."""
    options = parse_options(call, "frRiv")
    files, status = call.handset.files, 0
    for path in options.operands:
        try:
            entry = files.lookup(path)
            if not files.is_writable(path):
                raise OSError("Permission denied")
            if entry.children is None:
                call.do(partial(files.remove, path))
            elif options.has("r") or options.has("R"):
                call.do(partial(files.remove_directory, path))
            else:
                raise OSError("Is a directory")
        except OSError as error:
            if not (options.has("f") and str(error) == "No such file or directory"):
                await call.complain(f"rm: {path}: {error}")
                status = 1
    return status


async def mv(call: Call) -> int:
    """One file or directory to a new name or into a directory."""
    options = parse_options(call, "fniv", at_least=2)
    *sources, target = options.operands
    files, status = call.handset.files, 0
    for path in sources:
        try:
            files.lookup(path)
            if not (files.is_writable(path) and files.is_writable(target)):
                raise OSError("Permission denied")
            place = files.stat(target)
            inside = place is not None and place.children is not None
            name = f"{target.rstrip('/')}/{path.rstrip('/').rpartition('/')[2]}" if inside else target
            call.do(partial(files.rename, path, name))
        except OSError as error:
            await call.complain(f"mv: bad '{path}': {error}")
            status = 1
    return status


async def mkdir(call: Call) -> int:
    """-p."""
    options = parse_options(call, "pv", "m", at_least=1)
    files, status = call.handset.files, 0
    for path in options.operands:
        try:
            if files.stat(path) is not None and not options.has("p"):
                raise OSError("File exists")
            if not files.is_writable(path):
                raise OSError("Permission denied")
            call.do(partial(files.make_directory, path))
        except OSError as error:
            await call.complain(f"mkdir: '{path}': {error}")
            status = 1
    return status


async def touch(call: Call) -> int:
    """Make empty files, or give them the present time."""
    options = parse_options(call, "amch", "", at_least=1)
    files, status = call.handset.files, 0
    for path in options.operands:
        try:
            if not files.is_writable(path):
                raise OSError("Permission denied")
            if files.stat(path) is None:
                if not options.has("c"):
                    call.do(partial(files.write, path, b""))
            else:
                call.do(partial(files.touch, path, call.handset.now()))
        except OSError as error:
            await call.stderr.write(encode(f"touch: '{path}': {error}\n"))
            status = 1
    return status
