"""Pictures of the error over the logits, from the summaries in ``docs/accuracy/``: ``scegrad
generate pictures``.

The pictures compare the unit with float32 libraries in their usual form: a float32 sigmoid, then a
subtraction. Their errors are measured here, against the exact reference, on random logits of each
binade, and kept in ``docs/accuracy/libraries.json``.
"""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.special import expit

from scegrad.formats import FP16, FP32, Format
from scegrad.generate.accuracy import LIBRARIES, SUMMARIES, TITLES, summaries
from scegrad.generate.maker import ROOT
from scegrad.show.style import COLOURS, drawn, figure_of, save
from scegrad.sweep import exact

LEAST, MOST = -30, 8
"""The range of the logits in the pictures: 2**LEAST <= |x| < 2**MOST."""

SAMPLES = 1 << 14
SEED = 1

Sigmoid = Callable[[NDArray[np.float32]], NDArray[np.float32]]


def _numpy_sigmoid(x: NDArray[np.float32]) -> NDArray[np.float32]:
    with np.errstate(over="ignore"):  # exp(-x) may be infinite: the quotient is right
        return np.float32(1) / (np.float32(1) + np.exp(-x))


SIGMOIDS: dict[str, Sigmoid] = {
    "NumPy, 1 / (1 + exp(-x)) - y": _numpy_sigmoid,
    "SciPy, expit(x) - y": expit,
}
UNIT = "this unit"


def measure_library(sigmoid: Sigmoid, label: int) -> dict[str, float]:
    """The worst error in ulp for each binade of the pictures (sign and exponent field together)."""
    rng = np.random.default_rng(SEED)
    worst = {}
    for sign in (0, 1):
        for exponent in range(LEAST, MOST):
            binade = sign << 8 | exponent + FP32.bias
            logits = (binade << 23 | rng.integers(0, 1 << 23, SAMPLES)).astype(np.uint32)
            labels = np.full(SAMPLES, label, np.float32)
            results = (sigmoid(logits.view(np.float32)) - labels).view(np.uint32)
            tally, _, _ = exact.judge(FP32, results, logits, labels.view(np.uint32))
            worst[str(binade)] = float(tally["error"][binade])
    return worst


def measure_libraries() -> dict[str, Any]:
    """Errors of all libraries: per binade, and the worst."""
    binades = {
        name: {str(label): measure_library(sigmoid, label) for label in (0, 1)}
        for name, sigmoid in SIGMOIDS.items()
    }
    worst = {
        name: {label: max(errors.values()) for label, errors in labels.items()}
        for name, labels in binades.items()
    }
    return {"samples": SAMPLES, "seed": SEED, "worst": worst, "binades": binades}


def axis(fmt: Format) -> list[tuple[str, str]]:
    """Keys and names of the binades of the pictures, in the order of the logits."""
    first, last = max(LEAST, fmt.emin - 1), min(MOST, fmt.emax + 1)
    exponents = range(first, last)
    key = {exponent: exponent + fmt.bias for exponent in exponents}
    negative = [
        (str(1 << fmt.exponent_bits | key[exponent]), f"-2^{exponent}")
        for exponent in reversed(exponents)
    ]
    return negative + [(str(key[exponent]), f"2^{exponent}") for exponent in exponents]


def _label_axis(axes: Axes, names: list[str]) -> None:
    """Name every tenth binade, and 0 in the middle."""
    exponents = [int(name.split("^")[1]) for name in names]
    shown = [k for k, exponent in enumerate(exponents) if exponent % 10 == 0]
    shown = [k for k in shown if exponents[k] > min(exponents) + 3]
    texts = [f"${names[k].split('^')[0]}^{{{exponents[k]}}}$" for k in shown]
    axes.set_xticks([*shown, len(names) / 2 - 0.5], [*texts, "0"])
    axes.set_xlabel("logit, by binade")


@drawn
def worst_picture(found: dict[str, Any], measured: dict[str, Any]) -> Figure:
    """The worst error per binade of unit and libraries, for labels 0 and 1."""
    figure = figure_of(4.2)
    both = figure.subplots(1, 2, sharey=True)
    keys, names = zip(*axis(FP32), strict=True)
    for label, axes in enumerate(both):
        styles = zip(COLOURS[1:], (3, 1.2), strict=False)  # the curves overlap in places
        for (name, labels), (colour, lw) in zip(measured["binades"].items(), styles, strict=False):
            errors = [max(labels[str(label)].get(key, 0), 1e-2) for key in keys]
            axes.plot(errors, label=name, drawstyle="steps-mid", color=colour, lw=lw)
        if summary := found.get(f"fp32-logits-{label}"):
            errors = [_worst(summary, key) for key in keys]
            axes.plot(errors, label=UNIT, drawstyle="steps-mid", color=COLOURS[0], lw=2.2)
        axes.axhline(0.5, color="0.3", lw=0.8, ls=":", label="half an ulp")
        axes.set(yscale="log", title=f"fp32, y = {label}")
        _label_axis(axes, list(names))
    both[0].set_ylabel("worst error per binade, in ulp")
    figure.legend(*both[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


def _worst(summary: dict[str, Any], key: str) -> float:
    """The worst error of a binade, from the lower edge of the picture up."""
    return max(summary["binades"].get(key, {}).get("worst", 0), 1e-2)


@drawn
def density_picture(found: dict[str, Any]) -> Figure:
    """The distribution of the unit's errors in each binade, for every sweep that counted them."""
    panels = [name for name, summary in found.items() if _counts(summary).any()]
    figure = figure_of(2.1 * len(panels) + 0.3)
    rows = figure.subplots(len(panels), 1, sharey=True, squeeze=False)[:, 0]
    top = exact.BINS / exact.BINS_PER_ULP
    for name, axes in zip(panels, rows, strict=True):
        counts = _counts(found[name])
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        image = axes.imshow(
            np.ma.masked_equal(shares.T, 0),
            origin="lower",
            aspect="auto",
            extent=(-0.5, len(counts) - 0.5, 0, top),
            norm=LogNorm(1e-5, 1),
            cmap="viridis",
        )
        axes.grid(visible=False)
        axes.axhline(0.5, color="0.3", lw=0.8, ls=":")
        axes.set(title=TITLES[name], ylabel="error in ulp")
        axes.set_yticks([0, 0.1, 0.2, 0.3, 0.4, 0.5])
        _label_axis(axes, [text for _, text in axis(_format(found[name]))])
    figure.colorbar(image, ax=list(rows), label="share of the binade's results", aspect=40)
    return figure


def _format(summary: dict[str, Any]) -> Format:
    return FP16 if summary["space"]["name"].startswith("fp16") else FP32


def _counts(summary: dict[str, Any]) -> NDArray[np.float64]:
    """The histogram of each binade of the pictures; all 0 if the sweep has none.

    The errors are estimates in float64. A few of them are above half an ulp although MPFR finds
    that the result is the nearest number. If this holds for every result, these errors count as
    half an ulp.
    """
    none = [0] * exact.BINS
    binades = summary.get("binades", {})
    rows = [binades.get(key, {}).get("histogram", none) for key, _ in axis(_format(summary))]
    counts = np.array(rows, np.float64)
    if summary.get("misrounded") == 0:
        half = exact.BINS_PER_ULP // 2
        counts[:, half - 1] += counts[:, half:].sum(axis=1)
        counts[:, half:] = 0
    return counts


def main() -> None:
    """Measure the libraries and draw everything."""
    directory = ROOT / SUMMARIES
    directory.mkdir(exist_ok=True)
    measured = measure_libraries()
    (directory / f"{LIBRARIES}.json").write_text(json.dumps(measured, indent=1) + "\n")
    found = summaries()
    save(worst_picture(found, measured), directory / "worst.png")
    if any(_counts(summary).any() for summary in found.values()):
        save(density_picture(found), directory / "density.png")
