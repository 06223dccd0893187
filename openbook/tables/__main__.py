"""`python -m openbook.tables check|renew|new NAME`."""

import sys

from openbook.tables import main

sys.exit(main(sys.argv[1:]))
