"""`python -m seodang`."""

import sys

from seodang.cli import main

sys.exit(main())
