"""Install requirements.txt into the environment of this Python; the notebooks' first cell does it.

What a running kernel has loaded stays as it is: half of an old release and half of a new one fail.
"""

import importlib
import importlib.metadata
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def loaded():
    """Return the names of the installed distributions whose modules are loaded."""
    known = importlib.metadata.packages_distributions()
    found = {dist for module in list(sys.modules) for dist in known.get(module, ())}
    return {re.sub("[-_.]+", "-", dist).lower() for dist in found}


def main():
    """Install; end with what pip says and what can be done if it can't."""
    pinned = re.split(r"\n(?=[a-z0-9])", (HERE / "requirements.txt").read_text("utf-8"))
    kept = [pin for pin in pinned if pin.partition("==")[0] not in loaded()]
    chosen = HERE / "requirements-here.txt"
    chosen.write_text("\n".join(kept) + "\n", "utf-8")
    pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    command = [*pip, "--find-links", "wheels", "-r", chosen.name]
    done = subprocess.run(command, cwd=HERE, stderr=subprocess.PIPE)
    if done.returncode:
        sys.exit(done.stderr.decode() + "Not installed: README.md says what to do, offline too")
    importlib.invalidate_caches()


if __name__ == "__main__":
    main()
