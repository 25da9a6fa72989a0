"""`dumpsys lock_settings` (LockSettingsService, Android 11+), the lines about the main user."""

from ...handset import Handset


def dump_lock_settings(handset: Handset, _arguments: tuple[str, ...]) -> str:
    """Only what an observer reads; the handle is invented."""
    kind = handset.power.credential_kind.upper() if handset.power.has_credential else "NONE"
    return (
        "Current lock settings service state:\n\n"
        "User State:\n"
        "  User 0\n"
        "    SP Handle: 7a31c0de5f1e9b42\n"
        "    Last changed: 2026-01-05 09:12 (7a31c0de5f1e9b42)\n"
        f"    CredentialType: {kind}\n"
        "    SeparateChallenge: true\n"
        "    Metrics: unavailable\n\n"
    )
