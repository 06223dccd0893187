"""The kinds of faults, what each is called, and why no rule of a table can see some of them."""

from __future__ import annotations

from dataclasses import dataclass

IN_THE_FILE, IN_ROWS, IN_NUMBERS = "the file", "whole rows", "numbers"
IN_TIME, IN_CODES, IN_TEXTS = "dates and status", "codes and sources", "texts"
IN_SOURCES = "the bibliography"


@dataclass(frozen=True)
class Kind:
    """A kind of fault; `reason` says why one that a rule does not see is left to people."""

    group: str
    words: str
    reason: str = ""


VALID = "another value that may be true: only the source can tell"
FREE = "free words, which only a reader of the source can tell from wrong ones"
OPTIONAL = "the column may be empty where nothing is known"

KINDS: dict[str, Kind] = {
    "bom": Kind(IN_THE_FILE, "a byte order mark"),
    "crlf": Kind(IN_THE_FILE, "line ends of Windows"),
    "latin1": Kind(IN_THE_FILE, "a letter in Latin-1"),
    "utf16": Kind(IN_THE_FILE, "UTF-16"),
    "empty": Kind(IN_THE_FILE, "an empty file"),
    "header_only": Kind(IN_THE_FILE, "the head alone"),
    "cut_at_row": Kind(IN_THE_FILE, "cut in half, between two rows"),
    "cut_in_row": Kind(IN_THE_FILE, "cut off inside the last row"),
    "no_last_line_end": Kind(IN_THE_FILE, "no line end at the end"),
    "semicolons": Kind(IN_THE_FILE, "semicolons for commas"),
    "header_twice": Kind(IN_THE_FILE, "two columns of one name"),
    "header_case": Kind(IN_THE_FILE, "a column's name in capitals"),
    "header_order": Kind(IN_THE_FILE, "two names of columns exchanged"),
    "extra_column": Kind(IN_THE_FILE, "a column too many"),
    "column_gone": Kind(IN_THE_FILE, "a column gone"),
    "extra_cell": Kind(IN_ROWS, "a cell too many"),
    "blank_row": Kind(IN_ROWS, "an empty row"),
    "dropped_first": Kind(IN_ROWS, "the first row dropped"),
    "dropped_middle": Kind(IN_ROWS, "a row dropped"),
    "dropped_last": Kind(IN_ROWS, "the last row dropped"),
    "doubled": Kind(IN_ROWS, "a row twice"),
    "conflicting": Kind(IN_ROWS, "a row with the key of another"),
    "shuffled": Kind(IN_ROWS, "rows in another order"),
    "swapped": Kind(IN_ROWS, "two cells of a row exchanged", "both hold what may be true there"),
    "times_1000": Kind(IN_NUMBERS, "a thousand times as much"),
    "by_1000": Kind(IN_NUMBERS, "a thousandth", "little may be true, and no neighbour says no"),
    "plus_tenth": Kind(IN_NUMBERS, "a tenth more", VALID),
    "sign": Kind(IN_NUMBERS, "the other sign", "the column holds what may be negative"),
    "decimal_comma": Kind(IN_NUMBERS, "a decimal comma"),
    "thousands": Kind(IN_NUMBERS, "a separator of thousands"),
    "exponent": Kind(IN_NUMBERS, "an exponent: 1e308"),
    "nan": Kind(IN_NUMBERS, "nan"),
    "inf": Kind(IN_NUMBERS, "inf"),
    "n_a": Kind(IN_NUMBERS, "N/A"),
    "wide_digits": Kind(IN_NUMBERS, "full-width digits"),
    "arabic_digits": Kind(IN_NUMBERS, "Arabic-Indic digits"),
    "digits_20": Kind(IN_NUMBERS, "a number of 20 digits"),
    "digits_309": Kind(IN_NUMBERS, "a number of 309 digits"),
    "unit_in_cell": Kind(IN_NUMBERS, "the unit beside the number"),
    "flipped": Kind(IN_CODES, "yes for no", VALID),
    "yes": Kind(IN_CODES, "yes for true"),
    "null": Kind(IN_ROWS, "a cell emptied", OPTIONAL),
    "year_later": Kind(IN_TIME, "a year later", VALID),
    "year_2124": Kind(IN_TIME, "a hundred years later"),
    "year_1024": Kind(IN_TIME, "a thousand years earlier"),
    "month_13": Kind(IN_TIME, "month 13"),
    "not_iso": Kind(IN_TIME, "11.03.2024"),
    "end_first": Kind(IN_TIME, "the end before the start"),
    "month_for_year": Kind(IN_TIME, "a month for its year", VALID),
    "future_actual": Kind(IN_TIME, "a result of 2031"),
    "relabelled": Kind(IN_TIME, "a target or forecast called actual", VALID),
    "wrong_code": Kind(IN_CODES, "a code that there is not", FREE),
    "code_case": Kind(IN_CODES, "a code in capitals", FREE),
    "other_code": Kind(IN_CODES, "another code of the list", VALID),
    "unknown_source": Kind(IN_CODES, "a source that there is not"),
    "other_source": Kind(IN_CODES, "another source of the list", VALID),
    "sources_by_comma": Kind(IN_CODES, "sources joined by a comma"),
    "nul": Kind(IN_TEXTS, "a NUL"),
    "control": Kind(IN_TEXTS, "a control character"),
    "zero_width": Kind(IN_TEXTS, "a character without width"),
    "right_to_left": Kind(IN_TEXTS, "a mark of direction"),
    "homoglyph": Kind(IN_TEXTS, "a letter of another alphabet"),
    "mojibake": Kind(IN_TEXTS, "letters read in a wrong encoding"),
    "decomposed": Kind(IN_TEXTS, "an accent apart from its letter"),
    "space_before": Kind(IN_TEXTS, "a space before"),
    "space_after": Kind(IN_TEXTS, "a space after"),
    "no_break_space": Kind(IN_TEXTS, "a no-break space after"),
    "html": Kind(IN_TEXTS, "HTML"),
    "script": Kind(IN_TEXTS, "a script"),
    "formula": Kind(IN_TEXTS, "a formula"),
    "long": Kind(IN_TEXTS, "100,000 characters"),
    "megabyte": Kind(IN_TEXTS, "a cell of a megabyte"),
    "bib_javascript": Kind(IN_SOURCES, "an address that is a script"),
    "bib_scheme": Kind(IN_SOURCES, "a misspelt scheme of an address"),
    "bib_no_address": Kind(IN_SOURCES, "no address"),
    "bib_quote": Kind(IN_SOURCES, "a quote in an address"),
    "bib_key": Kind(IN_SOURCES, "HTML in a key"),
    "bib_key_case": Kind(IN_SOURCES, "a key in capitals"),
    "bib_gone": Kind(IN_SOURCES, "an entry gone"),
    "bib_comment": Kind(IN_SOURCES, "an entry made a comment"),
    "bib_double": Kind(IN_SOURCES, "an entry twice"),
    "bib_same_page": Kind(IN_SOURCES, "one page under two keys"),
    "bib_broken": Kind(IN_SOURCES, "a brace gone"),
    "bib_no_title": Kind(IN_SOURCES, "no title"),
    "bib_html": Kind(IN_SOURCES, "HTML in a title"),
    "bib_nul": Kind(IN_SOURCES, "a NUL in a title"),
    "bib_month_13": Kind(IN_SOURCES, "a date in month 13"),
    "bib_future": Kind(IN_SOURCES, "read in 2099"),
    "bib_read_before": Kind(IN_SOURCES, "read before it was published"),
    "bib_dated_2124": Kind(IN_SOURCES, "published in 2124"),
    "bib_kind": Kind(IN_SOURCES, "a kind of source that there is not"),
    "bib_no_kind": Kind(IN_SOURCES, "no kind"),
    "bib_year_before": Kind(IN_SOURCES, "a date a year earlier", VALID),
    "bib_undated": Kind(IN_SOURCES, "the date gone", OPTIONAL),
    "bib_other_page": Kind(IN_SOURCES, "another page of the same site", VALID),
    "bib_bom": Kind(IN_SOURCES, "a byte order mark"),
    "bib_latin1": Kind(IN_SOURCES, "a letter in Latin-1"),
    "bib_empty": Kind(IN_SOURCES, "an empty file"),
}
