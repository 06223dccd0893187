"""One clock: what a chart says in local time is turned into UTC or refused."""

import altair as alt
import pandas as pd
import pytest
import vl_convert

from openbook import kernel, publish, tables, utc
from openbook.draw import WIDE, fitted

DATES = ["2024-01-01", "2024-02-01", "2024-03-11"]
DAY = {"field": "date", "type": "temporal"}
END = {"field": "end"}
NUMBER = {"field": "value", "type": "quantitative"}
VISIT = {"year": 2024, "month": 3, "date": 11}


def chart(mark="point", **parts):
    values = [{"date": date, "end": "2024-06-01", "value": 1} for date in DATES]
    return {"data": {"values": values}, "mark": mark, **parts}


def settled(**parts):
    return utc.in_utc(chart(**parts), "fig-a")


def one(path, value):
    """The value as the only leaf of dictionaries: `one("x.scale", 1)` is {"x": {"scale": 1}}."""
    for key in reversed(path.split(".")):
        value = {key: value}
    return value


UTC = {"type": "utc"}
SCALED = {**DAY, "scale": UTC}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (one("x", DAY), one("x", SCALED)),
        (one("x", {**DAY, "scale": {"type": "time", "nice": False}}),
         one("x", {**DAY, "scale": {"type": "utc", "nice": False}})),
        (one("x", {**DAY, "scale": None}), one("x", SCALED)),
        (one("color.condition", {"test": "datum.value > 1", **DAY}),
         one("color.condition", {"test": "datum.value > 1", **SCALED})),
        (one("tooltip", DAY), one("tooltip", SCALED)),
        (one("tooltip", [NUMBER, DAY]), one("tooltip", [NUMBER, SCALED])),
        ({"x": DAY, "x2": END}, {"x": SCALED, "x2": {**END, "scale": UTC}}),
        (one("facet", DAY), one("facet", SCALED)),
        (one("x", {"datum": VISIT}), one("x", {"datum": {**VISIT, "utc": True}, "scale": UTC})),
        (one("x", {**DAY, "scale": {"domain": [{"year": 2024}, "2025-01-01"]}}),
         one("x", {**DAY, "scale": {"domain": [{"year": 2024, "utc": True}, "2025-01-01"],
                                    "type": "utc"}})),
        (one("x", {**DAY, "axis": {"values": [{"year": 2024, "month": "mar"}]}}),
         one("x", {**SCALED, "axis": {"values": [{"year": 2024, "month": "mar", "utc": True}]}})),
        (one("color", {**DAY, "timeUnit": "yearmonth"}),
         one("color", {**SCALED, "timeUnit": "utcyearmonth"})),
        (one("color", {"field": "date", "timeUnit": "binnedyear"}),
         one("color", {"field": "date", "timeUnit": "binnedutcyear", "scale": UTC})),
        (one("x", {**DAY, "timeUnit": {"unit": "quarter", "step": 2}}),
         one("x", {**SCALED, "timeUnit": {"unit": "quarter", "step": 2, "utc": True},
                   "axis": {"tickMinStep": 180 * 86_400_000}})),
        (one("x", {"field": "date", "type": "ordinal", "timeUnit": "utcmonth", "axis": None}),
         one("x", {"field": "date", "type": "ordinal", "timeUnit": "utcmonth", "axis": None})),
        (one("x", NUMBER), one("x", NUMBER)),
    ],
)  # fmt: skip
def test_a_channel_is_turned(given, expected):
    assert settled(encoding=given)["encoding"] == expected


@pytest.mark.parametrize(
    ("key", "given", "expected"),
    [
        ("transform", {"timeUnit": "year", "field": "date", "as": "year"},
         {"timeUnit": "utcyear", "field": "date", "as": "year"}),
        ("transform", {"filter": {"field": "date", "range": [{"year": 2024}, {"year": 2025}]}},
         {"filter": {"field": "date", "range": [{"year": 2024, "utc": True},
                                                {"year": 2025, "utc": True}]}}),
        ("params", {"name": "a", "select": {"type": "interval"}, "value": {"x": [VISIT]}},
         {"name": "a", "select": {"type": "interval"}, "value": {"x": [{**VISIT, "utc": True}]}}),
        # a selection's map of columns to values, and a parameter's own value, are no dates
        ("params", {"name": "a", "select": {"type": "point"}, "value": [{"year": 2024}]}, None),
        ("params", {"name": "a", "value": {"year": 2024}}, None),
        ("transform", {"calculate": "utcyear(datum.date) + ' year(s)'", "as": "year"}, None),
        ("transform", {"calculate": "datum.year + time(datum.date)", "as": "year"}, None),
    ],
)  # fmt: skip
def test_a_transform_or_parameter_is_turned(key, given, expected):
    encoding = {"y": NUMBER}
    assert settled(encoding=encoding, **{key: [given]})[key] == [expected or given]


def test_rows_without_a_zone_are_in_utc():
    rows = [{"date": "2024-03-11T10:30:00"}, {"date": "2024-03-11T10:30:00+04:00"}, {"date": None}]
    expected = [{**rows[0], "date": "2024-03-11T10:30:00Z"}, *rows[1:]]
    inline = utc.in_utc({"data": {"values": rows}, "mark": "point", "encoding": {"x": DAY}}, "fig")
    assert inline["data"]["values"] == expected
    named = {"data": {"name": "a"}, "datasets": {"a": rows}, "mark": "point"}
    assert utc.in_utc({**named, "encoding": {"x": DAY}}, "fig")["datasets"]["a"] == expected


def test_a_format_of_dates_is_read_in_utc():
    spec = chart(encoding={"x": DAY})
    spec["data"]["format"] = {"parse": {"date": "date:'%Y-%m-%d'", "month": "date", "value": None}}
    parse = utc.in_utc(spec, "fig-a")["data"]["format"]["parse"]
    assert parse == {"date": "utc:'%Y-%m-%d'", "month": "date", "value": None}


def test_rows_are_no_part_of_the_drawing():
    rows = [{"date": "2024-03-11", "type": "time", "expr": "year(datum.date)"}]
    spec = {"data": {"values": rows}, "mark": "point", "encoding": {"x": DAY}}
    assert utc.in_utc(spec, "fig-a")["data"]["values"] == rows


VIEW = {"mark": "point", "encoding": {"x": DAY}}
TURNED = {"mark": "point", "encoding": {"x": SCALED}}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"layer": [VIEW, {"layer": [VIEW]}]}, {"layer": [TURNED, {"layer": [TURNED]}]}),
        ({"hconcat": [VIEW, {"vconcat": [VIEW]}]}, {"hconcat": [TURNED, {"vconcat": [TURNED]}]}),
        ({"facet": {"row": DAY}, "spec": VIEW}, {"facet": {"row": SCALED}, "spec": TURNED}),
        ({"repeat": ["date", "end"], "spec": VIEW}, {"repeat": ["date", "end"], "spec": TURNED}),
        ({"encoding": {"x": DAY}, "layer": [{"mark": "rule", "encoding": {"x2": END}}]},
         {"encoding": {"x": SCALED},
          "layer": [{"mark": "rule", "encoding": {"x2": {**END, "scale": UTC}}}]}),
    ],
    ids=["layers", "concatenated", "facets", "repeated", "inherited"],
)  # fmt: skip
def test_every_view_is_turned(given, expected):
    data = {"data": chart()["data"]}
    assert utc.in_utc({**data, **given}, "fig-a") == {**data, **expected}


LOCAL = [*("now()", "toDate(datum.date)", "timezoneoffset(datum.date)"),
         *("datetime(2024, 2, 11)", "timeFormat(datum.date, '%Y')", "timeParse('2024', '%Y')"),
         *("timeOffset('day', datum.date)", "timeSequence('day', 0, datum.date)"),
         *(f"{part}(datum.date)" for part in utc._PARTS)]  # fmt: skip


@pytest.mark.parametrize("expression", LOCAL)
@pytest.mark.parametrize(
    ("where", "parts"),
    [
        ("transform[0].calculate", lambda e: {"transform": [{"calculate": e, "as": "a"}]}),
        ("transform[0].filter", lambda e: {"transform": [{"filter": f"1 < {e}"}]}),
        ("transform[0].filter.not.or[0]", lambda e: {"transform": [one("filter.not.or", [e])]}),
        ("params[0].expr", lambda e: {"params": [{"name": "a", "expr": f"'year(' + {e}"}]}),
        ("mark.size.expr", lambda e: {"mark": {"type": "point", "size": {"expr": f"-{e}"}}}),
        *((path, lambda e, path=path: one(path, e)) for path in (
            "encoding.x.axis.labelExpr", "encoding.x.scale.domainMin.expr",
            "encoding.color.condition.test")),
    ],
)  # fmt: skip
def test_an_expression_in_local_time_is_refused(where, parts, expression):
    with pytest.raises(ValueError) as error:
        utc.in_utc({"data": {"values": []}, "mark": "point", **parts(expression)}, "fig-a")
    message, call = str(error.value), expression.partition("(")[0]
    assert message.startswith(f"fig-a: {where} is ")
    assert f"instead of {call}( write " in message


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"transform": [{"filter": {"field": "date", "timeUnit": "year", "equal": 2024}}]},
         r"fig-a: transform\[0\].filter.timeUnit is 'year'.*write an expression, utcyear"),
        ({"encoding": one("color.condition", {"test": {"field": "date", "timeUnit": "utcyear",
                                                       "equal": 2024}, "value": "red"})},
         r"fig-a: encoding.color.condition.test.timeUnit is 'utcyear'"),
        ({"encoding": {"x": {**DAY, "timeUnit": "month", "sort": [{"month": 3}]}}},
         r"fig-a: encoding.x.sort is .*make it a column of texts"),
        ({"encoding": {"x": {**DAY, "timeUnit": {"maxbins": 9}}}},
         r"fig-a: encoding.x.timeUnit is .*name its unit"),
        ({"encoding": {"x": {**DAY, "axis": {"formatType": "time", "format": "%Y"}}}},
         r"fig-a: encoding.x.axis.formatType is 'time'.*leave it out"),
        ({"data": {"values": [{"date": "11 March 2024"}]}, "encoding": {"y": DAY}},
         r"fig-a: encoding.y.field is '11 March 2024'.*write date as 2024-03-11"),
        ({"data": {"name": "a"}, "datasets": {"a": [{"date": "2024/3/1"}]},
          "repeat": {"row": ["date"]},
          "spec": {"mark": "bar", "encoding": {"x": {**DAY, "field": {"repeat": "row"}}}}},
         r"fig-a: spec.encoding.x.field is '2024/3/1'"),
        # what the walk through the spec can't see shows in the compiled chart
        ({"encoding": {"x": {**DAY, "scale": {"domain": ["1 January 2024", "2025-01-01"]}}}},
         r"fig-a: .*datetime\(\"1 January 2024\"\).*Write dates as 2024-03-11"),
        ({"encoding": {"x": {"datum": "2024-03-11T10:00", "type": "temporal"}}},
         r"fig-a: .*datetime\(\"2024-03-11T10:00\"\)"),
        ({"mark": "boxplot", "encoding": {"x": DAY, "y": NUMBER}},
         r"fig-a: .*timeFormat\(datum\[.*draw its parts as plain marks"),
        ({"mark": "errorband", "encoding": {"x": DAY, "y": NUMBER}}, r"fig-a: .*timeFormat\("),
        ({"encoding": {"shape": DAY}}, r"fig-a: .*legends\[0\].formatType.*column of texts"),
        ({"mark": "line", "encoding": {"strokeDash": DAY, "y": NUMBER}}, r"fig-a: .*formatType"),
    ],
)  # fmt: skip
def test_what_would_use_local_time_is_refused(parts, message):
    with pytest.raises(ValueError, match=message):
        utc.in_utc(chart() | parts, "fig-a")


def test_what_is_turned_compiles_to_no_local_time():
    channel = {**DAY, "timeUnit": "yearmonth"}
    encoding = {"x": channel, "x2": END, "color": channel, "y": {**DAY, "sort": "-x"},
                "tooltip": [DAY, channel], "row": channel, "href": DAY}  # fmt: skip
    spec = chart(mark="bar", encoding=encoding)
    spec["transform"] = [{"timeUnit": "month", "field": "date", "as": "month"}]
    spec["params"] = [{"name": "brush", "select": "interval"}]
    assert len(list(utc._local(vl_convert.vegalite_to_vega(spec)))) > 10
    assert not list(utc._local(vl_convert.vegalite_to_vega(utc.in_utc(spec, "fig-a"))))


@pytest.fixture
def rows():
    source = next(iter(tables.references()))
    return pd.DataFrame({"date": DATES, "value": [1, 2, 3], "source": source})


WORDS = {"name": "fig-test", "title": "T", "subtitle": "S", "alt": "A"}


def test_every_drawing_comes_from_the_turned_spec(rows, monkeypatch):
    plain = alt.Chart(rows).mark_point().encode(x="date:T", y="value:Q")
    figure = publish.figure(plain, narrow=plain.properties(height=90), **WORDS)
    for spec in (figure.bundle.spec, figure.bundle.narrow):
        assert spec["encoding"]["x"]["scale"] == UTC
    shown = []
    monkeypatch.delenv(kernel.RUN, raising=False)
    monkeypatch.setattr(alt.JupyterChart, "enable_offline", lambda _: None)
    monkeypatch.setattr(alt.JupyterChart, "_repr_mimebundle_", lambda self: ({"widget": self}, {}))
    monkeypatch.setattr("IPython.display.display", lambda item, **_: shown.append(item))
    figure._ipython_display_()
    widgets = [item["widget"] for item in shown if isinstance(item, dict)]
    assert [widget.spec for widget in widgets] == [fitted(figure.bundle.spec, WIDE)]


@pytest.mark.parametrize("which", ["chart", "narrow"])
def test_a_figure_in_local_time_is_refused_by_name(rows, which):
    plain = alt.Chart(rows).mark_point().encode(x="date:T")
    local = plain.transform_filter("year(datum.date) == 2024")
    given = {"chart": plain, "narrow": plain} | {which: local}
    with pytest.raises(ValueError, match=r"fig-test: transform\[0\].filter is .* write utcyear\("):
        publish.figure(**given, **WORDS)


def test_the_rows_of_a_figure_stay_as_given(rows):
    rows["date"] = pd.to_datetime(rows["date"])
    bundle = publish.figure(alt.Chart(rows).mark_point().encode(x="date:T"), **WORDS).bundle
    assert bundle.rows[0]["date"] == "2024-01-01T00:00:00"
    assert next(iter(bundle.spec["datasets"].values()))[0]["date"] == "2024-01-01T00:00:00Z"
