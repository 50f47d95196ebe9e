"""Asking for what is missing: only where somebody sits at the terminal."""

import getpass
import os
import sys

from domain.errors import Refusal


def ask(value: str, question: str, option: str) -> str:
    """The value, or the answer typed at the terminal; Refusal naming the option where there is no terminal."""
    if value.strip():
        return value.strip()
    if not sys.stdin.isatty():
        raise Refusal(f"{option} is missing.")
    answer = input(f"{question}: ").strip()
    if not answer:
        raise Refusal(f"{option} is missing.")
    return answer


def ask_pin(name: str, from_stdin: bool, needed: bool) -> str | None:
    """A PIN from standard input, from JOBLINE_PIN, or typed twice unseen; None where not `needed` and not given."""
    if from_stdin:
        return sys.stdin.readline().strip()
    if os.environ.get("JOBLINE_PIN"):
        return os.environ["JOBLINE_PIN"]
    if not sys.stdin.isatty():
        if needed:
            raise Refusal("A PIN is missing: set JOBLINE_PIN, or give it on standard input with --pin-stdin.")
        return None
    pin = getpass.getpass(f"PIN for {name} (at least six digits): ")
    if pin != getpass.getpass("The same PIN again: "):
        raise Refusal("The two PINs differ. Nothing was changed; try again.")
    return pin
