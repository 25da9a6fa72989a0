"""`shopwardend keys ACTION`: which function an action is."""

from argparse import Namespace

from ..api.exit_codes import ExitCode
from ..api.texts import Texts
from .keys_escrow import ESCROW_ACTIONS
from .keys_recovery import RECOVERY_ACTIONS
from .keys_slots import SLOT_ACTIONS

_ACTIONS = {**SLOT_ACTIONS, **RECOVERY_ACTIONS, **ESCROW_ACTIONS}


def run(options: Namespace, texts: Texts) -> ExitCode:
    """One action. Trouble with keys ends with exit 10."""
    _ACTIONS[options.action](options, texts)
    return ExitCode.OK
