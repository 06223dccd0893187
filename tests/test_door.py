"""What the door asks of any text, date and file, whatever the table: one slip each."""

import pandas as pd
import pytest

from openbook.tables import bibliography, csvfile, history, rules, stamps, texts
from openbook.tables.options import Context
from openbook.tables.violations import ValidationError, Violation, nearest

FAIR = [
    "", "up 4 percent", "a line\nand another", "Türkiye, 1\u202f200 t", "Қазақстан", "Ελλάδα",
    "Актау (Aktau)", "R&D; a < b, 4 > 3", "“quoted” – and so on…", "naïve café", "İstanbul", "8–10",
]  # fmt: skip
UNFAIR = {
    "Azer\x00baijan": "U+0000",
    "Azer\x1b[31mbaijan": "U+001B",
    "Azer\u200bbaijan": "U+200B",
    "\u202ebaijan": "U+202E",
    "soft\u00adhyphen": "U+00AD",
    "private \ue000": "U+E000",
    "filler \u3164": "U+3164",
    " Aktau": "begins or ends with a space",
    "Aktau\u00a0": "begins or ends with a space",
    "Aktau\n": "begins or ends with a space",
    "cafe\u0301": "accents apart",
    "Aktau <b>port</b>": "is markup",
    "<script>alert(1)</script>": "is markup",
    "Aktau &amp; Baku": "is markup",
    "Aktau &#60;": "is markup",
    "１２ ships": "Write 1.",
    "\u0661\u0662 ships": "Write 1.",
    "TÃ¼rkiye": '"Ã¼" stands where "ü" was meant',
    "8â€“10": 'stands where "–" was meant',
    "\u0410ktau": "mixes Cyrillic and Latin letters",
    "of \u0430 year": "looks like Latin letters and is Cyrillic",
}


@pytest.mark.parametrize("text", FAIR)
def test_a_fair_text_is_left_alone(text):
    assert texts.untidy(text) is None
    assert texts.unfit(text) is None


@pytest.mark.parametrize("text", UNFAIR)
def test_a_text_is_what_it_looks_like(text):
    told = texts.unfit(text)
    assert told == texts.untidy(text)
    assert UNFAIR[text] in " ".join(told)


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+23 percent", "-34 percent", "@SUM(1)", "＝1"])
def test_no_cell_is_a_formula(text):
    assert "begins as a formula does" in texts.unfit(text)[0]
    assert texts.unfit(text, pattern=r"\S+( \S+)*") is not None
    assert texts.unfit("-4 5;6 7", pattern="[-0-9 ;]+") is None
    assert texts.unfit(f"a{text}") is None


def test_a_long_text_is_refused_in_a_short_line():
    told = texts.unfit("x" * 100_000)
    assert told[0] == "the text has 100,000 characters"
    assert texts.unfit("x" * texts.LONGEST) is None
    assert texts.unfit("x" * 12, 10)[1].startswith("a text has at most 10")
    line = Violation(f'"{"y" * 10_000}\x1b[31m" is no key', "r", nearest("y" * 10_000, ["y"]))
    assert len(line.text("t.csv")) < 500
    assert "<U+001B>[31m" in line.text("t.csv")


def test_a_table_that_ends_within_a_line_may_be_cut():
    assert len(csvfile.read_rows(b"a,b\n1,2\n", ["a", "b"])) == 1
    with pytest.raises(ValidationError) as caught:
        csvfile.read_rows(b"a,b\n1,2", ["a", "b"])
    assert "ends within a line" in caught.value.args[0].problem


def test_a_cell_longer_than_csv_reads_is_refused_each_time():
    raw = b"a,b\n1," + b"x" * 200_000 + b"\n"
    for limit in (10_000_000, csvfile.LONGEST_CELL):
        csvfile.csv.field_size_limit(limit)  # as frictionless raises it
        with pytest.raises(ValidationError) as caught:
            csvfile.read_rows(raw, ["a", "b"])
        assert "begins on line 2 can't be read" in caught.value.args[0].problem


# --- nothing is known before it began


@pytest.mark.parametrize(
    "period, status, published, told",
    [
        ("2024", "actual", {"a": "2024-05-01"}, False),  # began before: a part of the year
        ("2024-05-02", "actual", {"a": "2024-05-01"}, False),  # the page's timezone
        ("2024-05-03", "actual", {"a": "2024-05-01"}, True),
        ("2024-06", "preliminary", {"a": "2024-05"}, False),
        ("2025", "actual", {"a": "2024"}, False),
        ("2025-01-02", "actual", {"a": "2024"}, True),
        ("2025", "target", {"a": "2023-05"}, False),
        ("2025", "actual", {"a": "2023-05", "b": "2025-03"}, False),
        ("2025", "actual", {"a": "2023-05", "b": ""}, False),  # who knows
    ],
)
def test_what_begins_after_its_sources_was_announced(period, status, published, told):
    row = {"period": period, "status": status, "source": ";".join(published)}
    context = Context(lambda _: None, str, dict.fromkeys(published, "2026-11-30"), published)
    found = list(rules.violations([], pd.DataFrame([row]), context))
    assert [each.column for each in found] == ["status"] * told
    assert not told or "was announced, not counted" in found[0].rule


@pytest.mark.parametrize(
    "row, told",
    [
        ({"signed": "2051"}, False),
        ({"signed": "2052-01"}, True),
        ({"signed": None}, False),
        ({"signed": "2099", "status": "forecast"}, False),
        ({"signed": "2099", "status": "estimate"}, True),
    ],
)
def test_a_date_far_ahead_is_foreseen_or_a_slip(row, told):
    fields = [{"name": "signed", "openbook:period": True}]
    stated, _ = rules.read_rules({"name": "t", "schema": {"fields": fields}})
    context = Context(lambda _: None, str, {"a": "2026-11-30", "b": "2019"})
    found = list(rules.violations(stated, pd.DataFrame([row]), context))
    assert [each.column for each in found] == ["signed"] * told


# --- the bibliography


def entry(**fields):
    told = {
        "title": "Review", "author": "{Agency}", "howpublished": "agency",
        "url": "https://example.org/", "date": "2024-05", "urldate": "2026-11-23",
    } | fields  # fmt: skip
    lines = [f"  {name} = {{{text}}}" for name, text in told.items()]
    return "@misc{k_1,\n" + ",\n".join(lines) + "\n}\n"


@pytest.mark.parametrize(
    "fields, told",
    [
        ({}, ""),
        ({"urldate": "2999-01-01"}, "which is to come"),
        ({"date": "2026-12"}, "before its date"),
        ({"title": "Review <img src=x>"}, "is markup"),
        ({"author": "{Agency\u200b}"}, "U+200B"),
        ({"url": "https://example.org/\x07"}, "has the url"),
    ],
)
def test_an_entry_is_plain_and_of_its_time(fields, told):
    try:
        bibliography.read_sources(entry(**fields).encode())
        found = ""
    except ValidationError as broken:
        found = " ".join(f"{each.problem} {each.rule}" for each in broken.args)
    assert (told in found) and bool(told) == bool(found)


@pytest.mark.parametrize("notes, told", [("", 1), ("{A file},{}", 1), ("{A file},{Another}", 0)])
def test_a_page_is_one_source(notes, told):
    one, other = (f", note = {note}" if note else "" for note in [*notes.split(","), "", ""][:2])
    text = entry().replace("\n}", f"{one}\n}}")
    text += entry(url="https://example.org/#2").replace("\n}", f"{other}\n}}").replace("k_1", "k_2")
    try:
        found = bibliography.read_sources(text.encode()) and ()
    except ValidationError as broken:
        found = broken.args
    assert [each.problem for each in found] == [
        'entry "k_2" has the address and the day of "k_1"'
    ] * told


@pytest.mark.parametrize(
    "date, told", [("2024-05-31", 1), ("2024", 1), ("", 1), ("2024-06", 0), ("2023", 0)]
)
def test_a_page_of_another_day_is_another_edition(date, told):
    text = entry() + entry(date=date).replace("k_1", "k_2").replace("  date = {},\n", "")
    try:
        found = bibliography.read_sources(text.encode()) and ()
    except ValidationError as broken:
        found = broken.args
    assert ["the day of" in each.problem for each in found] == [True] * told


# --- stamps: what a renewal changes is told, what is gone is named


HELD = {"name": "t", "hash": "sha256:old", "rows": 12, "openbook": {"coverage": "2019/2024"}}


@pytest.mark.parametrize(
    "now, told",
    [
        ({}, []),
        ({"rows": 13}, []),
        ({"rows": 11}, ["the table had 12 rows, now 11"]),
        ({"openbook": {"coverage": "2019/2025"}}, []),
        ({"openbook": {"coverage": "2019-06/2024-03"}}, []),  # the years are the same
        ({"openbook": {"coverage": "2020/2024"}}, ["the rows covered 2019/2024, now 2020/2024"]),
        ({"hash": "sha256:old", "rows": 11}, []),  # the stamp was edited, not the table
    ],
)
def test_what_is_gone_is_named_before_it_is_stamped(now, told):
    stamp = HELD | {"hash": "sha256:new"} | now
    found = list(stamps.lost(HELD, stamp))
    assert [each.problem for each in found] == told
    assert all("make data FEWER=t" in each.fix for each in found)
    unknown = {key: value for key, value in HELD.items() if key != "rows"}
    assert list(stamps.lost(unknown, stamp)) == []


def test_a_renewal_says_what_it_changes():
    new = HELD | {"hash": "sha256:new"}
    assert stamps.moved(HELD, HELD) == "its description"
    assert stamps.moved(HELD, new) == "12 rows as before, other cells"
    assert stamps.moved(HELD, new | {"rows": 13}) == "12 → 13 rows"
    longer = new | {"openbook": {"coverage": "2019/2025"}}
    assert stamps.moved(HELD, longer) == "2019/2024 → 2019/2025"


def test_edited_rows_are_told_as_old_and_new():
    old = [{"port": name, "year": "2024", "boxes": boxes} for name, boxes in ("A1", "B2", "C3")]
    new = [old[0], old[1] | {"boxes": "7"}, {"port": "D", "year": "2025", "boxes": "4"}]
    assert list(history.differences(old, new)) == [
        "B, 2024: boxes 2 → 7",
        "new: D, 2025, 4",
        "gone: C, 2024, 3",
    ]


def test_without_git_no_row_is_told(tmp_path):
    (tmp_path / "t.csv").write_text("a\n1\n", "utf-8")
    assert history.since_the_last_commit(tmp_path / "t.csv") == []
