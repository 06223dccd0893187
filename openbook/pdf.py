"""The whole book as one PDF, from its built pages: `python -m openbook.pdf`.

The pages' articles are put one after the other into one document, in the order of `_toc.yml`, and
printed by a Chromium, which numbers the sheets and makes bookmarks of the headings. A link to
another page leads to its place in the PDF, a link to a file of the site to the book's address if
there is one (`BOOK_BASEURL`); without an address its text stays. Nothing is run again.
"""

from __future__ import annotations

import datetime as dt
import os
import posixpath
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from markupsafe import Markup
from playwright.sync_api import sync_playwright
from sphinx_external_toc.parsing import parse_toc_yaml

from openbook.site import citation, later
from openbook.site.address import VARIABLE
from openbook.site.markup import render
from openbook.testing.browser import ARGUMENTS, find_browser

ASIDE = "script, form, button, input, select, output, .noprint, .headerlink, .ob-languages"
READ_WHOLE = "details.ob-folded"  # what paper shows though the page folds it
NAMING = ("for", "aria-labelledby", "aria-describedby", "aria-controls")  # attributes that hold ids
SHEET_NUMBER = (
    '<div style="width: 100%; text-align: center; font: 8px sans-serif; color: #48566b">'
    '<span class="pageNumber"></span></div>'
)


def ordered(toc: Path) -> list[str]:
    """The pages of a `_toc.yml` by their document names, in reading order."""
    tree = parse_toc_yaml(toc)

    def below(name: str) -> Iterator[str]:
        docname = name.removesuffix(".md")
        yield docname
        page = tree.get(name) or tree[docname]
        for part in page.subtrees:
            for file in part.files():
                yield from below(str(file))

    return list(below(tree.root.docname))


def place(docname: str, fragment: str = "") -> str:
    """The id, in the one document, of a page or of a place in it."""
    name = docname.replace("/", "-")
    return f"{name}--{fragment}" if fragment else name


def led(href: str, docname: str, docnames: list[str], address: str) -> str:
    """Where a link of a page leads in the PDF; "" if nowhere."""
    parts = urlsplit(href)
    if parts.scheme or parts.netloc:
        return href
    path = posixpath.normpath(posixpath.join(posixpath.dirname(docname), parts.path))
    target = path.removesuffix(".html") if parts.path else docname
    if target in docnames:
        return "#" + place(target, parts.fragment)
    return urljoin(address, path) if address else ""


def article(page: BeautifulSoup, docname: str, docnames: list[str], root: str, address: str) -> Tag:
    """A page's article as a part of the one document. `root` leads from that to the site's root.

    Raises ValueError for a page without an article.
    """
    found = page.select("article.bd-article")
    if not found:
        raise ValueError(f"{docname} has no article: build the book again")
    made = found[-1]  # the theme's list of contents for paper is one, too
    for node in made.select(ASIDE):
        node.decompose()
    for node in made.select("noscript"):
        node.unwrap()
    for node in made.select(READ_WHOLE):
        node["open"] = ""
    for node in made.select("[id]"):
        if not node.find_parent("svg"):  # whose own references stay within it
            node["id"] = place(docname, str(node["id"]))
    for name in NAMING:
        for node in made.select(f"[{name}]"):
            node[name] = " ".join(place(docname, each) for each in str(node[name]).split())
    for node in made.select("a[href]"):
        if target := led(str(node["href"]), docname, docnames, address):
            node["href"] = target
        else:
            del node["href"]
    for node in made.select("img[src]"):
        node["src"] = f"{root}/{_from_root(docname, str(node['src']))}"
        node["loading"] = "eager"
    return made


def _from_root(docname: str, path: str) -> str:
    """A path that a page names, from the site's root."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(docname), path.partition("?")[0]))


def document(book: Path, site: Path, folder: Path, address: str, docnames: list[str]) -> str:
    """The one document, to be written into `folder`, of pages of a book and its built site.

    `address`: the book's, or "". Raises ValueError if a page is not built.
    """
    root = Path(os.path.relpath(site, folder)).as_posix()
    sheets: dict[str, None] = {}
    pages = []
    for name in docnames:
        if not (html := site / f"{name}.html").is_file():
            raise ValueError(f"{name} is not built: `make book` comes first")
        page = BeautifulSoup(later.filled(html.read_text("utf-8"), site), "html.parser")
        links = page.select("link[rel=stylesheet]")
        sheets |= dict.fromkeys(_from_root(name, str(link["href"])) for link in links)
        made = article(page, name, docnames, root, address)
        pages.append(
            {
                "id": place(name),
                "language": page.html["lang"] if page.html else "",
                "title": heading(made),
                "body": Markup(made.decode_contents()),
            }
        )
    cited = citation.read(str(book))
    return render("pdf.html", cited=cited, pages=pages, sheets=[f"{root}/{s}" for s in sheets])


def heading(made: Tag) -> str:
    """A page's heading as text."""
    first = made.select_one("h1")
    return " ".join(first.get_text().split()) if first else ""


def write(book: Path, target: Path, address: str = "", docnames: list[str] | None = None) -> None:
    """Print the built book, or some of its pages, into the file `target`, a PDF.

    Raises ValueError if a page is not built, or if the machine has no Chromium.
    """
    if not (browser := find_browser()):
        raise ValueError("a Chromium makes the PDF, and none was found: name it in CHROMIUM")
    target.parent.mkdir(parents=True, exist_ok=True)
    html = target.with_suffix(".html")
    site, names = book / "_build" / "html", docnames or ordered(book / "_toc.yml")
    html.write_text(document(book, site, target.parent, address, names), "utf-8")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=ARGUMENTS)
        page = chromium.new_page(java_script_enabled=False)
        page.goto(html.resolve().as_uri())
        page.pdf(
            path=target,
            prefer_css_page_size=True,
            print_background=True,
            display_header_footer=True,
            header_template="<span></span>",
            footer_template=SHEET_NUMBER,
            tagged=True,
            outline=True,
        )
        chromium.close()
    target.write_bytes(dated(target.read_bytes(), citation.read(str(book)).released))


_DATED = re.compile(rb"(/(?:CreationDate|ModDate) \(D:)\d{14}[^)]*\)")


def dated(content: bytes, released: str) -> bytes:
    """A PDF that says it was made on the day of the release, not when a browser printed it.

    With `SOURCE_DATE_EPOCH` (seconds since 1970), at that time. No byte moves: the places that a
    PDF lists of its parts stay right.
    """
    if epoch := os.environ.get("SOURCE_DATE_EPOCH"):
        moment = dt.datetime.fromtimestamp(int(epoch), dt.UTC)
    else:
        moment = dt.datetime.fromisoformat(released)
    said = moment.strftime("%Y%m%d%H%M%S").encode()

    def same_length(found: re.Match[bytes]) -> bytes:
        zone = b"+00'00'"
        room = len(found[0]) - len(found[1]) - len(said) - 1
        return found[1] + said + zone[:room].ljust(room) + b")"

    return _DATED.sub(same_length, content)


def main() -> None:
    """Write `_build/pdf/book.pdf` of the book in this folder."""
    book = Path.cwd()
    target = book / "_build" / "pdf" / "book.pdf"
    try:
        write(book, target, os.environ.get(VARIABLE, ""))
    except ValueError as error:
        sys.exit(str(error))
    print(f"Open {target.relative_to(book)}")


if __name__ == "__main__":
    main()
