"""The command line of ``scegrad sweep``; what it calls is imported when it is called."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from scegrad.errors import RequestError
from scegrad.options import argument, option, output_option, platform_option, with_options
from scegrad.platforms import platform_of

app = typer.Typer(
    rich_markup_mode=None,
    help="Accuracy over whole input spaces, on the Verilated lane of a core: every result is"
    " compared with the golden model, bit for bit,"
    " and with the exact result. A ledger in the output directory keeps what is done; the same"
    " command goes on from there.",
    no_args_is_help=True,
)

Label = Annotated[int, option("0|1", "The label.")]
Count = Annotated[int, typer.Option(metavar="N", help="Pairs; a multiple of the size of a shard.")]
Seed = Annotated[int, typer.Option(metavar="S", help="Which pairs.")]


@dataclass(frozen=True)
class How:
    """The options of every sweep: the part of the space, the ledger's place, and the workers."""

    output: Annotated[
        Path | None,
        output_option("Directory of the ledger and summary.json.  [default: out/sweep/SPACE]"),
    ] = None
    shards: Annotated[
        str | None,
        option(
            "A:B",
            "Only the shards A to B - 1; A: is to the last, :B from the first.  [default: all]",
        ),
    ] = None
    workers: Annotated[
        int | None,
        option("N", "Processes of this machine.  [default: one for each processor]", min=1),
    ] = None
    scheduler: Annotated[
        str | None,
        option("tcp://HOST:PORT", "Run on this Dask cluster instead (docs/accuracy.md)."),
    ] = None
    platform: Annotated[
        str | None,
        platform_option(
            "Refuse formats that this platform lacks; the lane is the same on every platform."
        ),
    ] = None
    shard_bits: Annotated[int, typer.Option(metavar="BITS", help="A shard has 2^BITS pairs.")] = 20

    def sweep(self, name: str, directory: str, **words: int) -> None:
        """Run the space ``name``, by default in out/sweep/``directory``, and exit."""
        # NumPy and the lanes: other commands, and --help, do not need them.
        from scegrad.sweep.command import SweepOptions, main, parse_range
        from scegrad.sweep.spaces import Space

        space = Space(name, shard_bits=self.shard_bits, **words)
        if self.platform is not None and not platform_of(self.platform).has(space.fmt):
            raise RequestError(
                f"{self.platform} does not compute {space.fmt.name}: sweep another space"
            )
        chosen = None if self.shards is None else parse_range(self.shards, space.shards)
        output = self.output or Path("out/sweep") / directory
        raise typer.Exit(main(space, SweepOptions(output, chosen, self.workers, self.scheduler)))


def _whole(name: str, text: str) -> None:
    """Add the command of a space that has no options of its own."""

    @with_options
    def command(options: How) -> None:
        options.sweep(name, name)

    app.command(name, help=text)(command)


_whole(
    "fp16-pairs",
    "All 2^32 pairs of an fp16 logit and label; each result must be correctly rounded.",
)


@app.command("fp32-logits")
@with_options
def fp32_logits(label: Label, options: How) -> None:
    """All 2^32 fp32 logits with the label 0 or 1; each result must be correctly rounded."""
    options.sweep("fp32-logits", f"fp32-logits-{label}", label=label)


_whole(
    "fp32-halves", "All 2^32 fp32 logits with the label 1/2; the error must be at most 0.51 ulp."
)
_whole(
    "fp32-stage",
    "The sigmoid of all 2^31 fp32 magnitudes before it is rounded; it must be within 2^-40 of"
    " itself.",
)


@app.command("fp32-random")
@with_options
def fp32_random(options: How, count: Count = 1 << 30, seed: Seed = 1) -> None:
    """Random fp32 pairs, hard ones being frequent.

    The error must be at most 0.5 ulp of the result and 2^-40 sigmoid(-|x|).
    """
    options.sweep("fp32-random", f"fp32-random-{seed}", count=count, seed=seed)


@app.command()
def summary(
    directory: Annotated[Path, argument("DIR", "Directory of a ledger.")],
    output: Annotated[
        Path | None,
        output_option("Write the summary there.", "FILE.json"),
    ] = None,
) -> None:
    """Sum up a ledger, also while a sweep is writing it; the exit status is 1 if a check
    failed.
    """
    from scegrad.files import text_stream
    from scegrad.sweep.command import describe, load_summary, write_summary

    found = load_summary(directory)
    if output:
        write_summary(output, found)
    typer.echo(describe(found), text_stream(output))
    raise typer.Exit(0 if found["ok"] else 1)


@app.command()
def merge(
    directories: Annotated[
        list[Path],
        argument("DIR...", "Directories of ledgers."),
    ],
    output: Annotated[
        Path,
        output_option("Directory of the joined ledger and its summary.json."),
    ],
) -> None:
    """Join the ledgers of shards that ran as separate jobs (--shards A:B), and sum up; the exit
    status is 1 if a check failed.
    """
    from scegrad.sweep.command import describe
    from scegrad.sweep.command import merge as merge_ledgers

    found = merge_ledgers(directories, output)
    typer.echo(describe(found))
    raise typer.Exit(0 if found["ok"] else 1)


@app.command()
def speed(
    shards: Annotated[int, typer.Option(min=1, metavar="N", help="Shards of each space.")] = 3,
) -> None:
    """Measure the sweep beside the bare lane, clocked in a C++ loop with nothing checked, in one
    process.
    """
    from scegrad.sweep.speed import main

    main(shards)
