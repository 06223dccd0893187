"""The sums of all files of the site, `SHA256SUMS`, in the form that `sha256sum -c` reads.

Two builds of one book have the same list. Left out are the list itself, what says who built the
pages and when, and files that begin with a dot, which hosts leave behind. A build in which anything
warned has none: nobody is to take its pages for what they should be.
"""

from __future__ import annotations

from pathlib import Path

from openbook.site import files

NAME = "SHA256SUMS"
ABOUT_THE_BUILD = "_data/build.json"


def listed(site: Path) -> dict[str, Path]:
    """The files that the list names, by their names in the site."""
    found = {path.relative_to(site).as_posix(): path for path in site.rglob("*") if path.is_file()}
    left_out = (NAME, ABOUT_THE_BUILD)
    return {
        name: found[name]
        for name in sorted(found)
        if name not in left_out and not any(part.startswith(".") for part in name.split("/"))
    }


def text(site: Path) -> str:
    """The list: a line a file, its sum and its name, in the order of names."""
    return "".join(
        f"{files.sha256(path.read_bytes())}  {name}\n" for name, path in listed(site).items()
    )


def write(site: Path, *, vouched: bool = True) -> None:
    """Write the list of a site that is otherwise whole, or, if it is not `vouched` for, none."""
    if vouched:
        files.write(site / NAME, text(site).encode())
    else:
        (site / NAME).unlink(missing_ok=True)
