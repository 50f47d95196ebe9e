"""The command line: what each command is called and takes. The work is in `app.commands`.

Nothing heavy is imported here: `--help` and the bare start load neither Textual nor SQLModel.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from domain.errors import Refusal

VERSION = "0.1.0"


def main() -> None:
    """Run one command; errors become one sentence on standard error and exit code 1."""
    arguments = sys.argv[1:]
    if arguments in ([], ["desk"]):
        sys.exit(guarded(lambda: _desk(shared=bool(arguments), config=None)))
    from app.commands.tree import build

    build()()


def guarded(work: Callable[[], int | None]) -> int:
    """Run something; what goes wrong is told in one sentence, never as a traceback."""
    try:
        return work() or 0
    except Refusal as refusal:
        print(f"jobline: {refusal.sentence}", file=sys.stderr)  # noqa: T201
        return 1
    except (KeyboardInterrupt, BrokenPipeError):
        return 130
    except Exception as error:
        from app.crash import in_words

        print(f"jobline: {in_words(error)}", file=sys.stderr)  # noqa: T201
        return 1


def _desk(shared: bool, config: Path | None) -> int:
    from app import settings
    from app.desk import run

    return run(settings.load(config), shared)
