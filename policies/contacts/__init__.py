"""Contact details in messages: found by shape, context and checksum, in whatever digits they are written.

Reading order:
- of one text: `finder`, after one look by `trigger`, what the stages hand each other: `parts`; of batches: `many`
  behind its `gate`, by `signs` of neighbours, as machine code: `compiled_gate`; only whether there is a way: `ways`; of
  a text of thousands: `coarse`; of a long one as an array: `points`
- numbers: `numbers` in `runs` of `spelling` (told in parts: `told`), by `shapes` (`phones`, `checks`), believed by
  `belief` and `cues`; `papers` by `documents_checks`
- accounts and addresses on the net: `handles`, `mails`, `links`
- `people`: `addresses`, `names` by `name_words`
- names the archive knows: `known_names` of `remarks`, honest talk by `everyday` words
- one form of a detail: `plain`, of `figures`
- lists of words: `wording`
"""

from .finder import find_contacts
from .many import find_contacts_many
from .ways import tell_ways

__all__ = ["find_contacts", "find_contacts_many", "tell_ways"]
