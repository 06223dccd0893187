"""Files in the output folder by which one program knows what another does there."""

LOCK = ".lock"  # held by the build at work
UNFINISHED = ".unfinished"  # there from a build's first page to its end, or since it was cut short
