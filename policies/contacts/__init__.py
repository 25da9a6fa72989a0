"""Contact details in messages: found by shape, context and checksum, in whatever digits they are written."""

from .finder import find_contacts
from .many import find_contacts_many

__all__ = ["find_contacts", "find_contacts_many"]
