"""One look over a text that tells whether any stage can find something in it. Most messages end here."""

import re

from .addresses import NUMBER_TAIL, ROAD_ENDS
from .papers import PROVINCE_SIGNS
from .people import CUES
from .runs import RUN_TAIL
from .spelling import ODD_SIGNS, ODD_TAIL
from .wording import first_and_tail

_CUE_FIRSTS, _CUE_TAIL = first_and_tail(CUES)
_ACCOUNT_TAIL = r"(?:[^\w\n]{0,3}[a-z0-9_-]){5}"
_ENDING_TAIL = r"(?<=c)(?:om|n)(?![a-z])|(?<=n)et(?![a-z])"
TRIGGER = re.compile(
    rf"[0-9a-z@{ODD_SIGNS}{PROVINCE_SIGNS}{ROAD_ENDS}{_CUE_FIRSTS}](?:{_CUE_TAIL}|(?<=[0-9]){RUN_TAIL}"
    rf"|(?<=[a-z]){_ACCOUNT_TAIL}|(?<=[{PROVINCE_SIGNS}])[ ]?[a-hj-z]|(?<=[{ROAD_ENDS}]){NUMBER_TAIL}"
    rf"|(?<=@)|{_ENDING_TAIL}|{ODD_TAIL})"
)
"""Found in every folded text that holds a detail, and in some that hold none."""
