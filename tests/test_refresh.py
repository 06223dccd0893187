"""`make refresh`: what publishers answer becomes candidates beside the tables, never in them."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import publishers
import pytest
import samples
from publishers import Answer, Publishers

from caspian.refresh import CONNECTORS, brent, cells, comtrade, jodi, kazakhstan, lpi, worldbank
from openbook import edit
from openbook.refresh import client, compare, connector, enter, fetch, report
from openbook.testing import book

RAW = "raw.githubusercontent.com"


@pytest.fixture
def served(monkeypatch):
    with publishers.serving() as held:
        monkeypatch.setenv(client.VIA, held.address)
        yield held


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    """A book of the real tables that are refreshed, with their sources."""
    names = {"changes", *(feed.table for each in CONNECTORS for feed in each.feeds)}
    return samples.some_tables(tmp_path_factory.mktemp("small"), names)


@pytest.fixture
def root(small: Path, tmp_path: Path) -> Path:
    """The same, for a test to change."""
    return shutil.copytree(small, tmp_path / "a book")


def held(root: Path, table: str) -> list[dict[str, str]]:
    return edit.table_rows(root / "data" / f"{table}.csv")


def run(root: Path, *which: connector.Connector, today: str = "", **more):
    folder = root / "_build" / "refresh"
    return fetch.run(which, root, folder, today or cells.today().isoformat(), pause=0, **more)


def as_brent(root: Path, months: dict[str, float] | None = None, days: dict | None = None):
    """Brent as the tables have it, but for what a test says (None: no such row)."""
    monthly = {f"{r['period']}-15": r["value"] for r in held(root, "brent")
               if r["status"] == "actual"} | (months or {})  # fmt: skip
    daily = {r["period"]: r["value"] for r in held(root, "brent_daily")} | (days or {})

    def reply(path: str, _: dict[str, str]) -> Answer:
        rows = monthly if "monthly" in path else daily
        return publishers.prices({day: price for day, price in rows.items() if price is not None})

    return reply


def test_what_the_tables_have_is_the_same(served: Publishers, root: Path):
    served.replies[RAW] = as_brent(root)
    results, against = run(root, brent.CONNECTOR)
    assert not against and not results[0].trouble
    months, days = results[0].comparisons
    assert (months.added, months.revised, months.vanished) == ((), (), ()), months
    assert months.same == len(held(root, "brent")) and days.same == len(held(root, "brent_daily"))
    with pytest.raises(enter.Refused, match="nothing to enter"):
        enter.enter(root, root / "_build" / "refresh")


def test_added_revised_and_vanished_rows_are_told_and_entered(served: Publishers, root: Path):
    before = {path.name: path.read_bytes() for path in (root / "data").glob("*.*")}
    served.replies[RAW] = as_brent(
        root, {"2026-08-15": 91.25, "2026-09-15": 88.1, "2024-01-15": 81, "2023-05-15": None}
    )
    results, against = run(root, brent.CONNECTOR)
    assert not against
    months = results[0].comparisons[0]
    assert [row["period"] for row in months.added] == ["2026-09"]
    assert [each.old["period"] for each in months.revised] == ["2024-01", "2026-08"]
    assert [row["period"] for _, row in months.vanished] == ["2023-05"]
    told = report.report(results, against)
    assert "1 added, 2 revised, 1 vanished" in told
    assert "- revised 2024-01 (row 289): value 80.12 → 81 (+1.1%)" in told
    assert "value 90.8 → 91.25 (+0.5%), status preliminary → actual" in told
    assert "- vanished 2023-05 (row 281): it stays" in told
    assert before == {p.name: p.read_bytes() for p in (root / "data").glob("*.*")}, "tables touched"

    done = enter.enter(root, root / "_build" / "refresh")
    assert any("make references" in line for line in done), done
    rows = {row["period"]: row for row in held(root, "brent")}
    assert rows["2026-09"] == {
        "period": "2026-09", "value": "88.1", "unit": "USD/bbl", "status": "actual",
        "preferred": "true", "source": "eia_brent", "note": "",
    }  # fmt: skip
    assert rows["2026-08"]["status"] == "actual" and rows["2026-08"]["note"] == ""
    assert rows["2023-05"]["value"] == "75.47", "what vanished was lost"
    old, new = before["brent.csv"].decode(), (root / "data" / "brent.csv").read_text("utf-8")
    assert len(set(old.splitlines()) ^ set(new.splitlines())) == 5, "more than three lines changed"
    log = (root / "CHANGELOG.md").read_text("utf-8").partition("\n## 0")[0]
    assert "- `brent`: 1 row more, to 2026-09, by U.S. Energy Information Administration." in log
    assert "- `brent` 2024-01: value 80.12, now 81 (U.S. Energy Information" in log
    last = held(root, "changes")[-1]
    assert (last["release"], last["tables"], last["source"]) == ("next", "brent", "eia_brent")
    assert last["what"].startswith("2026-08: value 90.8 → 91.25, status preliminary → actual")
    assert edit.tables_command(root / "data", "check").returncode == 0
    today = cells.today().isoformat()
    entry = (root / "data" / "references.bib").read_text("utf-8").partition("{eia_brent,")[2]
    assert f"urldate = {{{today}}}" in entry[:400]
    with pytest.raises(enter.Refused, match="no candidates"):
        enter.enter(root, root / "_build" / "refresh")


def test_a_month_that_has_no_mean_yet_is_that_of_its_days(served: Publishers, root: Path):
    served.replies[RAW] = as_brent(root, days={"2026-09-01": 90.0, "2026-09-02": 91.0})
    results, _ = run(root, brent.CONNECTOR)
    (new,) = results[0].comparisons[0].added
    assert (new["period"], new["value"], new["status"]) == ("2026-09", "90.5", "preliminary")
    assert new["note"] == "Mean of 2 daily quotes to 2026-09-02"


def test_a_table_that_changed_meanwhile_is_not_overwritten(served: Publishers, root: Path):
    served.replies[RAW] = as_brent(root, {"2026-09-15": 88.1})
    run(root, brent.CONNECTOR)
    path = root / "data" / "brent.csv"
    path.write_text(path.read_text("utf-8").replace("25.51", "25.52"), "utf-8")
    with pytest.raises(enter.Refused, match=r"brent.csv has changed since.*make refresh"):
        enter.enter(root, root / "_build" / "refresh")
    assert "2026-09" not in path.read_text("utf-8")


def test_candidates_that_the_rules_refuse_are_not_entered(served: Publishers, root: Path):
    served.replies[RAW] = as_brent(root, {"2026-09-15": 880.1})
    results, against = run(root, brent.CONNECTOR)
    assert any("880.1" in line for line in against), against
    assert "The rules of the tables say no" in report.report(results, against)
    with pytest.raises(enter.Refused, match=r"880\.1"):
        enter.enter(root, root / "_build" / "refresh")


def test_a_revised_history_waits_for_a_person(served: Publishers, root: Path):
    lower = {f"{r['period']}-15": round(float(r["value"]) * 0.9, 2) for r in held(root, "brent")
             if r["status"] == "actual"}  # fmt: skip
    served.replies[RAW] = as_brent(root, lower)
    results, _ = run(root, brent.CONNECTOR)
    assert results[0].histories == ["brent"]
    assert "make refresh ACCEPT=brent" in report.report(results, [])
    assert not fetch.kept(root / "_build" / "refresh")["tables"]
    run(root, brent.CONNECTOR, accepted=["brent"])
    assert [t["table"] for t in fetch.kept(root / "_build" / "refresh")["tables"]] == ["brent"]


HTML = "<!doctype html><title>Sign in</title><p>Please"
FAULTS = {
    "html": (Answer(HTML, kind="text/html"), r"a web page \(Sign in\), not CSV.*in a browser"),
    "empty": (Answer(""), "an empty answer.*run `make refresh` again"),
    "header": (Answer("Day,Price\n2026-01-02,5\n"), "has no column Date.*mend the connector"),
    "no rows": (Answer("Date,Price\n"), "has no row for brent"),
    "cut row": (Answer("Date,Price\n2026-01-02"), "ends within a row"),
    "cut off": (Answer("Date,Price\n" + "2026-01-02,5\n" * 99, cut=200), "broke off in the middle"),
    "gone": (Answer("", 404), r"nothing there \(404\).*where it has moved"),
    "key": (Answer("", 403), r"refuses \(403\).*needs a key"),
    "broken": (Answer("", 500), r"failed \(500\)"),
    "slow down": (Answer("", 429, {"Retry-After": "3600"}), r"pause of 3600 seconds.*after \d\d:"),
    "too many": (Answer("", 429), r"no more requests for now \(429\)"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_one_line_that_says_what_to_do(served: Publishers, root: Path, fault):
    answer, told = FAULTS[fault]
    served.replies[RAW] = lambda path, query: answer
    results, _ = run(root, brent.CONNECTOR)
    trouble = str(results[0].trouble)
    assert trouble.startswith("brent: ") and "To do: " in trouble and "\n" not in trouble
    (line,) = [x for x in report.report(results, []).splitlines() if x.startswith("- brent: ")]
    assert re.search(told, line), line
    assert not fetch.kept(root / "_build" / "refresh")["tables"]


def test_without_a_network_it_says_so(monkeypatch, root: Path):
    monkeypatch.setenv(client.VIA, "http://127.0.0.1:9")  # nobody is there
    results, _ = run(root, *CONNECTORS)
    assert len(results) == len(CONNECTORS)
    for result in results:
        assert "can't be reached" in str(result.trouble) and "network" in str(result.trouble)


def test_a_short_pause_is_kept(served: Publishers, root: Path):
    whole, times = as_brent(root), []

    def reply(path: str, query: dict[str, str]) -> Answer:
        times.append(path)
        return Answer("", 429, {"Retry-After": "0"}) if len(times) == 1 else whole(path, query)

    served.replies[RAW] = reply
    results, _ = run(root, brent.CONNECTOR)
    assert not results[0].trouble and len(times) == 3


def test_what_was_fetched_is_kept_and_the_rest_is_asked_for(served: Publishers, root: Path):
    whole = as_brent(root)
    served.replies[RAW] = lambda path, query: (
        whole(path, query) if "monthly" in path else Answer("", 500)
    )
    assert run(root, brent.CONNECTOR)[0][0].trouble
    served.replies[RAW], served.asked[:] = whole, []
    assert not run(root, brent.CONNECTOR)[0][0].trouble
    assert [address.rpartition("/")[2] for address in served.asked] == ["brent-daily.csv?"]
    served.asked[:] = []
    run(root, brent.CONNECTOR, fresh=True)
    assert len(served.asked) == 2


def test_what_a_stand_in_answered_is_no_answer_of_a_publisher(
    served: Publishers, root: Path, monkeypatch
):
    served.replies[RAW] = as_brent(root, {"2026-09-15": 188.1})
    assert not run(root, brent.CONNECTOR)[0][0].trouble
    with publishers.serving() as other:
        monkeypatch.setenv(client.VIA, other.address)
        other.replies[RAW] = as_brent(root)
        assert not run(root, brent.CONNECTOR)[0][0].trouble
        assert len(other.asked) == 2


def test_half_an_answer_is_refused(served: Publishers, root: Path):
    half = {f"{r['period']}-15": None for r in held(root, "brent")[:150]}
    served.replies[RAW] = as_brent(root, half)
    results, _ = run(root, brent.CONNECTOR)
    assert "150 of the 320 rows that brent has of it are not in the answer" in str(
        results[0].trouble
    )


def test_one_connector_in_trouble_does_not_stop_another(served: Publishers, root: Path):
    served.replies[RAW] = as_brent(root, {"2026-09-15": 88.1})
    results, _ = run(root, jodi.CONNECTOR, brent.CONNECTOR)
    assert results[0].trouble and not results[1].trouble
    assert [t["table"] for t in fetch.kept(root / "_build" / "refresh")["tables"]] == ["brent"]


def test_equal_numbers_are_those_at_the_precision_of_the_table():
    assert compare.equal("2.14", "2.1368") and compare.equal("90", "90.4")
    assert not compare.equal("2.14", "2.1501") and not compare.equal("", "5")
    assert compare.equal("5", "") and compare.equal("0.8", "0.80")


# --- the World Bank


def as_indicators(root: Path, change=None):
    codes = {code: (name, size) for name, (code, _, size, _) in worldbank.CODES.items()}

    def reply(path: str, query: dict[str, str]) -> Answer:
        name, size = codes[path.rpartition("/")[2]]
        assert path.split("/")[3] == "AZE;KAZ;TUR" and query["format"] == "json"
        values = {
            (r["country"], r["period"]): float(r["value"]) * size
            for r in held(root, "country_indicators") if r["indicator"] == name
        }  # fmt: skip
        values |= {("KAZ", "2026"): None} | ((change or {}).get(name, {}))
        return publishers.indicator(values, int(query["page"]), size=40)

    return reply


def test_the_indicators_come_by_pages_with_their_vintage(served: Publishers, root: Path):
    change = {"gdp": {("AZE", "2025"): 77_123_456_789.0, ("AZE", "2024"): 75_000_000_000.0}}
    served.replies["api.worldbank.org"] = as_indicators(root, change)
    results, against = run(root, worldbank.CONNECTOR)
    assert not against and not results[0].trouble, (against, results[0].trouble)
    (found,) = results[0].comparisons
    assert [(r["period"], r["value"], r["vintage"]) for r in found.added] == [
        ("2025", "77123.5", "2026-10")
    ]
    assert found.revised[0].new["vintage"] == "2026-10" and len(found.revised) == 1
    assert len(served.asked) == 4, "two pages each"
    enter.enter(root, root / "_build" / "refresh")
    rows = held(root, "country_indicators")
    (at,) = [n for n, row in enumerate(rows) if row["period"] == "2025"]
    assert rows[at]["source"] == "wdi_202610" and rows[at - 1]["period"] == "2024"
    assert "release of 7 October 2026" in (root / "data/references.bib").read_text("utf-8")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (publishers.refused("The indicator was not found."), "says of SP.POP.TOTL: The indicator"),
        (Answer('{"data": []}'), "another shape than the World Bank's API v2"),
        (Answer("[1, 2"), "no JSON that can be read"),
    ],
)
def test_what_the_world_bank_may_answer_else(served: Publishers, root: Path, answer, told):
    served.replies["api.worldbank.org"] = lambda path, query: answer
    results, _ = run(root, worldbank.CONNECTOR)
    assert told in str(results[0].trouble)


def test_pages_that_are_missing_are_noticed(served: Publishers, root: Path):
    whole = as_indicators(root)

    def reply(path: str, query: dict[str, str]) -> Answer:
        answer = whole(path, query)
        about, rows = json.loads(answer.body)
        return Answer(json.dumps([about, rows[:-1]]))

    served.replies["api.worldbank.org"] = reply
    results, _ = run(root, worldbank.CONNECTOR)
    assert "rows that it says it has" in str(results[0].trouble)


def test_the_survey_of_2023_is_filed_under_2022(served: Publishers, root: Path):
    measures = {code: measure for measure, code in lpi.CODES.items()}

    def reply(path: str, query: dict[str, str]) -> Answer:
        measure = measures[path.rpartition("/")[2]]
        return publishers.indicator({
            (r["country"], "2022" if r["period"] == "2023" else r["period"]): float(r["value"])
            for r in held(root, "lpi") if r["measure"] == measure
        })  # fmt: skip

    served.replies["api.worldbank.org"] = reply
    results, _ = run(root, lpi.CONNECTOR)
    (found,) = results[0].comparisons
    assert not found.changes and not found.vanished and found.same > 500


# --- Kazakhstan's bureau


def as_bureau(root: Path, change: dict[str, dict[str, float]] | None = None):
    def series(name: str) -> dict[str, float]:
        if name in ("exports", "imports"):
            rows = [r for r in held(root, "kz_trade_totals") if r["flow"] == name]
            return {r["period"]: float(r["value"]) * 1e3 for r in rows}
        if name.startswith("oil_exports"):
            column = name.removeprefix("oil_exports_")
            rows = [r for r in held(root, "crude_exports_customs") if r[column]]
            return {r["period"]: float(r[column]) * 1e3 for r in rows if r["period"] < "2026-07"}
        rows = [r for r in held(root, "oil_production") if r["source"] == "bns_oil_production"]
        return {r["period"]: float(r["value"]) * 1e3 for r in rows}

    def reply(path: str, _: dict[str, str]) -> Answer:
        name = path.rpartition("/")[2].removesuffix(".csv")
        if "by_partner" in name:
            flow = name.split("_")[1]
            rows = [r for r in held(root, "kz_trade_by_partner") if r["flow"] == flow]
            lines = [f"{r['period']}-12-31,national,{r['partner']},,{1e3 * float(r['value'])},level"
                     for r in rows]  # fmt: skip
            return Answer("\n".join(["date,region,item_code,item_name,value,transformation", *lines,
                                     "2025-12-31,national,AUT,?,7.0,level", ""]))  # fmt: skip
        return publishers.months({**series(name), **(change or {}).get(name, {})})

    return reply


def test_the_bureau_feeds_four_tables(served: Publishers, root: Path):
    change = {
        "oil_exports_volume": {"2026-07": 6_700_000.0},
        "oil_exports_value": {"2026-07": 3_300_000.0},
        "oil_production": {"2026-08": 7_900.5},
        "exports": {"2026-07": 6_400_123.4},
    }
    served.replies[RAW] = as_bureau(root, change)
    results, against = run(root, kazakhstan.CONNECTOR)
    assert not against and not results[0].trouble, (against, results[0].trouble)
    found = {each.table: each for each in results[0].comparisons}
    assert not found["kz_trade_by_partner"].changes
    assert found["kz_trade_totals"].added[0]["value"] == "6400.123"
    (july,) = found["crude_exports_customs"].revised
    assert (july.old["value"], july.new["value"], july.new["volume"]) == ("", "3300", "6700")
    assert july.new["note"] == "" and found["oil_production"].added[0]["value"] == "7.9005"
    assert found["oil_production"].added[0]["preferred"] == "true"
    enter.enter(root, root / "_build" / "refresh")
    cited = (root / "data" / "references.bib").read_text("utf-8")
    assert "{bns_crude_exports_regions," not in cited, "a source that no row names any more stays"
    assert "{bns_crude_exports," in cited and "{bns_copy_" in cited


def test_a_month_twice_is_refused(served: Publishers, root: Path):
    served.replies[RAW] = lambda path, query: Answer(
        "date,value,transformation\n2026-01-01,5,level\n2026-01-01,6,level\n"
    )
    results, _ = run(root, kazakhstan.CONNECTOR)
    assert "bns/exports.csv has a month twice" in str(results[0].trouble)


# --- UN Comtrade and JODI


def test_comtrade_stands_beside_the_national_figures(served: Publishers, root: Path):
    last = publishers.THIS_YEAR - 1

    def reply(path: str, query: dict[str, str]) -> Answer:
        if query["reporterCode"] == "398" and query["period"] == str(last):
            return publishers.trade([(31, "X", 471_000_000.0), (860, "M", 999_000_000.0)])
        if query["reporterCode"] == "31" and len(query["period"]) == 6:
            return publishers.trade([(398, "M", 12_345_678.0)])
        return publishers.trade([])

    served.replies["comtradeapi.un.org"] = reply
    results, against = run(root, comtrade.CONNECTOR)
    assert "no row for bilateral_trade" in str(results[0].trouble)  # the years have to be there

    def whole(path: str, query: dict[str, str]) -> Answer:
        if query["reporterCode"] == "792" and query["period"] == str(last):
            return publishers.trade([(31, "X", 3_000_000_000.0)])
        return reply(path, query)

    served.replies["comtradeapi.un.org"] = whole
    results, against = run(root, comtrade.CONNECTOR, fresh=True)
    assert not against and not results[0].trouble, (against, results[0].trouble)
    found = {each.table: each.added for each in results[0].comparisons}
    (kz,) = [row for row in found["az_kz_trade"] if row["months"] == "12"]
    national = [r for r in held(root, "az_kz_trade") if r["period"] == str(last)
                and r["counted_by"] == "Kazakhstan" and r["flow"] == "exports"]  # fmt: skip
    assert kz["preferred"] == ("false" if national else "true") and kz["value"] == "471"
    assert len(found["az_kz_trade"]) == 1 + comtrade.MONTHS
    assert found["pair_trade"][0]["pair"] == "KAZ-UZB"
    assert (
        found["pair_trade"][0]["exporter"] == "UZB"
        and found["bilateral_trade"][0]["reporter"] == "TUR"
    )


def test_comtrade_that_cuts_off_is_noticed(served: Publishers, root: Path):
    served.replies["comtradeapi.un.org"] = lambda path, query: publishers.trade(
        [(31, "X", 1.0)] * comtrade.MOST
    )
    results, _ = run(root, comtrade.CONNECTOR)
    assert "500 of 500 rows of AZE" in str(results[0].trouble)


def test_the_same_row_twice_is_refused(served: Publishers, root: Path):
    served.replies["comtradeapi.un.org"] = lambda path, query: publishers.trade(
        [(398, "X", 1e6), (398, "X", 2e6)] if query["reporterCode"] == "31" else []
    )
    results, _ = run(root, comtrade.CONNECTOR)
    assert "az_kz_trade would have AZE-KAZ, Azerbaijan, AZE, exports" in str(results[0].trouble)
    assert "twice" in str(results[0].trouble)


def test_jodi_has_its_own_words_for_nothing(served: Publishers, root: Path):
    year = publishers.THIS_YEAR

    def reply(path: str, _: dict[str, str]) -> Answer:
        if path.endswith(f"primaryyear{year}.csv"):
            return publishers.jodi(
                [
                    *[("KZ", f"{year}-01", "7800.7"), ("KZ", f"{year}-02", "-")],
                    *[("AZ", f"{year}-01", "2100"), ("RU", f"{year}-01", "1")],
                ]
            )
        return publishers.jodi([("KZ", f"{year - 1}-12", "x")])

    served.replies["www.jodidata.org"] = reply
    results, against = run(root, jodi.CONNECTOR)
    assert not against and not results[0].trouble, (against, results[0].trouble)
    kz, az = (each.added for each in results[0].comparisons)
    assert [(r["period"], r["value"]) for r in kz] == [(f"{year}-01", "7.801")] or kz[0][
        "value"
    ] == "7.8"
    assert az[0]["value"] == "2.1" and len(az) == 1


# --- all of them


def test_each_connector_says_its_terms_and_feeds_tables_of_the_book():
    tables = {path.stem for path in (book.ROOT / "data").glob("*.csv")}
    assert len({each.name for each in CONNECTORS}) == len(CONNECTORS)
    for each in CONNECTORS:
        assert each.terms and each.address.startswith("https://") and each.period
        for feed in each.feeds:
            assert feed.table in tables
            columns = set(held(book.ROOT, feed.table)[0])
            named = {*feed.key, *feed.values, *feed.also, *feed.observation, *feed.where}
            assert named <= columns, (each.name, feed.table, named - columns)


def test_tables_are_written_as_they_are():
    for each in {feed.table for one in CONNECTORS for feed in one.feeds}:
        path = book.ROOT / "data" / f"{each}.csv"
        assert edit.table_text(edit.table_rows(path)) == path.read_text("utf-8"), each
