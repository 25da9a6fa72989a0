"""Why a text is found or is not: its reading, each candidate's way, severity step by step.

`explanation` (what is told) → `looks` (the text as it is read) → `steps` and `stand_ins` (a candidate character by
character) → `obstacles` (what keeps a candidate from being a hit) → `unheard`
(honest words that sound like a word) → `rule_lab` (contexts and severity) → `explain`.
"""

from .explain import Explainer as Explainer
from .explain import explain as explain
from .explanation import Explanation as Explanation
