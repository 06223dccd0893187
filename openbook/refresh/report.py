"""What a person reviews of a refresh, as Markdown that reads well in a terminal too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from openbook.edit import Cells
from openbook.refresh.compare import Comparison, Revision
from openbook.refresh.connector import Connector
from openbook.refresh.fetch import Result

SHOWN = 12  # rows of a kind in a table; the rest is counted


def report(results: Sequence[Result], against: Sequence[str], moved: Iterable[str] = ()) -> str:
    """The whole report: troubles first, then by table what would be entered, then what moves."""
    lines = [f"# Refresh: {_summary(results)}", ""]
    if troubles := [result.trouble for result in results if result.trouble]:
        lines += ["## Not answered", "", *(f"- {trouble}" for trouble in troubles), ""]
    for result in results:
        for comparison in result.comparisons:
            lines += _table(result, comparison)
    if against:
        lines += ["## The rules of the tables say no", ""]
        lines += [*(f"- {line}" for line in against), ""]
        lines += ["Nothing can be entered before that is mended, in the connector or by hand.", ""]
    moved = list(moved)
    if moved:
        lines += ["## What would move", "", *moved, ""]
    return "\n".join(lines)


def _summary(results: Sequence[Result]) -> str:
    found = [comparison for result in results for comparison in result.comparisons]
    added, revised = (sum(len(getattr(c, name)) for c in found) for name in ("added", "revised"))
    vanished, same = sum(len(c.vanished) for c in found), sum(c.same for c in found)
    failed = sum(result.trouble is not None for result in results)
    told = f"{added} added, {revised} revised, {vanished} vanished, {same} the same"
    return f"{told}; {failed} of {len(results)} not answered" if failed else told


def _table(result: Result, comparison: Comparison) -> list[str]:
    if not (comparison.changes or comparison.vanished):
        return []
    feed = next(f for f in result.connector.feeds if f.table == comparison.table)
    named = result.source.publisher if result.source else result.connector.title
    lines = [f"## {comparison.table}, by {named}", ""]
    if comparison.table in result.histories:
        lines += [
            "**Most of the history is revised by more than 5%**: a definition or a base may have"
            " changed. It is not among the candidates. To do: read what the publisher says of it,"
            f" then `make refresh ACCEPT={result.connector.name}`.",
            "",
        ]
    lines += _some([f"- added {_row(feed.key, row)}: {_values(feed.values, row)}"
                    for row in comparison.added])  # fmt: skip
    lines += _some([_revised(feed.key, each) for each in comparison.revised])
    lines += _some([
        f"- vanished {_row(feed.key, row)} (row {number}): it stays; drop it by hand if it was"
        " withdrawn" for number, row in comparison.vanished
    ])  # fmt: skip
    return [*lines, ""]


def _revised(key: Sequence[str], revision: Revision) -> str:
    told = []
    for name in revision.columns:
        percent = revision.percent(name)
        moved = f" ({percent:+.1f}%)" if percent is not None else ""
        told.append(f"{name} {revision.old[name] or 'empty'} → {revision.new[name]}{moved}")
    return f"- revised {_row(key, revision.old)} (row {revision.number}): {', '.join(told)}"


def _row(key: Sequence[str], row: Cells) -> str:
    return ", ".join(row[name] for name in key if row.get(name))


def _values(names: Sequence[str], row: Cells) -> str:
    unit = f" {row['unit']}" if row.get("unit") else ""
    first = ", ".join(row[name] for name in names if row.get(name))
    return f"{first}{unit}" + (f", {row['status']}" if row.get("status") else "")


def _some(lines: list[str]) -> list[str]:
    more = len(lines) - SHOWN
    return lines[:SHOWN] + ([f"- and {more} more"] if more > 0 else [])


def connectors(all_of_them: Iterable[Connector]) -> str:
    """What is asked: a line a connector, with its tables and terms."""
    return "\n".join(
        f"{each.name}: {each.title}; feeds {', '.join(f.table for f in each.feeds)};"
        f" {each.period}; {each.terms}"
        for each in all_of_them
    )
