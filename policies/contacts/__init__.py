"""Contact details in messages: found by shape, context and checksum, in whatever digits they are written."""

from .finder import find_contacts

__all__ = ["find_contacts"]
