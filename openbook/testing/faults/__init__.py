"""A campaign of faults: every table and column, every slip that it can have, and who sees it.

`kinds` names them, `spoil` and `sources` make the spoiled copies, `judge` asks the door about each,
`campaign` runs them side by side, `report` counts. A fault is caught by a rule, or harmless (the
same table, typed), or of a kind that is listed with the reason why no rule can see it, or missed.
All are also caught by the sha256 where nobody has renewed it.
"""
