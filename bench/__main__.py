"""`make bench`: every ratio against its limit, measured in one run on one machine."""

import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import lists, pages, starts, threads
from bench.result import Result
from bench.store import MANY, SOME, make


def main() -> int:
    """Print every ratio with its goal; the exit code is 1 where a release goal is missed."""
    with TemporaryDirectory() as folder:
        many, some = Path(folder) / "many.db", Path(folder) / "some.db"
        print("making 100,000 jobs …", flush=True)
        make(many, MANY, threads=True)
        make(some, SOME)
        results = []
        parts: tuple[Callable[[], list[Result]], ...] = (
            lambda: pages.measure(many),
            lambda: starts.measure(many),
            lambda: threads.measure(many),
            lambda: lists.measure(many, some),
        )
        for part in parts:
            for result in part():
                print(f"{result}  {result.what}", flush=True)
                results.append(result)
    missed = [result.id for result in results if not result.met]
    print(f"missed: {', '.join(missed)}" if missed else "every release goal is met")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
