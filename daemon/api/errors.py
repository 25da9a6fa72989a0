"""How a call to the daemon fails. Each carries its stable code, texts for people and the exit code of the contract."""

from enum import StrEnum

from .exit_codes import ExitCode


class UnreachableReason(StrEnum):
    """Why no daemon answers; each has its text `error.daemon.<value>`."""

    NO_SOCKET = "no_socket"
    """Nothing at that path: it never ran, or another state directory is meant."""
    NOT_RUNNING = "not_running"
    """The socket file is there, nobody listens."""
    SOCKET_FORBIDDEN = "socket_forbidden"
    """The file system denies this user the socket."""
    LINK_LOST = "link_lost"
    """It hung up in the middle of an answer."""


class ApiClientError(Exception):
    """Root of everything a client call raises. `message` and `hint` are in the client's language, without content."""

    def __init__(self, code: str, message: str, hint: str, exit_code: int) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.hint = hint
        self.exit_code = exit_code


class ApiUnreachableError(ApiClientError):
    """No daemon answers at the socket, or the connection broke. Trying again later can help."""

    def __init__(self, reason: UnreachableReason, message: str, hint: str) -> None:
        is_denied = reason is UnreachableReason.SOCKET_FORBIDDEN
        super().__init__(
            f"daemon.{reason}", message, hint, ExitCode.NOT_PERMITTED if is_denied else ExitCode.UNREACHABLE
        )
        self.reason = reason


class ApiRefusedError(ApiClientError):
    """The daemon understood and said no; `code` is its own."""

    def __init__(self, code: str, message: str, hint: str, exit_code: int, http_status: int) -> None:
        super().__init__(code, message, hint, exit_code)
        self.http_status = http_status


class ApiVersionError(ApiClientError):
    """What answers does not speak our version of the API."""


class ApiTimeoutError(ApiClientError):
    """No answer within the call's time. Whether the daemon did it is unknown."""
