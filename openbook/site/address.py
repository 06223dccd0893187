"""The book's public address, if it has one: canonical links, sitemap and robots.

It is given by `BOOK_BASEURL` in the environment, or as Jupyter Book has it (`html: baseurl:` in
`_config.yml`). Sphinx makes the canonical links of it. A book without one names no address of its
own: a link to where it isn't is worse than none.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ConfigError

from openbook.site import citation, files, usage
from openbook.site.markup import render

VARIABLE = "BOOK_BASEURL"
SITEMAP, ROBOTS = "sitemap.xml", "robots.txt"
_ATTRIBUTE = re.compile(r'(?<=\s)(href|src|action|data-content_root)="([^"]*)"')


def configure(config: Config) -> None:
    """Take the address from the environment or the settings; it ends with a slash then.

    Raises ConfigError for one that is none.
    """
    given = (os.environ.get(VARIABLE) or config.html_baseurl or "").strip()
    parts = urlsplit(given)
    if given and not (parts.scheme in ("http", "https") and parts.netloc):
        raise ConfigError(f"{given!r} is no address for the book: it begins with https://")
    config.html_baseurl = given.rstrip("/") + "/" if given else ""


def absolute(app: Sphinx, path: str) -> str:
    """The full address of a file of the site; "" in a book without an address."""
    base: str = app.config.html_baseurl
    return base + path if base else ""


def rooted(html: str, base: str) -> str:
    """A page of the site's root with its links from the root of the host, as 404.html needs them.

    A server shows that page at the address that was asked for, in whatever folder. `base` is the
    book's address.
    """
    root = urlsplit(base).path or "/"

    def lead(found: re.Match[str]) -> str:
        name, link = found.groups()
        own = not link.startswith("#") and not urlsplit(link).scheme
        return f'{name}="{urljoin(root, link) if own else link}"'

    return _ATTRIBUTE.sub(lead, html)


def write_files(app: Sphinx, made: Iterable[str]) -> None:
    """Write the list of pages for search engines, or remove it. `made` are those without source."""
    out, pages = Path(app.outdir), [*usage.reading_order(app.env), *made]
    if not app.config.html_baseurl:
        for name in (SITEMAP, ROBOTS):
            (out / name).unlink(missing_ok=True)
        return
    listed = render(
        SITEMAP,
        addresses=[absolute(app, f"{page}.html") for page in pages],
        released=citation.read(app.confdir).released,
    )
    files.write(out / SITEMAP, listed.encode())
    files.write(out / ROBOTS, render(ROBOTS, sitemap=absolute(app, SITEMAP)).encode())
