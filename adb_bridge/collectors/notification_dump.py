"""`dumpsys notification`: its list of records, and beside it the redacted one that no text can imitate.

Print (AOSP NotificationManagerService.dumpImpl, 10-15): `Current Notification Manager state:` or `… state (filtered to
…):`, then sections; `  Notification List:` holds the posted records at indent 4 and is left out when there are none.
`--package NAME` takes every app whose name contains NAME: those of other apps are dropped here.
"""

from collections.abc import Sequence

from .notification_print import Shape, is_header, read_shape, unix_lines
from .notification_rows import NotificationKey, Reading, parse_key, read_notification

HEAD = b"Current Notification Manager state"
_LIST = "  Notification List:"
_MAX_RECORDS = 1000
_MAX_TRIES = 20


def read_shapes(redacted: bytes) -> tuple[Shape, ...]:
    """The structure of each posted record, in their order."""
    lines = _posted(redacted)
    starts = [at for at, line in enumerate(lines) if is_header(line)][:_MAX_RECORDS]
    found: dict[str, Shape] = {}
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=False):
        shape = read_shape(lines[start:end])
        if shape is not None and shape.key:
            found.setdefault(shape.key, shape)
    return tuple(found.values())


def read_dump(printed: bytes, shapes: Sequence[Shape], package: str) -> tuple[Reading, ...]:
    """The posted notifications of an app, each as far as its structure tells it from the next.

    A record without a shape is left for the next read: it was posted after the redacted print, or a text imitates it.
    What cannot be told apart is marked as `ambiguous`.
    """
    lines = _posted(printed)
    shape_of = {shape.key: shape for shape in shapes}
    places = ((at, _key_of(lines, at)) for at, line in enumerate(lines) if is_header(line))
    headers = [(at, key) for at, key in places if key is not None and key.text in shape_of][:_MAX_RECORDS]
    readings: dict[str, Reading] = {}
    at = 0
    while at < len(headers):
        start, key = headers[at]
        at += 1
        if key.package != package or key.text in readings:
            continue
        shape = shape_of[key.text]
        best: Reading | None = None
        for following in range(at, min(at + _MAX_TRIES, len(headers) + 1)):
            end = headers[following][0] if following < len(headers) else len(lines)
            reading = read_notification(lines[start:end], key, shape)
            best = best or reading
            if reading is not None and reading.is_certain:
                best, at = reading, following
                break
        if best is not None:
            readings[key.text] = best
    return tuple(readings.values())


def _key_of(lines: Sequence[str], start: int) -> NotificationKey | None:
    head = "      key="
    line = next((line for line in lines[start + 1 : start + 16] if line.startswith(head)), None)
    return None if line is None else parse_key(line[len(head) :].removesuffix("\r"))


def _posted(printed: bytes) -> list[str]:
    lines = printed.decode("utf-8", "replace").split("\n")
    start = next((at for at, line in enumerate(lines) if line.rstrip() == _LIST), None)
    return [] if start is None else unix_lines(lines[start:])[1:]
