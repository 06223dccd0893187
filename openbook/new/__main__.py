"""`python -m openbook.new source|row|table|chapter [--set key=value …]`."""

import sys

from openbook.new.command import run
from openbook.new.entries import KINDS

sys.exit(run(KINDS, sys.argv[1:]))
