"""What can be wrong with a proof."""

from enum import StrEnum


class ProofProblem(StrEnum):
    """Texts for people: `proof.problem.<value>`."""

    MALFORMED = "malformed"
    """No proof file, or something is in it that does not belong there."""
    NEWER = "newer"
    """Made by a newer program."""
    CONTENT_CHANGED = "content_changed"
    """The disclosed content is not what the ledger committed to."""
    FIELDS_CHANGED = "fields_changed"
    """The readable fields are not those of the content."""
    NOT_INCLUDED = "not_included"
    """The path does not lead from the record to the head."""
    KEY_UNUSABLE = "key_unusable"
    """What is given as public key is none."""
    KEY_OTHER = "key_other"
    """The proof is signed by another key than the one that was given."""
    HEAD_INVALID = "head_invalid"
    """The head is malformed, or its signature is not of this key."""
    OTHER_HISTORY = "other_history"
    """An earlier head is of another history than the proof's."""
    HEAD_UNCONNECTED = "head_unconnected"
    """The proof does not say how it continues a head that was given: ask for a proof made with that head."""
    NOT_COSIGNED = "not_cosigned"
    """No head in the proof is cosigned by the witness that was given."""
    FILE_OTHER = "file_other"
    """A file that was given is not one that the record names."""


class ProofError(Exception):
    """The proof proves nothing. No content in here."""

    def __init__(self, problem: ProofProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem
