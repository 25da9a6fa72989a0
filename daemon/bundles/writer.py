"""Making a bundle: one zip as a stream, in memory that does not depend on how much is in it."""

from collections.abc import AsyncGenerator, Callable

from .parts import BundleOrder, BundleProgress, BundleReceipt, BundleSource

Progress = Callable[[BundleProgress], None]


def write_bundle(
    order: BundleOrder, source: BundleSource, receipt: BundleReceipt, progress: Progress | None = None
) -> AsyncGenerator[bytes, None]:
    """The zip in pieces of at most 1 MiB. `receipt` says what was made once all of it was taken.

    Raises BundleError and what `source` raises; whatever was taken until then is no bundle, because its end is missing.
    """
    raise NotImplementedError
