"""Part of `verify.py`: the tree, and what records committed to."""

import datetime
import hashlib
import struct
from typing import Any, Dict, List, Tuple

from .signatures import to_base64, wrong

# --- in the script from here ---

# --- the tree ---


class Fold:
    """Subtrees in order become the root over all."""

    def __init__(self) -> None:
        self.size = 0
        self.stack: List[Tuple[int, bytes]] = []

    def add(self, level: int, node: bytes) -> None:
        """The next subtree of 2**level leaves."""
        if not 0 <= level <= 62 or self.size & ((1 << level) - 1) or len(node) != 32:
            wrong("a hash stands at a wrong place")
        self.size += 1 << level
        while self.stack and self.stack[-1][0] == level:
            node = hashlib.sha256(b"\x01" + self.stack.pop()[1] + node).digest()
            level += 1
        self.stack.append((level, node))

    def root(self) -> bytes:
        """The root over all leaves so far."""
        if not self.stack:
            return hashlib.sha256(b"").digest()
        node = self.stack[-1][1]
        for _, left in reversed(self.stack[:-1]):
            node = hashlib.sha256(b"\x01" + left + node).digest()
        return node


# --- what a record committed to (MessagePack) ---

COLUMNS: Dict[str, Tuple[str, ...]] = {
    "event/1": ("event_id", "device", "kind", "source", "source_key", "occurred_at_us", "received_at_us", "direction",
                "peer", "peer_key", "body", "attributes", "text"),
    "audit/1": ("audit_id", "at_us", "actor", "role", "action", "target", "reason", "outcome"),
    "enrolment/1": ("device", "employee", "notice_version", "notice_sha256", "acknowledged_by", "acknowledged_at_us",
                    "enrolled_by", "enrolled_at_us", "scope"),
}  # fmt: skip
KINDS = {1: "message", 2: "call", 3: "contact", 4: "absence", 5: "notification", 6: "recording"}
DIRECTIONS = {0: "none", 1: "in", 2: "out"}
NUMBERS = {0xCA: ">f", 0xCB: ">d", 0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q", 0xD0: ">b", 0xD1: ">h", 0xD2: ">i",
           0xD3: ">q"}  # fmt: skip
LENGTHS = {0xC4: 1, 0xC5: 2, 0xC6: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4}


def unpack(data: bytes) -> List[Any]:
    """An array of nil, numbers, strings and byte strings that fills `data`."""
    if not data:
        wrong("content is empty")
    if data[0] & 0xF0 == 0x90:
        count, at = data[0] & 0x0F, 1
    elif data[0] == 0xDC and len(data) > 2:
        count, at = int.from_bytes(data[1:3], "big"), 3
    else:
        wrong("content is no array")
    values: List[Any] = []
    for _ in range(count):
        if at >= len(data):
            wrong("content ends early")
        tag, at = data[at], at + 1
        if tag < 0x80 or tag >= 0xE0:
            values.append(tag if tag < 0x80 else tag - 256)
        elif tag == 0xC0:
            values.append(None)
        elif tag in NUMBERS:
            size = struct.calcsize(NUMBERS[tag])
            values.append(struct.unpack(NUMBERS[tag], data[at : at + size])[0])
            at += size
        elif tag in LENGTHS or tag & 0xE0 == 0xA0:
            width = LENGTHS.get(tag, 0)
            length = int.from_bytes(data[at : at + width], "big") if width else tag & 0x1F
            piece = data[at + width : at + width + length]
            at += width + length
            values.append(piece if tag in (0xC4, 0xC5, 0xC6) else piece.decode("utf-8"))
        else:
            wrong("content has an unknown part")
    if at != len(data):
        wrong("content has another length")
    return values


def committed_of(values: List[Any]) -> Dict[str, Any]:
    """Values with their names, as `records.jsonl` has them."""
    names = COLUMNS.get(values[0], ()) if values else ()
    fields: Dict[str, Any] = {"record": values[0] if values else None}
    for number, value in enumerate(values[1:], 1):
        name = names[number - 1] if number <= len(names) else "column_%d" % number
        fields[name] = {"base64": to_base64(value)} if isinstance(value, bytes) else value
    return fields


def moment(micros: int) -> str:
    """Microseconds since 1970 as `2026-11-22T08:15:03.120000Z`."""
    when = datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=micros)
    return when.isoformat(timespec="microseconds") + "Z"


def check_shown(record: Dict[str, Any], values: List[Any]) -> None:
    """What a line shows is what its record committed to."""
    if not values[0].startswith("event/"):
        return
    said = dict(zip(COLUMNS[values[0]], values[1:]))
    kind, text, times = KINDS.get(said["kind"]), said["text"], (said["occurred_at_us"], said["received_at_us"])
    shown = (record["device"], record["kind"], record["direction"], record["peer"], record["occurred_at"],
             record["received_at"])  # fmt: skip
    direction = DIRECTIONS.get(said["direction"])
    if shown != (said["device"], kind, direction, said["peer"] or "", moment(times[0]), moment(times[1])):
        wrong("shows something else than was recorded")
    if text is None and said["body"] is not None:
        text = said["body"].decode("utf-8", "replace")
    if kind in ("message", "notification") and text and record["body"] != text:
        wrong("shows another text than was recorded")
    for one in record["attachments"]:
        if one["sha256"] is not None and '"%s"' % one["sha256"] not in said["attributes"]:
            wrong("names a file that was not recorded with it")
