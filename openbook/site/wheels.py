"""Wheels of the packages that a book runs with, the same bytes on every build.

setuptools makes them, as each project's own `pyproject.toml` says; packed again without dates and
rights of the machine. Nothing is fetched.
"""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from openbook import kernel
from openbook.site import archive, files

_MAKE = "from setuptools import build_meta; build_meta.build_wheel('made')"
_LEFT = {"__pycache__", "build", "_build"}  # what tools leave in a package's folder


@dataclass(frozen=True)
class Project:
    """A project that a wheel is made of: its folder, and what `pyproject.toml` says in it."""

    folder: Path
    said: dict[str, Any]

    @property
    def name(self) -> str:
        """The name of the distribution."""
        return str(self.said["project"]["name"])

    @property
    def wheel(self) -> str:
        """The name of the wheel, a pure one."""
        return f"{self.name}-{self.said['project']['version']}-py3-none-any.whl"

    def files(self) -> dict[str, Path]:
        """What the wheel may be made of, by its path in the project: texts and packages."""
        project, tool = self.said["project"], self.said["tool"]["setuptools"]
        licences = [p for pattern in project["license-files"] for p in self.folder.glob(pattern)]
        found = [self.folder / "pyproject.toml", self.folder / project["readme"], *licences]
        places = tool.get("package-dir", {})
        for package in tool["packages"]:
            found += _kept(self.folder / places.get(package, package.replace(".", "/")))
        return {path.relative_to(self.folder).as_posix(): path for path in sorted(set(found))}

    def digest(self) -> str:
        """Covers all that the wheel is made of, setuptools too."""
        held = {name: files.sha256(path.read_bytes()) for name, path in self.files().items()}
        text = json.dumps([version("setuptools"), Path(__file__).read_text("utf-8"), held])
        return files.sha256(text.encode())


def _kept(folder: Path) -> Iterator[Path]:
    """The files of a package, without what tools leave and what other projects lie in it."""
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        if path.is_file() and not any(p in _LEFT or p.endswith(".egg-info") for p in parts):
            yield path


def project_of(package: str) -> Project:
    """The project of an installed package, from which a wheel can be made.

    Raises FileNotFoundError for a package that is installed without its project (not editable).
    """
    here = kernel.folder_of(package)
    for folder in (here, here.parent):
        described = folder / "pyproject.toml"
        if described.is_file():
            said = tomllib.loads(described.read_text("utf-8"))
            if said.get("project", {}).get("name") == package:
                return Project(folder, said)
    raise FileNotFoundError(
        f"there is no pyproject.toml of the package {package!r} in {here} or above it: a re-run "
        "kit is made where the packages are installed in editable form (pip install -e)"
    )


def build(project: Project) -> bytes:
    """The wheel. Raises RuntimeError with what setuptools said if it can't be made."""
    with tempfile.TemporaryDirectory() as place:
        tree = Path(place)
        for name, path in project.files().items():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, tree / name)
        command = [sys.executable, "-c", _MAKE]
        done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"no wheel of {project.name}:\n{done.stdout}{done.stderr}")
        (made,) = (tree / "made").glob("*.whl")
        with zipfile.ZipFile(io.BytesIO(made.read_bytes())) as held:
            return archive.zipped({name: held.read(name) for name in held.namelist()})


def wheel(project: Project, kept: Path) -> bytes:
    """The wheel, from the folder `kept` if it was made before of the same files."""
    name = f"{project.digest()[:16]}-{project.wheel}"
    return files.make_once(kept / name, lambda: build(project))
