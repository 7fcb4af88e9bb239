"""The command line of ``scegrad terminal``."""


def terminal() -> None:
    """Run the simulated board behind a pseudo-terminal, for programs that expect a serial device.

    It prints the device, such as /dev/pts/3, and runs until it is interrupted.
    """
    # The build of a simulator: other commands, and --help, do not need it.
    from scegrad.uart.terminal import main

    main()
