"""The claims of the article: verdicts computed from the tables, through time and for what comes.

- `verdicts`: the words and how they look
- `evidence`: what was known on a day; `judging`: questions, findings, arithmetic
- `rules`: one function a claim, by subject
- `judged`: every claim then and now; `history`: month by month; `scenario`: what comes
- `words`: findings in words; `listing`: as tables; `page`: as the page of the site
- `strip`: all of them at a glance; `crossing`: the map of the front page; `spine`, `chips`: where
  other pages show claims
"""

from caspian.claims.judged import (
    THEN,
    Judged,
    candidates,
    evidence,
    judged,
    omitted,
    questions,
    records,
    until,
)
from caspian.claims.listing import margins, publish, rows, threshold_uses
from caspian.claims.scenario import after, inputs, turning_points, under
from caspian.claims.verdicts import Verdict

__all__ = [
    "THEN",
    "Judged",
    "Verdict",
    "after",
    "candidates",
    "evidence",
    "inputs",
    "judged",
    "margins",
    "omitted",
    "publish",
    "questions",
    "records",
    "rows",
    "threshold_uses",
    "turning_points",
    "under",
    "until",
]
