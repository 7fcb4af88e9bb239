"""Pictures of the error over the logits, from the summaries in ``docs/accuracy/``: ``python -m scegrad.generate.accuracy_pictures``.

Beside the unit stand float32 libraries as they are used: a float32 sigmoid, then a subtraction. Their errors are measured here, with
the exact side, on logits drawn from each binade, and kept in ``docs/accuracy/libraries.json``.
"""

import json
from collections.abc import Callable
from typing import Any

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from scegrad.formats import FP16, FP32, Format
from scegrad.generate.accuracy import LIBRARIES, SUMMARIES, summaries
from scegrad.generate.maker import ROOT
from scegrad.sweep import exact

mpl.use("Agg")
import matplotlib.pyplot as plt

LEAST, MOST = -30, 8
"""Binades of logits that are drawn: 2**LEAST <= |x| < 2**MOST."""

SAMPLES = 1 << 14
SEED = 1

Sigmoid = Callable[[NDArray[np.float32]], NDArray[np.float32]]


def _numpy_sigmoid(x: NDArray[np.float32]) -> NDArray[np.float32]:
    with np.errstate(over="ignore"):  # exp(-x) is infinite for large -x, and the quotient right
        return np.float32(1) / (np.float32(1) + np.exp(-x))


SIGMOIDS: dict[str, Sigmoid] = {
    "NumPy, 1 / (1 + exp(-x)) - y": _numpy_sigmoid,
    "SciPy, expit(x) - y": expit,
}
UNIT = "this unit"


def measure_library(sigmoid: Sigmoid, label: int) -> dict[str, float]:
    """The worst error in ulp for each binade that is drawn (sign and exponent field as one number)."""
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
    """Keys of the binades that are drawn, from the most negative logits to the most positive ones, with what they are called."""
    first, last = max(LEAST, fmt.emin - 1), min(MOST, fmt.emax + 1)
    exponents = range(first, last)
    key = {exponent: exponent + fmt.bias for exponent in exponents}
    negative = [
        (str(1 << fmt.exponent_bits | key[exponent]), f"-2^{exponent}")
        for exponent in reversed(exponents)
    ]
    return negative + [(str(key[exponent]), f"2^{exponent}") for exponent in exponents]


def _label_axis(axes: Any, names: list[str]) -> None:
    ticks = {k: int(name.split("^")[1]) for k, name in enumerate(names)}
    shown = [
        k
        for k, exponent in ticks.items()
        if exponent % 5 == 0 and exponent > min(ticks.values()) + 1
    ]
    axes.set_xticks(
        shown,
        [f"${names[k].split('^')[0]}^{{{ticks[k]}}}$" for k in shown],
        rotation=60,
        fontsize=7,
    )
    axes.set_xlabel("logit, by binade")


def draw_worst(found: dict[str, Any], measured: dict[str, Any]) -> None:
    """The worst error per binade of unit and libraries, for labels 0 and 1."""
    figure, both = plt.subplots(1, 2, figsize=(11, 4), sharey=True, layout="constrained")
    keys, names = zip(*axis(FP32), strict=True)
    for label, axes in enumerate(both):
        for name, labels in measured["binades"].items():
            axes.plot(
                [max(labels[str(label)].get(key, 0), 1e-2) for key in keys],
                label=name,
                drawstyle="steps-mid",
            )
        summary = found.get(f"fp32-logits-{label}")
        if summary:
            axes.plot(
                [max(summary["binades"].get(key, {}).get("worst", 0), 1e-2) for key in keys],
                label=UNIT,
                drawstyle="steps-mid",
                lw=2,
            )
        axes.axhline(0.5, color="grey", lw=0.7, ls=":")
        axes.set(yscale="log", title=f"fp32, y = {label}")
        _label_axis(axes, list(names))
    both[0].set_ylabel("worst error of the binade, in ulp")
    both[1].legend(loc="upper left", fontsize=8)
    figure.savefig(ROOT / SUMMARIES / "worst.png", dpi=110)
    plt.close(figure)


def draw_density(found: dict[str, Any]) -> None:
    """How the unit's errors are spread in each binade."""
    panels = [
        (name, FP16 if name.startswith("fp16") else FP32)
        for name in ("fp16-pairs", "fp32-logits-0", "fp32-logits-1")
        if name in found
    ]
    figure, all_axes = plt.subplots(
        1,
        len(panels),
        figsize=(4.6 * len(panels), 3.8),
        sharey=True,
        layout="constrained",
        squeeze=False,
    )
    for (name, fmt), axes in zip(panels, all_axes[0], strict=True):
        keys, names = zip(*axis(fmt), strict=True)
        binades = found[name]["binades"]
        counts = np.array(
            [binades[key]["histogram"] if key in binades else [0] * exact.BINS for key in keys],
            float,
        )
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        extent = (-0.5, len(keys) - 0.5, 0, exact.BINS / exact.BINS_PER_ULP)
        norm = mpl.colors.LogNorm(1e-5, 1)
        image = axes.imshow(
            np.ma.masked_equal(shares.T, 0),
            origin="lower",
            aspect="auto",
            extent=extent,
            norm=norm,
            cmap="viridis",
        )
        axes.axhline(0.5, color="grey", lw=0.7, ls=":")
        axes.set_title(
            {
                "fp16-pairs": "fp16, every pair",
                "fp32-logits-0": "fp32, y = 0",
                "fp32-logits-1": "fp32, y = 1",
            }[name]
        )
        _label_axis(axes, list(names))
    all_axes[0][0].set_ylabel("error, in ulp of the exact result")
    figure.colorbar(image, ax=all_axes[0].tolist(), label="share of the binade's results")
    figure.savefig(ROOT / SUMMARIES / "density.png", dpi=110)
    plt.close(figure)


def main() -> None:
    """Measure the libraries and draw everything."""
    (ROOT / SUMMARIES).mkdir(exist_ok=True)
    measured = measure_libraries()
    (ROOT / SUMMARIES / f"{LIBRARIES}.json").write_text(json.dumps(measured, indent=1) + "\n")
    found = summaries()
    draw_worst(found, measured)
    if any("fp32-random" not in name for name in found):
        draw_density(found)


if __name__ == "__main__":
    main()
