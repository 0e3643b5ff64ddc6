"""Figures of the lessons: one look, colour-blind-safe, always with a caption and a text description."""

from __future__ import annotations

import html
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# After Okabe and Ito (2008), "Color Universal Design": colours that people with each kind of colour blindness
# can tell apart; green and purple are darker here, so that text in them reaches a contrast of 4.5 on white.
# Yellow is left out: it is too light on white for lines and text.
COLORS = {
    "blue": "#0072B2",
    "orange": "#D55E00",
    "green": "#007A5A",
    "purple": "#A6568A",
    "sky": "#56B4E9",
    "amber": "#E69F00",
    "grey": "#6E6E6E",
    "black": "#000000",
}


def use_style() -> None:
    """Set matplotlib's defaults for every figure of the course (call once, in a lesson's first cell).

    Examples
    --------
    >>> import matplotlib as mpl
    >>> with mpl.rc_context():
    ...     use_style()
    ...     float(mpl.rcParams["figure.dpi"])
    100.0
    """
    import matplotlib as mpl

    mpl.rcParams.update(
        {
            "figure.figsize": (7.5, 3.8),
            "figure.dpi": 100,
            "figure.constrained_layout.use": True,
            "figure.facecolor": "white",
            "axes.prop_cycle": mpl.cycler(color=list(COLORS.values())),
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.titlelocation": "left",
            "axes.titleweight": "bold",
            "axes.grid": False,
            "font.size": 10.5,
            "legend.frameon": False,
        }
    )


def show(fig: Figure, caption: str, *, alt: str) -> None:
    """Show a figure with its caption and a text description, and close it.

    The picture carries `alt` as its alternative text (metadata `alt`, read by some readers).
    JupyterLab does not read that metadata yet, so the description also stands under the caption, folded.

    Parameters
    ----------
    fig : the matplotlib figure.
    caption : the conclusion that the figure supports, starting with its number: ``"Figure 1. ..."``.
    alt : what can be seen, for a reader who does not see the picture; at least 40 characters.

    Raises
    ------
    ValueError : if the caption has no number, or the description is too short to stand for the picture.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> show(plt.figure(), "Ten bars.", alt="A bar chart")
    Traceback (most recent call last):
        ...
    ValueError: the caption must start with its number, such as "Figure 1. "; got 'Ten bars.'
    """
    import matplotlib.pyplot as plt
    from IPython.display import display

    head, _, rest = caption.partition(". ")
    if not (head.startswith("Figure ") and head[7:].isdigit() and rest):
        raise ValueError(f'the caption must start with its number, such as "Figure 1. "; got {caption!r}')
    if len(alt) < 40:
        raise ValueError(f"alt must describe the picture in 40 characters or more; got {len(alt)}: {alt!r}")
    buffer = io.BytesIO()
    fig.savefig(buffer, format="png", dpi=fig.dpi)
    plt.close(fig)
    display(
        {"image/png": buffer.getvalue(), "text/plain": f"{head} (picture)"},
        raw=True,
        metadata={"image/png": {"alt": alt}},
    )
    text = (
        f"**{head}.** {rest}\n\n<details><summary>{head}: description in words</summary>\n\n"
        f"{html.escape(alt, quote=False)}\n\n</details>"
    )
    display({"text/markdown": text, "text/plain": f"{head}. {rest}"}, raw=True)
