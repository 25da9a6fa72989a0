"""`inotifyd - PATH[:MASK] …`: prints `EVENTS<tab>PATH<tab>NAME`.

Source: toybox `inotifyd.c` (0.8.x, unchanged since 2014). Against its own help, `m` is IN_MOVED_FROM (moved out of the
directory) and `y` IN_MOVED_TO (moved in): the letters stand for the mask's bits in order. A path is cut at its first
colon. Paths are printed as they were given, names as they are.
"""

from typing import Final

from ..watches import FileEvent, Inotify, Notice
from .call import Call, encode
from .options import UsageError

_LETTERS: Final = "acew0rmyndDM uox"
_ALL: Final = 0xFFF


async def inotifyd(call: Call) -> int:
    """Only `-` is run as PROG here. Ends when nothing that can be watched is left, or at a path that is not there."""
    if len(call.arguments) < 2:
        raise UsageError('Need 2 arguments (see "inotifyd --help")')
    program, *specs = call.arguments
    instance = Inotify()
    paths: dict[int, str] = {}
    try:
        for spec in specs:
            path, has_mask, letters = spec.partition(":")
            mask = 0 if has_mask else _ALL
            for letter in letters:
                if letter not in _LETTERS:
                    raise UsageError(f"bad mask '{letter}'")
                mask |= 1 << _LETTERS.index(letter)
            try:
                entry = call.handset.files.lookup(path)
                if entry.is_denied:
                    raise OSError("Permission denied")
            except OSError as error:
                raise UsageError(f"{path}: {error}") from error
            paths.setdefault(instance.add(entry.watches, FileEvent(mask)), path)
        if program != "-":
            raise UsageError(f"{program}: only - is known here")
        left = len(specs)
        while left > 0:
            for notice in await instance.read():
                await call.stdout.write(_line(notice, paths))
                left -= int(bool(notice.events & FileEvent.IGNORED))
        return 0
    finally:
        instance.close()


def _line(notice: Notice, paths: dict[int, str]) -> bytes:
    letters = "".join(letter for bit, letter in enumerate(_LETTERS) if notice.events & (1 << bit))
    fields = [letters, paths.get(notice.watch, "-")]
    if notice.name is not None:
        fields.append(notice.name)
    return encode("\t".join(fields) + "\n")
