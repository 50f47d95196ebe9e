"""`jobline simulate`: the practice carrier alone."""

from pathlib import Path

from domain import phone
from simulator.credentials import DEFAULT_NUMBER, PRACTICE_ACCOUNT, PRACTICE_TOKEN


def run(
    port: int,
    numbers: list[str],
    state: Path | None,
    customers: Path | None,
    account: str,
    token: str,
    delay_ms: int,
    until_eof: bool,
) -> int:
    """Serve until a signal, or until standard input ends with `until_eof`."""
    from simulator.server import serve

    return serve(
        port=port,
        numbers=[phone.parse(number, "US") for number in numbers] or [DEFAULT_NUMBER],
        state=state,
        customers=customers,
        account=account or PRACTICE_ACCOUNT,
        token=token or PRACTICE_TOKEN,
        delay_ms=delay_ms,
        until_eof=until_eof,
    )
