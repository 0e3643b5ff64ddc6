"""Numbers in the text of a notebook, bound to the code that computes them.

A marker is an HTML comment, invisible in the rendered text, directly after the number:
`0.81<!--= auc_test:.2f -->`, `12,345<!--= len(df):, -->`, `43 %<!--= 100*share:.0f -->`,
`**0.81**<!--= auc:.2f ~0.01 -->`. The last one allows a difference of 0.01, for a trained model's number.
"""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

_FENCE = re.compile(r"^ {0,3}(```+|~~~+).*?(?:^ {0,3}\1`*~*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)((?:(?!\1).)*?<!--=.*?)(?<!`)\1(?!`)")
_MARKER = re.compile(r"<!--=(?P<body>.*?)-->", re.DOTALL)
_NUMBER = re.compile(r"(?P<number>[-+−]?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?)(?P<percent>\s?%)?[*_`]*$")
_TOLERANCE = re.compile(r"\s~\s*(?P<size>\d*\.?\d+(?:[eE][-+]?\d+)?)\s*$")


class Marker(NamedTuple):
    """One bound number: cell (counted from 1), visible text, expression, its format, tolerance."""

    cell: int
    text: str
    expression: str
    spec: str
    tolerance: float | None


def split_expression(body: str) -> tuple[str, str]:
    """Split `expression:format` as an f-string does; colons inside the expression stay there.

    >>> split_expression("scores[1:3].mean():.2f")
    ('scores[1:3].mean()', '.2f')
    """
    cuts = [len(body), *(i for i in range(len(body) - 1, -1, -1) if body[i] == ":")]
    for cut in cuts:
        try:
            ast.parse(body[:cut].strip(), mode="eval")
        except SyntaxError:
            continue
        return body[:cut].strip(), body[cut + 1 :].strip()
    return body, ""


def markers(notebook: Mapping[str, Any]) -> Iterator[Marker]:
    """Yield the markers of a notebook's markdown cells in order; code blocks and code spans are left out."""
    for index, cell in enumerate(notebook["cells"], start=1):
        if cell["cell_type"] != "markdown":
            continue
        source = _CODE_SPAN.sub("", _FENCE.sub("", "".join(cell["source"])))
        for found in _MARKER.finditer(source):
            body = found["body"].strip()
            tolerance = None
            if size := _TOLERANCE.search(body):
                tolerance, body = float(size["size"]), body[: size.start()]
            before = _NUMBER.search(source[: found.start()])
            text = before["number"] + ("%" if before["percent"] else "") if before else ""
            yield Marker(index, text, *split_expression(body), tolerance)


def disagreement(marker: Marker, namespace: Mapping[str, Any]) -> str | None:
    """Return what is wrong with one marker, or None when its number agrees with the namespace."""
    shown = marker.expression + (f":{marker.spec}" if marker.spec else "")
    if not marker.text:
        return f"cell {marker.cell}: no number stands directly before the marker of {shown}"
    try:
        value = eval(marker.expression, dict(namespace))
        computed = format(value, marker.spec)
    except Exception as e:
        return f"cell {marker.cell}: {shown} cannot be evaluated: {type(e).__name__}: {e}"
    text = marker.text.replace("−", "-")
    plain = computed.replace("−", "-").replace(" %", "%")
    if not plain.endswith("%"):  # `43 %` beside `100*share:.0f`
        text = text.removesuffix("%")
    if marker.tolerance is not None:
        try:
            written, measured = (float(t.replace(",", "").removesuffix("%")) for t in (text, plain))
        except ValueError:
            return f"cell {marker.cell}: {shown} gives {computed!r}, which is no number"
        if "%" not in plain:
            measured = float(value)  # unrounded
        agree = abs(written - measured) <= marker.tolerance + 1e-9
    else:
        agree = text == plain
    if agree:
        return None
    allowed = f" (allowed: ±{marker.tolerance:g})" if marker.tolerance is not None else ""
    return f"cell {marker.cell}: the text says {marker.text}, {shown} gives {computed}{allowed}"


def prose(notebook: str, namespace: Mapping[str, Any]) -> None:
    """Print whether every marked number in the notebook's text agrees with the code.

    Call it in the last code cell: `prose("01_preprocessing.ipynb", globals())`. The file is read from the
    working directory, which is the notebook's folder. It raises nothing: each fault is a line that begins
    with ✗.
    """
    try:
        content = json.loads(Path(notebook).read_text(encoding="utf-8"))
        found = list(markers(content))
    except FileNotFoundError:
        print(f"✗ {notebook} is not in the working directory; start the kernel in the notebook's folder.")
        return
    except (ValueError, KeyError, TypeError) as e:
        print(f"✗ {notebook} cannot be read as a notebook ({type(e).__name__}); save it again.")
        return
    if not found:
        print(f"✗ no marked number found in the text of {notebook}")
        return
    faults = [fault for marker in found if (fault := disagreement(marker, namespace))]
    for fault in faults:
        print(f"✗ {fault}")
    if not faults:
        number = (
            "1 number in the text agrees" if len(found) == 1 else f"{len(found)} numbers in the text agree"
        )
        print(f"✓ {number} with the code")
