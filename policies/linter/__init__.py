"""What looks wrong in a rule set that loads.

`finding` (one line of the report) → `rule_words` (every word as it is searched) → `reach` (what can never hit) →
`overlaps` (what two rules find) → `sounds` (what honest words sound like) → `honest` (what honest talk is taken for) →
`housekeeping` (tests, aliases, options, cost).
"""

from .finding import Finding as Finding
from .finding import Level as Level
from .lint import lint as lint
