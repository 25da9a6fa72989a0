"""Every way talking to a phone fails. `code` is stable; `retryable` says whether waiting can help."""

from enum import StrEnum


class BridgeErrorCode(StrEnum):
    """Stable names; the texts that people read are found by them."""

    SERVER_UNAVAILABLE = "adb.server_unavailable"
    PORT_TAKEN = "adb.port_taken"
    BINARY_MISSING = "adb.binary_missing"
    BINARY_TOO_OLD = "adb.binary_too_old"
    DEVICE_OFFLINE = "adb.device_offline"
    DEVICE_UNAUTHORIZED = "adb.device_unauthorized"
    DEVICE_TIMEOUT = "adb.device_timeout"
    OUTPUT_TOO_LARGE = "adb.output_too_large"
    SHELL_FAILED = "adb.shell_failed"
    PERMISSION_DENIED = "adb.permission_denied"
    STORAGE_LOCKED = "adb.storage_locked"
    UNPARSEABLE = "adb.unparseable"
    UNSUPPORTED_SYSTEM = "adb.unsupported_system"


class AdbBridgeError(Exception):
    """Root. The message never holds phone text, numbers or keys."""

    def __init__(self, code: BridgeErrorCode, detail: str = "") -> None:
        super().__init__(f"{code.value}: {detail}" if detail else code.value)
        self.code = code
        self.detail = detail


class ServerUnavailableError(AdbBridgeError):
    """No adb server, or its binary is missing or too old."""


class DeviceUnavailableError(AdbBridgeError):
    """Offline, unauthorized, hung or gone in the middle of a call. Retry after a change of its transport."""


class ShellCommandError(AdbBridgeError):
    """The phone ran the command and it failed or was refused."""

    def __init__(self, code: BridgeErrorCode, *, exit_code: int | None, stderr_sha256: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.exit_code = exit_code
        self.stderr_sha256 = stderr_sha256


class ParseError(AdbBridgeError):
    """The answer is not what this source prints. `sample_sha256` names the sealed sample, not its text."""

    def __init__(self, source: str, *, sample_sha256: str, detail: str = "") -> None:
        super().__init__(BridgeErrorCode.UNPARSEABLE, f"{source} {detail}".strip())
        self.source = source
        self.sample_sha256 = sample_sha256


class UnsupportedSystemError(AdbBridgeError):
    """It speaks adb, but has no Android behind it that can be read (HarmonyOS NEXT): nothing else is tried."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(BridgeErrorCode.UNSUPPORTED_SYSTEM, detail)
