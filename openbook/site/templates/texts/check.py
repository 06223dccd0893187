"""Run the chapters of this kit and compare what comes out with what was published.

    python check.py [CHAPTER ...]

Ends with 0 if all is as published. It needs requirements.txt.
"""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
os.environ.setdefault("OPENBOOK_DATA", str(HERE / "data"))

from openbook.replay import main  # noqa: E402 (the tables are to be those of the kit)

sys.exit(main(HERE, sys.argv[1:]))
