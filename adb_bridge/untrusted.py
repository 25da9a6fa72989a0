"""Types for what a phone chose to say."""

from typing import NewType

Untrusted = NewType("Untrusted", str)
"""Text that a phone chose. Not for a log, a path, a query or a terminal before it was normalised."""

UntrustedBytes = NewType("UntrustedBytes", bytes)
"""UTF-8 (claimed, not checked) that a phone chose, byte for byte as its provider holds it."""
