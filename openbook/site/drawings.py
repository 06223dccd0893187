"""The figures' drawings, made on all cores and kept under `_build` by what they are drawn from."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.metadata import version
from pathlib import Path

from sphinx.util import logging

from openbook import draw as drawing
from openbook import kernel
from openbook.bundle import Figure
from openbook.site import files

log = logging.getLogger(__name__)
MOST = 1000  # drawings kept: some eight times what the book has


class Drawings(MutableMapping[str, str]):
    """SVG by Vega-Lite spec, one file each. Another version of what draws has other files."""

    def __init__(self, folder: Path) -> None:
        """Keep drawings in `folder`."""
        self.folder = folder
        drawer, code = version("vl-convert-python"), kernel.module_digest("openbook.draw")
        self._drawn_by = f"{drawer} {code} {drawing.fonts_digest()}"

    def _path(self, spec: str) -> Path:
        return self.folder / f"{files.sha256(f'{self._drawn_by} {spec}'.encode())}.svg"

    def __getitem__(self, spec: str) -> str:
        """Read a drawing. Raises KeyError if it was not made yet."""
        try:
            return self._path(spec).read_text("utf-8")
        except FileNotFoundError:
            raise KeyError("not drawn yet") from None

    def __setitem__(self, spec: str, svg: str) -> None:
        """Keep a drawing."""
        files.replace(self._path(spec), svg.encode())

    def __delitem__(self, spec: str) -> None:
        """Throw a drawing away."""
        self._path(spec).unlink()

    def __iter__(self) -> Iterator[str]:
        """Refuse: the files do not hold what they were drawn from."""
        raise TypeError("drawings are found by their spec only")

    def __len__(self) -> int:
        """How many there are."""
        return len(list(self.folder.glob("*.svg")))

    def tidy(self) -> None:
        """Keep the newest drawings only."""
        newest = sorted(self.folder.glob("*.svg"), key=lambda p: p.stat().st_mtime, reverse=True)
        for path in newest[MOST:]:
            path.unlink()


def draw(figures: Sequence[Figure], jobs: int) -> None:
    """Draw figures for the page, the phone and the download; what was drawn before is read only."""
    if not figures:
        return
    log.info("drawing %d figures", len(figures))
    wanted = [
        make
        for bundle in figures
        for make in (
            partial(drawing.static_svg, bundle, drawing.WIDE),
            partial(drawing.static_svg, bundle, drawing.NARROW),
            partial(drawing.published_svg, bundle),
        )
    ]
    with ThreadPoolExecutor(jobs) as pool:  # drawing happens outside Python's lock
        list(pool.map(lambda make: make(), wanted))
