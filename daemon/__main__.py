"""`python -m daemon` is `shopwardend`."""

import sys

from .main import main

sys.exit(main())
