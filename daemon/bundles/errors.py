"""What can end the making of a bundle. Codes have texts in the catalogs; no content in here."""


class BundleError(Exception):
    """`code` finds the text and hint as `error.<code>`."""

    code = "bundle.failed"

    def __init__(self) -> None:
        super().__init__(self.code)


class BundleChangedError(BundleError):
    """Records of it were deleted while it was being made. Making it again works: it will be without them."""

    code = "bundle.changed"


class BundleMediaError(BundleError):
    """A file that was whole a moment before is not any more."""

    code = "bundle.media_damaged"
