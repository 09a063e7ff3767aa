"""`python -m opamplan`."""

import sys

from opamplan.cli.main import main

sys.exit(main())
