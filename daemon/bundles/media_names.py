"""Names of media files in a bundle: the content's hash and a harmless ending. No name or path of a phone is used."""

from typing import Final, Literal

_ENDINGS: Final = {
    "image/jpeg": "jpg", "image/jpg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp",
    "image/bmp": "bmp", "image/heic": "heic", "image/heif": "heif",
    "audio/amr": "amr", "audio/amr-wb": "amr", "audio/mpeg": "mp3", "audio/mp3": "mp3", "audio/mp4": "m4a",
    "audio/x-m4a": "m4a", "audio/aac": "aac", "audio/ogg": "ogg", "audio/wav": "wav", "audio/x-wav": "wav",
    "audio/3gpp": "3gp", "audio/flac": "flac", "application/ogg": "ogg",
    "video/mp4": "mp4", "video/3gpp": "3gp", "video/webm": "webm", "video/quicktime": "mov",
    "text/plain": "txt", "text/x-vcard": "vcf", "text/vcard": "vcf",
}  # fmt: skip
"""Everything else is `.bin`: a browser that opens it must not run it."""
_SHOWN: Final[dict[str, Literal["img", "audio", "video"]]] = {
    "jpg": "img", "png": "img", "gif": "img", "webp": "img", "bmp": "img",
    "amr": "audio", "mp3": "audio", "m4a": "audio", "aac": "audio", "ogg": "audio", "wav": "audio", "flac": "audio",
    "3gp": "audio", "mp4": "video", "webm": "video", "mov": "video",
}  # fmt: skip


def media_name(sha256: str, content_type: str) -> str:
    """`media/<sha256>.<ending>`."""
    ending = _ENDINGS.get(content_type.partition(";")[0].strip().lower(), "bin")
    return f"media/{sha256}.{ending}"


def shown_as(name: str) -> Literal["img", "audio", "video", "link"]:
    """How a page shows a file with this name."""
    return _SHOWN.get(name.rpartition(".")[2], "link")
