"""A task in a thread of its own while its maker does something else: hashing and the disk need no interpreter lock."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Aside(Generic[T]):
    """Runs from the moment it is made. A thread costs some 50 µs: give it milliseconds of work."""

    __slots__ = ("_error", "_results", "_task", "_thread")

    def __init__(self, task: Callable[[], T]) -> None:
        """Begins when the other thread has really taken over, so that what follows cannot keep the lock from it."""
        self._task = task
        self._results: list[T] = []
        self._error: BaseException | None = None
        running = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(running,), name="aside")
        self._thread.start()
        running.wait()

    def result(self) -> T:
        """Wait; what the task returned, or raise what it raised. May be asked again."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._results[0]

    def _run(self, running: threading.Event) -> None:
        running.set()
        try:
            self._results.append(self._task())
        except BaseException as error:  # noqa: BLE001  raised again where it is asked for
            self._error = error
