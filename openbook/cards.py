"""Documents as cards: a line each, with a sign of its state, that opens to the rest.

For rows that are read one by one and are too long for a table on a phone. `openbook.site.lists`
makes the page of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from openbook import publish
from openbook.bundle import CardLayout, Cards


class Mark(NamedTuple):
    """How a state is shown: a symbol, its colour, and its words, which stand beside it."""

    symbol: str
    colour: str
    words: str


def cards(
    rows: pd.DataFrame,
    *,
    name: str,
    head: str,
    status: str,
    marks: Mapping[str, Mark],
    line: Sequence[str] = (),
    lead: str = "",
    key: str = "",
    filters: Sequence[str] = (),
    **published: Any,
) -> publish.Published:
    """Publish rows as cards: the rest as :func:`openbook.publish.table`, whose labels name all.

    `head` is the column of the title, `status` that of the state (keys of `marks`), `line` those
    below the title, `lead` one whose text is shown before the card is opened. `key` names the
    column that a link to one card is made of. Readers can choose a value of `filters`; such a list
    can be searched too. Raises ValueError for a state without a mark, and as `table` does.
    """
    if unknown := sorted(set(rows[status]) - set(marks)):
        raise ValueError(f"{name}: no mark for {unknown}; there are {list(marks)}")
    worded = rows.assign(**{status: rows[status].map(lambda state: marks[state].words)})
    made = publish.table(worded, name=name, **published).bundle
    if missing := [c for c in [head, status, *line, *filters] if c not in made.columns]:
        raise ValueError(f"{name}: {missing} has no label")
    used = [mark for state, mark in marks.items() if (rows[status] == state).any()]
    layout = CardLayout(
        head=head,
        status=status,
        line=list(line),
        lead=lead,
        filters=list(filters),
        keys=list(rows[key]) if key else [],
        marks={mark.words: {"symbol": mark.symbol, "colour": mark.colour} for mark in used},
    )
    return publish.Published(Cards(**vars(made), cards=layout))
