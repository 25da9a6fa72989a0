"""The command line's exit codes: a contract with other people's scripts, listed in the README."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit status of `shopwarden` and `shopwardend`. 128 + n means ended by signal n."""

    OK = 0
    PARTIAL = 1
    """Some of what was asked was done; the output says which."""
    USAGE = 2
    """Wrong arguments or configuration, or another daemon owns this state."""
    UNREACHABLE = 3
    """No daemon answers."""
    TIMEOUT = 4
    NOT_PERMITTED = 5
    NOT_FOUND = 6
    VAULT = 10
    """The key is wrong or missing, or the vault's disk cannot be written."""
    INTEGRITY = 11
    """The archive or its ledger was changed, damaged or rolled back."""
    MIGRATION = 12
    """The archive needs a newer or older shopwarden."""
    ADB = 20
