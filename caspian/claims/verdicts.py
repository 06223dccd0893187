"""The verdicts: their order, what each means and how it looks, in charts and on the page alike."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """What the figures make of a claim, from best to worst; then what they can't decide."""

    SUPPORTED = "supported"
    IMPRECISE = "supported but imprecise"
    OVERSTATED = "overstated"
    MISLEADING = "misleading"
    CONTRADICTED = "contradicted"
    OPINION = "opinion"
    OPEN = "open"


SUPPORTED = Verdict.SUPPORTED
IMPRECISE = Verdict.IMPRECISE
OVERSTATED = Verdict.OVERSTATED
MISLEADING = Verdict.MISLEADING
CONTRADICTED = Verdict.CONTRADICTED
OPINION = Verdict.OPINION
OPEN = Verdict.OPEN

ORDER = {verdict: place for place, verdict in enumerate(Verdict)}
HOLDS = (SUPPORTED, IMPRECISE)
FALLS_SHORT = (OVERSTATED, MISLEADING, CONTRADICTED)
# The words of the score, of the chart and of the filter
GROUPS: dict[str, tuple[Verdict, ...]] = {
    "hold": HOLDS,
    "fall short": FALLS_SHORT,
    "are open": (OPEN,),
    "are opinions": (OPINION,),
}

# A symbol that fills up as a claim holds, and a colour with 3:1 on the light and on the dark page
# (tests/test_claims.py measures it). The word stands beside both wherever they are shown.
SYMBOL: dict[Verdict, str] = {
    SUPPORTED: "●",
    IMPRECISE: "◕",
    OVERSTATED: "◑",
    MISLEADING: "◔",
    CONTRADICTED: "○",
    OPINION: "◇",
    OPEN: "?",
}
COLOUR: dict[Verdict, str] = {
    SUPPORTED: "#2e7d46",
    IMPRECISE: "#679229",
    OVERSTATED: "#b58a1b",
    MISLEADING: "#cf7a2a",
    CONTRADICTED: "#d0454c",
    OPINION: "#8a74c9",
    OPEN: "#808080",
}
MEANING: dict[Verdict, str] = {
    SUPPORTED: "The figures bear the claim out as it is worded.",
    IMPRECISE: "It holds in part: the wording leaves out a number, or a period that says less.",
    OVERSTATED: "It points the right way and says more than the figures do.",
    MISLEADING: "No word of it need be false, yet a reader takes from it what the figures "
    "do not bear out.",
    CONTRADICTED: "The figures say otherwise.",
    OPINION: "A judgement that no figure decides; something measured stands beside it.",
    OPEN: "What would decide it was not known, has not happened, or sources of equal "
    "standing say opposite things.",
}
