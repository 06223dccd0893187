"""The package as it is installed: whatever lies in the packages is in the wheel."""

import shutil
import subprocess
import sys
import zipfile

import book

PACKAGES = ("caspian", "openbook")
BUILD = "from setuptools import build_meta; build_meta.build_wheel('out')"


def test_a_wheel_has_every_file(tmp_path):
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(book.ROOT / name, tmp_path)
    unbuilt = shutil.ignore_patterns("__pycache__")
    for package in PACKAGES:
        shutil.copytree(book.ROOT / package, tmp_path / package, ignore=unbuilt)
    wanted = {
        path.relative_to(tmp_path).as_posix()
        for package in PACKAGES
        for path in tmp_path.glob(f"{package}/**/*")
        if path.is_file()
    }
    assert "openbook/site/templates/static/webpack-macros.html" in wanted
    run = subprocess.run(
        [sys.executable, "-c", BUILD], cwd=tmp_path, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    (wheel,) = (tmp_path / "out").glob("*.whl")
    with zipfile.ZipFile(wheel) as held:
        missing = wanted - set(held.namelist())
    assert not missing, f"not in the wheel: {sorted(missing)} (see package-data in pyproject.toml)"
