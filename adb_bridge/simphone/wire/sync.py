"""The `sync:` service (file transfer)."""

from ..files import Files
from .streams import Stream


async def serve_sync(stream: Stream, files: Files) -> None:
    """Serve requests until QUIT."""
    raise NotImplementedError
