"""The QR code by which a host asks a phone to pair.

Source: the Wi-Fi form of ZXing as Android 11+ reads it (`WIFI:T:ADB;S:<name>;P:<password>;;`): fields in any order,
`\\` before `;`, `:`, `,`, `"` and itself.
"""

from dataclasses import dataclass
from typing import Final

_PREFIX: Final = "WIFI:"
_LONGEST_TEXT: Final = 1024
_LONGEST_LABEL_BYTES: Final = 63
"""A DNS label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdbQrCode:
    """What the phone needs: the name to announce itself under, and the password."""

    name: str
    password: str


def parse_adb_qr(text: str) -> AdbQrCode:
    """Read the text of a scanned code. Raise `ValueError` for everything that is not an offer to pair."""
    if not text.startswith(_PREFIX) or len(text) > _LONGEST_TEXT:
        raise ValueError("not a Wi-Fi code")
    fields: dict[str, str] = {}
    for field in _split(text.removeprefix(_PREFIX)):
        key, colon, value = field.partition(":")
        if colon:
            fields.setdefault(key, value)
    name, password = fields.get("S", ""), fields.get("P", "")
    if fields.get("T") != "ADB" or not password:
        raise ValueError("not an adb code")
    if not 0 < len(name.encode("utf-8", "replace")) <= _LONGEST_LABEL_BYTES or not name.isprintable():
        raise ValueError("the name cannot be announced")
    return AdbQrCode(name=name, password=password)


def _split(text: str) -> list[str]:
    """The fields, unescaped; what is not ended by `;` is no field."""
    fields: list[str] = []
    field: list[str] = []
    characters = iter(text)
    for character in characters:
        if character == "\\":
            field.append(next(characters, ""))
        elif character == ";":
            fields.append("".join(field))
            field.clear()
        else:
            field.append(character)
    return fields
