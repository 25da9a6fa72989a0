"""Which authority is served by which provider."""

from ..faults import Right
from ..handset import Handset
from .call_log import CallLogProvider
from .contacts import ContactsProvider
from .media import MediaProvider
from .mms import MmsProvider
from .query import ContentProvider, JavaError, Uri
from .sms import SmsProvider


def find_provider(handset: Handset, uri: Uri) -> ContentProvider | None:
    """The provider of an authority, None when there is none (now). Raise `JavaError` for locked message storage."""
    store, faults, sdk, traits = handset.store, handset.faults, handset.spec.sdk, handset.traits
    is_unlocked = handset.power.is_user_unlocked
    match uri.authority:
        case "sms" | "mms" if not is_unlocked:
            raise _cannot_open("mmssms.db")
        case "sms":
            return SmsProvider(
                store.telephony,
                sdk=sdk,
                sims=lambda: store.sims,
                is_denied=lambda: faults.is_denied(Right.SMS),
                traits=traits,
            )
        case "mms":
            return MmsProvider(store, sdk=sdk, is_denied=lambda: faults.is_denied(Right.MMS), traits=traits)
        case "call_log" if is_unlocked:
            return CallLogProvider(
                store.call_log, sdk=sdk, is_denied=lambda: faults.is_denied(Right.CALL_LOG), traits=traits
            )
        case "com.android.contacts" | "contacts" if is_unlocked:
            return ContactsProvider(
                store.contacts_db, is_denied=lambda: faults.is_denied(Right.CONTACTS), traits=traits
            )
        case "media" if is_unlocked:
            return MediaProvider(handset.media, handset.files, sdk=sdk, is_denied=lambda: faults.is_denied(Right.MEDIA))
        case _:
            return None


def _cannot_open(name: str) -> JavaError:
    """Before the first unlock: SmsProvider runs (directBootAware), its credential-encrypted database is closed; the
    other providers are not found at all. Which exception a phone shows then is inferred, not captured."""
    directory = "/data/user/0/com.android.providers.telephony/databases"
    return JavaError(
        "android.database.sqlite.SQLiteCantOpenDatabaseException",
        f"Cannot open database '{directory}/{name}': Directory {directory} doesn't exist",
    )
