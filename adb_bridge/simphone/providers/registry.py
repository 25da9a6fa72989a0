"""Which authority is served by which provider."""

from ..faults import Provider
from ..handset import Handset
from .query import ContentProvider, JavaError, Uri
from .sms import SmsProvider


def find_provider(handset: Handset, uri: Uri) -> ContentProvider | None:
    """The provider of an authority, None when the phone has none. Raise `JavaError` while storage is locked."""
    faults = handset.faults
    match uri.authority:
        case "sms":
            _require_storage(handset, "mmssms.db")
            return SmsProvider(
                handset.store.telephony,
                sdk=handset.spec.sdk,
                sims=lambda: handset.store.sims,
                is_denied=lambda: faults.is_denied(Provider.SMS),
            )
        case _:
            return None


def _require_storage(handset: Handset, name: str) -> None:
    """Before the first unlock credential-encrypted databases cannot be opened; SmsProvider itself is up (it is
    directBootAware), the others are not found. The text of the exception is inferred, not captured."""
    if not handset.power.is_user_unlocked:
        raise JavaError(
            "android.database.sqlite.SQLiteCantOpenDatabaseException",
            f"Cannot open database '/data/user/0/com.android.providers.telephony/databases/{name}': "
            "Directory /data/user/0/com.android.providers.telephony/databases doesn't exist",
        )
