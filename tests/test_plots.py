"""Figures carry what a reader who does not see them needs."""

import base64

import matplotlib.pyplot as plt
import pytest

from mktutils import plots

ALT = "A line that rises from zero to one between the first and the second day."


def contrast(color: str, background: str = "#ffffff") -> float:
    """Contrast ratio of WCAG 2.1 between two hex colours."""

    def luminance(c: str) -> float:
        rgb = [int(c[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        lin = [v / 12.92 if v <= 0.03928 else ((v + 0.055) / 1.055) ** 2.4 for v in rgb]
        return 0.2126 * lin[0] + 0.7152 * lin[1] + 0.0722 * lin[2]

    light, dark = sorted([luminance(color), luminance(background)], reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", ["blue", "green", "purple", "grey", "black"])
def test_colours_used_for_text_reach_the_contrast_for_reading(name):
    assert contrast(plots.COLORS[name]) >= 4.5


def test_show_displays_png_with_alt_and_a_caption_then_closes_the_figure(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, **kw: shown.append((data, kw)))
    plots.use_style()
    fig, ax = plt.subplots()
    ax.plot([0, 1])
    plots.show(fig, "Figure 3. Sales rise. They do not fall.", alt=ALT)
    (picture, picture_kw), (caption, _) = shown
    data = picture["image/png"]
    assert (data if isinstance(data, bytes) else base64.b64decode(data)).startswith(b"\x89PNG")
    assert picture_kw["metadata"]["image/png"]["alt"] == ALT
    assert caption["text/markdown"].startswith("**Figure 3.** Sales rise. They do not fall.")
    assert ALT in caption["text/markdown"]
    assert fig.number not in plt.get_fignums()


@pytest.mark.parametrize(
    ("caption", "alt", "message"),
    [
        ("Sales rise.", ALT, "must start with its number"),
        ("Figure 1. Sales rise.", "a line", "40 characters"),
    ],
)
def test_show_refuses_a_figure_without_number_or_description(caption, alt, message):
    with pytest.raises(ValueError, match=message):
        plots.show(plt.figure(), caption, alt=alt)
    plt.close("all")
