"""Where two outputs of a cell differ, in words."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Iterator
from typing import Any


def differences(left: Any, right: Any, at: str = "") -> Iterator[str]:
    """Every place where two outputs differ: `spec.data[3].value: reference 62, now 64`."""
    if isinstance(left, dict) and isinstance(right, dict):
        for key in sorted({*left, *right}):
            where = f"{at}.{key}" if at else str(key)
            if key not in left:
                yield f"{where}: not in the reference, now {_short(right[key])}"
            elif key not in right:
                yield f"{where}: reference {_short(left[key])}, now missing"
            else:
                yield from differences(left[key], right[key], where)
    elif isinstance(left, list) and isinstance(right, list):
        if len(left) != len(right):
            yield f"{at}: reference has {len(left)} items, now {len(right)}"
        for i, (a, b) in enumerate(zip(left, right, strict=False)):
            yield from differences(a, b, f"{at}[{i}]")
    elif isinstance(left, str) and isinstance(right, str) and left != right:
        yield from _text_differences(left, right, at)
    elif left != right:
        yield f"{at}: reference {_short(left)}, now {_short(right)}"


def _text_differences(left: str, right: str, at: str) -> Iterator[str]:
    if "\n" not in left and "\n" not in right:
        same = len(list(_common(left, right)))
        start = max(0, same - 40)
        where = f"{at}: " if at else ""
        yield f"{where}reference {_short(left[start:])}, now {_short(right[start:])}"
        return
    yield f"{at}: reference (-), now (+)" if at else "reference (-), now (+)"
    lines = difflib.unified_diff(left.splitlines(), right.splitlines(), n=0, lineterm="")
    for line in itertools.islice(lines, 2, None):  # after the heads, `---` and `+++`
        if not line.startswith("@@"):
            yield _short(line)


def _common(left: str, right: str) -> Iterator[str]:
    for a, b in zip(left, right, strict=False):
        if a != b:
            return
        yield a


def _short(value: Any, length: int = 160) -> str:
    text = str(value) if isinstance(value, str) else repr(value)
    return text if len(text) <= length else text[: length - 1] + "…"
