"""What is said on the pairing port: a few small messages, each its length in four bytes and then JSON."""

import asyncio
from datetime import datetime
from typing import Annotated, Final, TypeVar

import msgspec

from ..api.consoles import ConsoleName
from ..api.wire import Role

VERSION: Final = 1
MAX_MESSAGE_BYTES: Final = 16 * 1024
_HEAD_BYTES: Final = 4
Bytes = Annotated[bytes, msgspec.Meta(max_length=4096)]
Pem = Annotated[str, msgspec.Meta(max_length=4096)]
SaidT = TypeVar("SaidT")


class Begin(msgspec.Struct, tag="begin", frozen=True, kw_only=True):
    """The console's first word."""

    version: int
    exchange: Bytes
    request: Bytes
    """For a certificate (DER)."""


class Answer(msgspec.Struct, tag="answer", frozen=True, kw_only=True):
    """The daemon's."""

    exchange: Bytes


class Confirm(msgspec.Struct, tag="confirm", frozen=True, kw_only=True):
    """The console has the words."""

    confirmation: Bytes


class Welcome(msgspec.Struct, tag="welcome", frozen=True, kw_only=True):
    """So has the daemon; only then does the rest count."""

    confirmation: Bytes
    instance: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")]
    authority: Pem
    certificate: Pem
    expires_at: datetime
    name: ConsoleName
    """What the console is called at the shop."""
    role: Role
    store: Annotated[str, msgspec.Meta(max_length=200)]
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)]
    """For consoles."""


class Kept(msgspec.Struct, tag="kept", frozen=True, kw_only=True):
    """The console has everything on its disk."""


class Refused(msgspec.Struct, tag="refused", frozen=True, kw_only=True):
    """The end of it."""

    code: str
    """`lan.wrong_words`, `lan.busy`, `lan.no_invitation`, `lan.not_understood`, `lan.not_kept`, `lan.version`."""
    tries_left: int = 0


Said = Begin | Answer | Confirm | Welcome | Kept | Refused
_encode: Final = msgspec.json.Encoder().encode
_decoder: Final = msgspec.json.Decoder[Said](Said)


class NotUnderstoodError(Exception):
    """What came is no message, or another one than expected; or nobody is there any more."""


async def send(writer: asyncio.StreamWriter, message: Said) -> None:
    """NotUnderstoodError when nobody is there any more."""
    content = _encode(message)
    try:
        writer.write(len(content).to_bytes(_HEAD_BYTES) + content)
        await writer.drain()
    except OSError as error:
        raise NotUnderstoodError from error


async def receive(reader: asyncio.StreamReader) -> Said:
    """The next message. NotUnderstoodError for anything else; bounded in size, not in time."""
    try:
        size = int.from_bytes(await reader.readexactly(_HEAD_BYTES))
        if size > MAX_MESSAGE_BYTES:
            raise NotUnderstoodError
        said: Said = _decoder.decode(await reader.readexactly(size))
        return said
    except (asyncio.IncompleteReadError, OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotUnderstoodError from error


def expected(message: Said, kind: type[SaidT]) -> SaidT:
    """`message` as `kind`. NotUnderstoodError when it is another."""
    if not isinstance(message, kind):
        raise NotUnderstoodError
    return message
