"""How verdicts look, for the chapter's charts and for the page of the ledger alike."""

from __future__ import annotations

from caspian.models.claims import Verdict

LEDGER_MIME = "application/vnd.caspian.ledger+json"

# A symbol that fills up as a claim holds, and a colour with 3:1 on the light and on the dark page
# (tests/test_claims.py measures it). The word stands beside both wherever they are shown.
SYMBOL: dict[Verdict, str] = {
    Verdict.SUPPORTED: "●",
    Verdict.IMPRECISE: "◕",
    Verdict.OVERSTATED: "◑",
    Verdict.MISLEADING: "◔",
    Verdict.CONTRADICTED: "○",
    Verdict.OPINION: "◇",
    Verdict.OPEN: "?",
}
COLOUR: dict[Verdict, str] = {
    Verdict.SUPPORTED: "#2e7d46",
    Verdict.IMPRECISE: "#679229",
    Verdict.OVERSTATED: "#b58a1b",
    Verdict.MISLEADING: "#cf7a2a",
    Verdict.CONTRADICTED: "#d0454c",
    Verdict.OPINION: "#8a74c9",
    Verdict.OPEN: "#808080",
}
MEANING: dict[Verdict, str] = {
    Verdict.SUPPORTED: "The figures bear the claim out as it is worded.",
    Verdict.IMPRECISE: "It holds, but the wording blurs or leaves out what can be stated.",
    Verdict.OVERSTATED: "It points the right way and says more than the figures do.",
    Verdict.MISLEADING: "No word of it need be false, yet a reader takes from it what the figures "
    "do not bear out.",
    Verdict.CONTRADICTED: "The figures say otherwise.",
    Verdict.OPINION: "A judgement that no figure decides; something measured stands beside it.",
    Verdict.OPEN: "What would decide it was not known, has not happened, or sources of equal "
    "standing say opposite things.",
}
CHAPTERS = {
    "visit": "The visit",
    "energy": "Energy",
    "investment": "Investment",
    "corridor": "The Middle Corridor",
    "ots": "The Turkic states",
}
