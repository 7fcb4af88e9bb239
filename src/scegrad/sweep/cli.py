"""The command line of ``scegrad sweep``; what it calls is imported when it is called."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scegrad.errors import RequestError
from scegrad.platforms import CHOICES, platform_of

if TYPE_CHECKING:
    from scegrad.sweep.spaces import Space

app = typer.Typer(
    rich_markup_mode=None,
    help="Accuracy over whole input spaces, on the Verilated lane of a core: every result is compared with the golden model, bit for bit,"
    " and with the exact result. A ledger in the output directory keeps what is done; the same command goes on from there.",
    no_args_is_help=True,
)

Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="DIR",
        help="Directory of the ledger and summary.json.  [default: out/sweep/SPACE]",
        show_default=False,
    ),
]
Shards = Annotated[
    str | None,
    typer.Option(
        metavar="A:B", help="Only the shards A to B - 1.  [default: all]", show_default=False
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        min=1,
        metavar="N",
        help="Processes of this machine.  [default: one for each processor]",
        show_default=False,
    ),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        metavar="tcp://HOST:PORT",
        help="Run on this Dask cluster instead (docs/accuracy.md).",
        show_default=False,
    ),
]
PlatformName = Annotated[
    str | None,
    typer.Option(
        "--platform",
        metavar=f"[{'|'.join(CHOICES)}]",
        help="Refuse formats that this platform lacks; the lane is the same on every platform.",
        show_default=False,
    ),
]
ShardBits = Annotated[int, typer.Option(metavar="BITS", help="A shard has 2^BITS pairs.")]


def _run(
    space: "Space",
    name: str,
    output: Path | None,
    shards: str | None,
    workers: int | None,
    scheduler: str | None,
    platform: str | None,
) -> None:
    from scegrad.sweep.command import Options, main, parse_range

    if platform is not None and not platform_of(platform).has(space.fmt):
        raise RequestError(f"{platform} does not compute {space.fmt.name}: sweep another space")
    chosen = None if shards is None else parse_range(shards, space.shards)
    raise typer.Exit(
        main(space, Options(output or Path("out/sweep") / name, chosen, workers, scheduler))
    )


@app.command("fp16-pairs")
def fp16_pairs(
    output: Output = None,
    shards: Shards = None,
    workers: Workers = None,
    scheduler: Scheduler = None,
    platform: PlatformName = None,
    shard_bits: ShardBits = 20,
) -> None:
    """All 2^32 pairs of an fp16 logit and label; each result must be correctly rounded."""
    from scegrad.sweep.spaces import Space

    _run(
        Space("fp16-pairs", shard_bits=shard_bits),
        "fp16-pairs",
        output,
        shards,
        workers,
        scheduler,
        platform,
    )


@app.command("fp32-logits")
def fp32_logits(
    label: Annotated[int, typer.Option(metavar="0|1", help="The label.", show_default=False)],
    output: Output = None,
    shards: Shards = None,
    workers: Workers = None,
    scheduler: Scheduler = None,
    platform: PlatformName = None,
    shard_bits: ShardBits = 20,
) -> None:
    """All 2^32 fp32 logits with the label 0 or 1; each result must be correctly rounded."""
    from scegrad.sweep.spaces import Space

    _run(
        Space("fp32-logits", label=label, shard_bits=shard_bits),
        f"fp32-logits-{label}",
        output,
        shards,
        workers,
        scheduler,
        platform,
    )


@app.command("fp32-halves")
def fp32_halves(
    output: Output = None,
    shards: Shards = None,
    workers: Workers = None,
    scheduler: Scheduler = None,
    platform: PlatformName = None,
    shard_bits: ShardBits = 20,
) -> None:
    """All 2^32 fp32 logits with the label 1/2; the error must be at most 0.51 ulp."""
    from scegrad.sweep.spaces import HALVES, Space

    _run(Space(HALVES, shard_bits=shard_bits), HALVES, output, shards, workers, scheduler, platform)


@app.command("fp32-stage")
def fp32_stage(
    output: Output = None,
    shards: Shards = None,
    workers: Workers = None,
    scheduler: Scheduler = None,
    platform: PlatformName = None,
    shard_bits: ShardBits = 20,
) -> None:
    """The sigmoid of all 2^31 fp32 magnitudes before it is rounded; it must be within 2^-40 of itself."""
    from scegrad.sweep.spaces import STAGE, Space

    _run(Space(STAGE, shard_bits=shard_bits), STAGE, output, shards, workers, scheduler, platform)


@app.command("fp32-random")
def fp32_random(
    count: Annotated[
        int, typer.Option(metavar="N", help="Pairs; a multiple of the size of a shard.")
    ] = 1 << 30,
    seed: Annotated[int, typer.Option(metavar="S", help="Which pairs.")] = 1,
    output: Output = None,
    shards: Shards = None,
    workers: Workers = None,
    scheduler: Scheduler = None,
    platform: PlatformName = None,
    shard_bits: ShardBits = 20,
) -> None:
    """Random fp32 pairs, hard ones being frequent; the error must be at most 0.5 ulp of the result and 2^-40 sigmoid(-|x|)."""
    from scegrad.sweep.spaces import Space

    space = Space("fp32-random", count=count, seed=seed, shard_bits=shard_bits)
    _run(space, f"fp32-random-{seed}", output, shards, workers, scheduler, platform)


@app.command()
def summary(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help="Directory of a ledger.", show_default=False)
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE.json",
            help="Write the summary there.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Sum up a ledger, also while a sweep is writing it; the exit status is 1 where a check failed."""
    from scegrad.sweep.command import describe, load_summary, write_summary

    found = load_summary(directory)
    if output:
        write_summary(output, found)
    typer.echo(describe(found))
    raise typer.Exit(0 if found["ok"] else 1)


@app.command()
def merge(
    directories: Annotated[
        list[Path],
        typer.Argument(metavar="DIR...", help="Directories of ledgers.", show_default=False),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="DIR",
            help="Directory of the joined ledger and its summary.json.",
            show_default=False,
        ),
    ],
) -> None:
    """Join the ledgers of shards that ran as separate jobs (--shards A:B), and sum up; the exit status is 1 if a check failed."""
    from scegrad.sweep.command import describe
    from scegrad.sweep.command import merge as merge_ledgers

    found = merge_ledgers(directories, output)
    typer.echo(describe(found))
    raise typer.Exit(0 if found["ok"] else 1)


@app.command()
def speed(
    shards: Annotated[int, typer.Option(min=1, metavar="N", help="Shards of each space.")] = 3,
) -> None:
    """Measure the sweep beside the bare lane, clocked in a C++ loop with nothing checked, in one process."""
    from scegrad.sweep.speed import main

    main(shards)
