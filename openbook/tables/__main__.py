"""`python -m openbook.tables check|renew`."""

import sys

from openbook.tables import main

sys.exit(main(sys.argv[1:]))
