"""From announcement to operation: how far each project came, as far as its steps were seen."""

import pandas as pd

from caspian.models._checks import columns

STEPS = ["announced", "registered", "financed", "construction", "running"]


def reached(projects: pd.DataFrame, steps: pd.DataFrame) -> pd.DataFrame:
    """Return one row a project: its furthest step seen, the date of it, its largest sum named.

    `projects` has `project` and `name`; `steps` has project, step, date (ISO; a month or an
    interval sorts by its text), amount_usd_mn (USD million, may be missing). Columns added:
    `furthest` (one of :data:`STEPS`), `furthest_on` (first date of that step), `usd_mn` (largest
    amount of its steps, missing if none was published). Raises ValueError for a step that is not
    in :data:`STEPS`, for steps of an unknown project, or for a project without a step.
    """
    columns("projects", projects, ["project", "name"])
    columns("steps", steps, ["project", "step", "date", "amount_usd_mn"])
    if wrong := sorted(set(steps["step"]) - set(STEPS)):
        raise ValueError(f"steps: {wrong[0]!r} is not one of {STEPS}")
    if strange := sorted(set(steps["project"]) - set(projects["project"])):
        raise ValueError(f"steps: the project {strange[0]!r} is not among the projects")
    if without := sorted(set(projects["project"]) - set(steps["project"])):
        raise ValueError(f"projects: {without[0]!r} has no step, not even an announcement")
    ranked = steps.assign(rank=steps["step"].map(STEPS.index)).sort_values(["rank", "date"])
    best = ranked[ranked["rank"] == ranked.groupby("project")["rank"].transform("max")]
    best = best.groupby("project").first()
    largest = steps.groupby("project")["amount_usd_mn"].max()
    return projects.assign(
        furthest=projects["project"].map(best["step"]),
        furthest_on=projects["project"].map(best["date"]),
        usd_mn=projects["project"].map(largest),
    )


def funnel(found: pd.DataFrame, steps: pd.DataFrame) -> pd.DataFrame:
    """Return how many projects, and dollars, came at least as far as each step.

    `found` as :func:`reached` returns it. Columns: `step`; `projects`, those whose furthest step
    is this one or a later one (a later step implies the earlier ones, seen or not); `seen`, those
    of which this very step was reported as done or contracted; `told`, those of which it was only
    planned or estimated; `usd_mn`, the sum of the published amounts of `projects`, in USD million;
    `without_sum`, how many of them published none. Raises ValueError if a column is missing.
    """
    columns("steps", steps, ["project", "step", "status"])
    rank = found["furthest"].map(STEPS.index)
    rows = []
    for at, step in enumerate(STEPS):
        here = found[rank >= at]
        reports = steps[steps["step"] == step]
        sure = reports.loc[reports["status"].isin(["actual", "contract"]), "project"]
        seen = here["project"].isin(sure)
        told = here["project"].isin(reports["project"]) & ~seen
        rows.append(
            {
                "step": step,
                "projects": len(here),
                "seen": int(seen.sum()),
                "told": int(told.sum()),
                "usd_mn": float(here["usd_mn"].sum()),
                "without_sum": int(here["usd_mn"].isna().sum()),
            }
        )
    return pd.DataFrame(rows)


def moved(dates: pd.DataFrame) -> pd.DataFrame:
    """Return, for each project with a promised date, the first and the last promise.

    `dates` has project, said_on and promised (ISO). Columns: project, `promises` (count),
    `first` and `last` (the promised dates as printed, by the day they were said), sorted by
    project.
    """
    columns("dates", dates, ["project", "said_on", "promised"])
    by_day = dates.sort_values(["project", "said_on"], kind="stable").groupby("project")["promised"]
    return pd.DataFrame(
        {"promises": by_day.size(), "first": by_day.first(), "last": by_day.last()}
    ).reset_index()
