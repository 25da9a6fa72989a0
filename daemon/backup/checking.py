"""Whether every piece of a snapshot is on the medium as its manifest says."""

from collections import Counter
from dataclasses import dataclass

from crypto.backup_keys import BackupKeys

from .errors import DamagedError
from .manifest import Manifest, PieceRef
from .pieces import PieceState
from .place import Place, Snapshots
from .progress import Progress, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """Pieces of a snapshot that cannot be used."""

    snapshot: int
    pieces: dict[str, PieceState]
    """By name; empty: the snapshot is whole."""

    @property
    def reason(self) -> str:
        """The commonest state, a word of `PieceState`."""
        return Counter(self.pieces.values()).most_common(1)[0][0].value


class Checker:
    """Reads every piece at most once, whatever number of snapshots share it."""

    def __init__(self, place: Place, keys: BackupKeys) -> None:
        self._pieces = place.pieces(keys)
        self._seen: dict[str, PieceState] = {}

    def check(self, manifest: Manifest, progress: Progress) -> Damage:
        """Read all of a snapshot. PlaceFailedError when the medium fails, StoppedError."""
        pieces = manifest.pieces()
        progress.begin(Stage.CHECKING, sum(piece.size_bytes for piece in pieces.values()))
        found = {name: self._state(piece, progress) for name, piece in pieces.items()}
        return Damage(
            snapshot=manifest.number,
            pieces={name: state for name, state in found.items() if state is not PieceState.WHOLE},
        )

    def require_whole(self, manifest: Manifest, others: Snapshots, progress: Progress) -> None:
        """DamagedError unless all of it is whole; it names the newest other snapshot that is."""
        damage = self.check(manifest, progress)
        if not damage.pieces:
            return
        raise DamagedError(
            snapshot=manifest.number,
            reason=damage.reason,
            count=len(damage.pieces),
            whole=self.newest_whole(others, progress, without=manifest.number),
        )

    def newest_whole(self, snapshots: Snapshots, progress: Progress, *, without: int) -> int | None:
        """Number of the newest whole snapshot other than `without`; None when there is none."""
        for manifest in reversed(snapshots.whole):
            if manifest.number != without and not self.check(manifest, progress).pieces:
                return manifest.number
        return None

    def _state(self, piece: PieceRef, progress: Progress) -> PieceState:
        state = self._seen.get(piece.name)
        if state is None:
            state = self._seen[piece.name] = self._pieces.read(piece)[0]
        progress.add(piece.size_bytes)
        return state
