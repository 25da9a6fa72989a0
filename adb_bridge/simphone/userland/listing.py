"""toybox: ls and stat. Source of every print: toybox 0.8.x, run side by side."""

import re
from typing import Final

from ..file_entries import Entry, link_target
from .call import Call
from .file_prints import (
    BLOCK,
    CONTEXT,
    DEVICE,
    GROUP,
    USER,
    blocks_of,
    kind_text,
    links_of,
    long_time,
    mode_text,
    moment,
)
from .options import Options, UsageError, parse_options

_DIRECTIVE: Final = re.compile(r"%([-+ #0]*[0-9]*(?:\.[0-9]+)?)(.?)", re.DOTALL)
_STAT: Final = (
    "  File: %N\n  Size: %s\t Blocks: %b\t IO Blocks: %B\t %F\n"
    "Device: %Dh/%dd\t Inode: %i\t Links: %h\t Device type: %t,%T\n"
    "Access: (%04a/%A)\tUid: (%5u/%8U)\tGid: (%5g/%8G)\n"
    "Access: %x\nModify: %y\nChange: %z"
)
_TERSE: Final = "%n %s %b %f %u %g %D %i %h %t %T %X %Y %Z %o"
_Listed = tuple[str, Entry]


async def ls(call: Call) -> int:
    """-a -A -d -l (twice: long times) -n -R -t -S -r -s -i -p -F -1 -h; names are printed as they are."""
    options = parse_options(call, "aAdlnRtSrsipF1hbqLHCZkmuxcfgo", names={"full-time": "T"})
    status = 0
    alone: list[_Listed] = []
    found: list[_Listed] = []
    for path in options.operands or (".",):
        follows = not (options.has("l") or options.has("d") or options.has("F")) or options.has("L")
        try:
            entry = call.handset.files.lookup(path) if follows else call.handset.files.lookup_link(path)
        except OSError as error:
            await call.complain(f"ls: {path}: {error}")
            status = 1
            continue
        if entry.children is not None and not options.has("d"):
            found.append((path, entry))
        else:
            alone.append((path, entry))
    if alone:
        await _print_entries(call, _sorted(alone, options), options, has_total=False)
    folders = [path for path, _ in _sorted(found, options)]
    is_many = len(options.operands) > 1 and len(folders) + len(alone) > 1
    is_first = not alone
    while folders:
        path = folders.pop(0)
        try:
            children = call.handset.files.entries(path)
        except OSError as error:
            await call.complain(f"ls: {path}: {error}")
            status = 1
            continue
        if is_many or options.has("R"):
            await call.print(("" if is_first else "\n") + f"{path}:")
        is_first = False
        shown = _shown(call, path, children, options)
        await _print_entries(call, _sorted(shown, options), options, has_total=True)
        if options.has("R"):
            base = path.rstrip("/") if path != "/" else ""
            inner = [f"{base}/{name}" for name, entry in _sorted(children, options) if entry.children is not None]
            folders[:0] = [one for one in inner if options.has("a") or not one.rpartition("/")[2].startswith(".")]
    return status


async def stat(call: Call) -> int:
    """-c FORMAT, -t, -L; -f (file systems) is not here."""
    options = parse_options(call, "Lt", "c", names={"format": "c"}, at_least=1)
    form = options.values.get("c", _TERSE if options.has("t") else _STAT)
    status = 0
    for path in options.operands:
        try:
            files = call.handset.files
            entry = files.lookup(path) if options.has("L") else files.lookup_link(path)
        except OSError as error:
            await call.complain(f"stat: '{path}': {error}")
            status = 1
            continue
        await call.print(_filled(form, path, entry, call))
    return status


def _filled(form: str, path: str, entry: Entry, call: Call) -> str:
    def one(match: re.Match[str]) -> str:
        pattern, letter = match.groups()
        if letter == "":
            return match.group()
        if letter == "%":
            return "%"
        if len(pattern) > 8:
            raise UsageError(f"bad %{pattern}")
        value = _field(letter, path, entry, call)
        if value is None:
            return "?"
        if isinstance(value, int):
            kind = {"a": "o", "f": "x", "D": "x", "t": "x", "T": "x"}.get(letter, "d")
            return f"%{pattern}{kind}" % value
        return f"%{pattern}s" % value

    return _DIRECTIVE.sub(one, form)


def _field(letter: str, path: str, entry: Entry, call: Call) -> int | str | None:
    zone = call.handset.zone
    target = link_target(path)
    fields: dict[str, int | str] = {
        "a": entry.mode & 0o7777,
        "A": mode_text(entry),
        "b": blocks_of(entry),
        "B": 512,
        "C": CONTEXT,
        "d": DEVICE,
        "D": DEVICE,
        "f": entry.mode,
        "F": kind_text(entry),
        "g": GROUP[0],
        "G": GROUP[1],
        "h": links_of(entry),
        "i": entry.inode,
        "m": "/storage/emulated",
        "n": path,
        "N": f"{path} -> '{target}'" if target and kind_text(entry) == "symbolic link" else path,
        "o": BLOCK,
        "s": entry.size,
        "t": 0,
        "T": 0,
        "u": USER[0],
        "U": USER[1],
    }
    if letter in "xyz":
        return long_time(entry.mtime_ns, zone)
    if letter in "XYZ":
        return entry.mtime
    return fields.get(letter)


def _shown(call: Call, path: str, children: list[_Listed], options: Options) -> list[_Listed]:
    if options.has("a"):
        here = call.handset.files.lookup(path)
        return [(".", here), ("..", here), *children]
    return [pair for pair in children if options.has("A") or not pair[0].startswith(".")]


def _sorted(entries: list[_Listed], options: Options) -> list[_Listed]:
    found = sorted(entries, key=lambda pair: pair[0].encode("utf-8", "surrogateescape"))
    if options.has("t"):
        found.sort(key=lambda pair: -pair[1].mtime_ns)
    if options.has("S"):
        found.sort(key=lambda pair: -pair[1].size)
    return found[::-1] if options.has("r") else found


async def _print_entries(call: Call, entries: list[_Listed], options: Options, *, has_total: bool) -> None:
    is_long = options.has("l") or options.has("n") or options.has("T") or options.has("o") or options.has("g")
    if has_total and entries and (is_long or options.has("s")):
        await call.print(f"total {sum(blocks_of(entry) for _, entry in entries) // 2}")
    if not is_long:
        for name, entry in entries:
            head = f"{entry.inode} " if options.has("i") else ""
            head += f"{blocks_of(entry) // 2} " if options.has("s") else ""
            await call.print(head + name + _mark(entry, options))
        return
    rows = [(name, entry, str(entry.size)) for name, entry in entries]
    width = max((len(size) for _, _, size in rows), default=0)
    for name, entry, size in rows:
        owner, group = (str(USER[0]), str(GROUP[0])) if options.has("n") else (USER[1], GROUP[1])
        head = f"{entry.inode} " if options.has("i") else ""
        target = f" -> {link_target(name)}" if kind_text(entry) == "symbolic link" else ""
        head += f"{mode_text(entry)} {links_of(entry)} {owner} {group} {size.rjust(width)}"
        await call.print(f"{head} {_when(entry, call, options)} {name}{target}{_mark(entry, options)}")


def _when(entry: Entry, call: Call, options: Options) -> str:
    if options.has("T") or options.flags.count("l") > 1:
        return long_time(entry.mtime_ns, call.handset.zone)
    return f"{moment(entry.mtime, call.handset.zone):%Y-%m-%d %H:%M}"


def _mark(entry: Entry, options: Options) -> str:
    return "/" if entry.children is not None and (options.has("p") or options.has("F")) else ""
