"""`make new WHAT=claim`: a claim with its row, its limit, its rule and its pin in the tests.

The rule is the plainest there is: the newest figure of some rows of a table against one limit. What
is asked goes through `openbook.new.ask`; all of it is written, or nothing.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from caspian.claims.rules import TABLES
from caspian.claims.verdicts import Verdict
from openbook.edit import Cells, checked, table_rows, table_text
from openbook.new.ask import Asker, Check, Stopped, needed, one_of, undone
from openbook.new.command import run
from openbook.new.entries import KINDS, cell_check, description_of
from openbook.tables import folder, load

MODULES = {
    "visit": "visit", "energy": "oil", "investment": "trade", "corridor": "corridor",
    "ots": "turkic",
}  # fmt: skip
CLAIM = re.compile(r"c\d\d")
ARTICLE = "article_202403"
GRADED = ["fact", "count", "causal", "comparison", "forecast", "aim", "quoted"]
LIMIT = "claim_thresholds"
PINS = "PINNED = {\n"


def new_claim(ask: Asker) -> Cells:
    """Ask for a claim that one figure decides, and enter all that it needs."""
    data, root = folder.data_folder(), folder.book_folder()
    rows = table_rows(data / "claims.csv")
    names = {row["claim"] for row in rows}
    free = next(f"c{n:02}" for n in range(1, 100) if f"c{n:02}" not in names)
    row = dict.fromkeys(rows[0], "") | {"source": ARTICLE}
    row["claim"] = ask.ask("claim", "Name of the claim", lambda a: _free(a, names), free)
    sentences = {s["sentence"]: s["paragraph"] for s in table_rows(data / "article_sentences.csv")}
    row["sentences"] = ask.ask(
        "sentences", "Sentences of the article that make it (4.1;4.2)",
        lambda a: _all_of(a, list(sentences)),
    )  # fmt: skip
    row["paragraph"] = sentences[row["sentences"].split(";")[0]]
    row["kind"] = ask.ask("kind", f"Kind ({', '.join(GRADED)})", one_of(GRADED), "fact")
    row["text"] = ask.ask("text", "The claim, in your own words, no stronger than it is", _sentence)
    row["chapter"] = ask.ask("chapter", f"Chapter ({', '.join(MODULES)})", one_of(list(MODULES)))
    row["figure"] = ask.ask("figure", "Figure or table of that chapter (fig-…, tab-…)", _figure)
    row["why"] = ask.ask("why", "Why this measure and not another", needed)
    row["opponent"] = ask.ask("opponent", "What an informed opponent would say against it", needed)
    table = ask.ask("table", "Table with the figure that decides", one_of(TABLES))
    query = ask.ask("query", "Its rows, as a query of pandas (measure == 'x')", _query_of(table))
    measure = ask.ask("measure", "Name of the figure (oil_mt)", _name)
    label = ask.ask("label", "The figure in words", needed)
    limits = table_rows(data / f"{LIMIT}.csv")
    limit = ask.ask("limit", "Name of the limit that it has to reach, there or new", _name)
    known = limit in {each["threshold"] for each in limits}
    if not known:
        limits.append(dict.fromkeys(limits[0], "") | _limit(ask, limit))
    words = [str(verdict) for verdict in Verdict][:5]
    above = ask.ask("above", f"Verdict from the limit on ({', '.join(words)})", one_of(words),
                    str(Verdict.SUPPORTED))  # fmt: skip
    below = ask.ask("below", "Verdict below it", one_of(words), str(Verdict.OVERSTATED))
    row["rule"] = ask.ask(
        "rule", "The rule in a sentence, the limit in braces", lambda a: _names_limit(a, limit),
        f"By {label[:1].lower()}{label[1:]}: {above} from {{{limit}}}, {below} otherwise.",
    )  # fmt: skip
    module = root / "caspian" / "claims" / "rules" / f"{MODULES[row['chapter']]}.py"
    pins = root / "tests" / "test_claims.py"
    paths = [data / "claims.csv", data / f"{LIMIT}.csv", data / "datapackage.json", module, pins]
    with undone(*paths):
        (data / "claims.csv").write_text(table_text(_in_order(rows, row)), "utf-8")
        if not known:
            (data / f"{LIMIT}.csv").write_text(table_text(limits), "utf-8")
        code = rule_text(
            row["claim"], row["why"], table, query, measure, label, limit, above, below
        )
        module.write_text(f"{module.read_text('utf-8').rstrip()}\n\n\n{code}", "utf-8")
        if said := checked(data):
            raise Stopped("\n".join([*said, "Nothing was written."]))
        then, now = _judged(root, row["claim"])
        text = pins.read_text("utf-8")
        pin = f'{PINS}    "{row["claim"]}": ({_constant(then)}, {_constant(now)}),\n'
        pins.write_text(text.replace(PINS, pin, 1), "utf-8")
    ask.say(f"{row['claim']}: {then} as known then, {now} now, by {module.name}.")
    ask.say("Then: cases at and around the limit in tests/test_rules.py; make format, make book.")
    return row


def rule_text(
    claim: str, why: str, table: str, query: str, measure: str, label: str, limit: str,
    above: str, below: str,
) -> str:  # fmt: skip
    """The rule as code: the newest of some rows against a limit."""
    return f'''@rule("{claim}")
def {measure}_{claim}(ev: Evidence) -> Question:
    """{why.rstrip(".")}."""
    rows = ev.known("{table}", {json.dumps(query, ensure_ascii=False)})
    measured = figure("{measure}", {json.dumps(label, ensure_ascii=False)}, rows)
    ladder = ev.ladder({{{_constant(above)}: "{limit}"}}, {_constant(below)})
    return ladder.of(measured)
'''


def _limit(ask: Asker, limit: str) -> Cells:
    """A new row of the limits."""
    value = ask.ask("value", "Its value", lambda a: None if _number(a) else f'"{a}" is no number.')
    fields = {each["name"]: each for each in description_of(LIMIT)["schema"]["fields"]}
    unit = ask.ask(
        "unit", f"Its unit (another: with a bound in data/schema/{LIMIT}.yml)",
        cell_check(fields["unit"]),
    )  # fmt: skip
    reason = ask.ask("reason", "Its reason, which has to yield the number", needed)
    return {
        "threshold": limit, "value": value, "unit": unit, "why": reason,
        "source": "across_the_caspian",
    }  # fmt: skip


def _judged(root: Path, claim: str) -> tuple[str, str]:
    """The two verdicts, in a process that reads the rules anew. Raises Stopped if it fails."""
    code = (
        "from caspian.claims.judged import judged\n"
        "for each in judged():\n"
        f"    if each.claim['claim'] == {claim!r}:\n"
        "        print(f'{each.then.verdict};{each.now.verdict}')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, env=os.environ | {"PYTHONPATH": str(root)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        raise Stopped(f"The rule can't be run: {last}\nNothing was written.")
    then, _, now = done.stdout.strip().partition(";")
    return then, now


def _in_order(rows: list[Cells], new: Cells) -> list[Cells]:
    """The claims with a new one: in the order of the article, behind those of its sentence."""
    first = _place(new)
    at = next((n for n, row in enumerate(rows) if _place(row) > first), len(rows))
    return [*rows[:at], new, *rows[at:]]


def _place(row: Cells) -> tuple[int, ...]:
    return tuple(int(part) for part in row["sentences"].split(";")[0].split("."))


def _constant(verdict: str) -> str:
    return Verdict(verdict).name


def _free(name: str, names: set[str]) -> str | None:
    if not CLAIM.fullmatch(name):
        return "c and two digits."
    return f"There is {name} already." if name in names else None


def _all_of(text: str, allowed: list[str]) -> str | None:
    wrong = [part for part in text.split(";") if part not in allowed]
    return one_of(allowed)(wrong[0]) if wrong else None


def _sentence(text: str) -> str | None:
    if not text.endswith("."):
        return "A sentence, with its full stop."
    return f"{len(text)} letters: at most 160." if len(text) > 160 else None


def _figure(text: str) -> str | None:
    return None if re.fullmatch("(fig|tab)-[a-z0-9-]+", text) else "fig-… or tab-…."


def _query_of(table: str) -> Check:
    """A query that pandas understands and that finds something in the table."""
    rows = load(table)

    def check(text: str) -> str | None:
        try:
            return None if len(rows.query(text)) else f"No row of {table} is so."
        except Exception as error:  # of pandas, of Python's parser, of whatever the query calls
            return f"{table} can't be asked this: {error}."

    return check


def _name(text: str) -> str | None:
    return None if re.fullmatch("[a-z][a-z0-9_]*", text) else "Small letters, digits and _."


def _number(text: str) -> bool:
    return bool(re.fullmatch(r"-?\d+(\.\d+)?", text))


def _names_limit(text: str, limit: str) -> str | None:
    return None if f"{{{limit}}}" in text else f"It has to name {{{limit}}}."


if __name__ == "__main__":
    sys.exit(run({**KINDS, "claim": new_claim}, sys.argv[1:]))
