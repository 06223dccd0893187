"""`python -m openbook.testing.faults [TABLE …]`: spoil the tables in every way, and count."""

import sys

from openbook import tables
from openbook.tables import folder
from openbook.tables.bibliography import OWN
from openbook.testing.faults import campaign, report


def main(arguments: list[str]) -> int:
    """Run the campaign; 0 if nothing was missed. With all tables, its counts are written."""
    if wrong := tables.check():
        print(*wrong, sep="\n", file=sys.stderr)
        return 1
    outcomes = campaign.run(arguments or campaign.names())
    print(*report.told(outcomes), sep="\n")
    print(campaign.summary(outcomes))
    path = folder.data_folder() / f"{report.TABLE}.csv"
    if not arguments and path.is_file():
        own = next(each.key for each in tables.references().values() if each.kind == OWN)
        report.write(path, outcomes, own)
        print(f"{path.name} is written: `make data` stamps it")
    return any(each.verdict == campaign.MISSED or not each.stamped for each in outcomes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
