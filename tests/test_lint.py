"""The linter of the code inside Markdown: it finds, it mends, and it leaves the prose alone."""

from __future__ import annotations

import re
from pathlib import Path

import lint
import pytest

CHAPTER = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# A  chapter , badly spaced:  x=[1,2 ]

```{code-cell} ipython3
:tags: [hide-input]

from math import pi, tau
from pathlib import Path
import json
```

Trailing spaces stay.  \t
So does {eval}`tau`,\u202f`x=1` and the ends of lines.

```{code-cell} ipython3
---
tags: [remove-input]
---
rows = [json.dumps( 1 ),pi]
here = Path("data"); there = here
```

```
x=[1,2 ]
```

```{code-cell} ipython3
rows
```
"""


@pytest.fixture
def chapter(tmp_path: Path) -> Path:
    path = tmp_path / "chapter.md"
    path.write_bytes(CHAPTER.encode())
    return path


def line_of(text: str) -> int:
    return CHAPTER[: CHAPTER.index(text)].count("\n") + 1


def test_each_fault_is_named_with_its_line_in_the_chapter(chapter, capsys):
    assert lint.main([str(chapter)]) == 1
    found = re.findall(r"chapter\.md:(\d+): (\S+)", capsys.readouterr().out)
    imports, packed = line_of("from math"), line_of("here = ")
    assert found == [
        (str(imports), "I001"),
        (str(packed - 1), "unformatted"),
        (str(packed), "E702"),
    ]


def test_fix_mends_the_code_and_leaves_every_other_byte(chapter, capsys):
    assert lint.main(["--fix", str(chapter)]) == 0, capsys.readouterr().out
    mended = chapter.read_bytes().decode()
    imports = "import json\nfrom math import pi, tau\nfrom pathlib import Path"
    assert mended == CHAPTER.replace(
        "from math import pi, tau\nfrom pathlib import Path\nimport json", imports
    ).replace(
        'rows = [json.dumps( 1 ),pi]\nhere = Path("data"); there = here',
        'rows = [json.dumps(1), pi]\nhere = Path("data")\nthere = here',
    )
    assert lint.main(["--fix", str(chapter)]) == 0
    assert chapter.read_bytes().decode() == mended


@pytest.mark.parametrize(
    "old, new, rule",
    [
        ("rows\n```", f"{'r' * 50} = {'r' * 48}\n```", "E501"),
        ("rows\n```", "unknown\n```", "F821"),
        ("{eval}`tau`", "{eval}`taw`", "F821"),
        ("{eval}`tau`", "nothing", "F401"),
        ("rows\n```", "rows = (\n```", lint.UNREADABLE),
    ],
)
def test_what_ruff_cannot_mend_is_left_and_named(chapter, old, new, rule, capsys):
    broken = CHAPTER.replace(old, new)
    chapter.write_bytes(broken.encode())
    lint.main([str(chapter)])
    faults = re.findall(r"chapter\.md:(\d+): (\S+)", capsys.readouterr().out)
    assert rule in [code for _, code in faults]
    if rule == lint.UNREADABLE:
        assert lint.main(["--fix", str(chapter)]) == 1
        assert chapter.read_bytes().decode() == broken


def test_an_example_of_the_syntax_shows_nothing(chapter):
    chapter.write_text(
        "# A page\n\nWrite ``{eval}`btc_mt` ``.\n\n```python\nx = [1]\n```\n", "utf-8"
    )
    assert list(lint.problems(chapter)) == []


def test_code_blocks_of_other_pages_are_read_too(chapter):
    chapter.write_text("# A page\n\n```python\nx = [1,2 ]\n```\n", "utf-8")
    assert [line for line, _ in lint.problems(chapter)] == [4]
