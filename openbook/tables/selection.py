"""Which rows of a table a rule is about: those with certain cells, those of what happened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

COUNTED = ("actual", "preliminary")  # what was counted, not foreseen or derived
OUTCOME = (*COUNTED, "estimate")  # one class: what happened, however well known


def chosen(frame: pd.DataFrame, cells: Mapping[Any, tuple[str, ...]]) -> pd.DataFrame:
    """The rows that hold one of the values given for each column; an empty cell holds ""."""
    for column, values in cells.items():
        frame = frame[frame[column].astype("object").fillna("").isin(values)]
    return frame


def is_preferred(frame: pd.DataFrame) -> pd.Series:
    """Whether each row is preferred, as bool; an empty cell is false."""
    return frame["preferred"].astype("boolean").fillna(False).astype(bool)


def settled(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of what happened, one an observation."""
    if "preferred" in frame:
        frame = frame[is_preferred(frame)]
    return frame[frame["status"].isin(OUTCOME)] if "status" in frame else frame
