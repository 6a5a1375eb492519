"""The command `convlens`."""

import time

STARTED = time.monotonic()  # a budget of minutes counts from here, the import of PyTorch included


def main() -> None:
    """Run the command line."""
    from convlens.cli import run

    run(STARTED)


if __name__ == "__main__":
    main()
