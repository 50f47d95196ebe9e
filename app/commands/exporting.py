"""`jobline export`: conversations as JSON."""

import json

from app.commands.session import acting
from app.settings import Settings
from app.wiring import Readers
from domain.errors import Refusal
from domain.jobs import JobFilter, Order, Window
from domain.permissions import Act, demand
from messaging.export import conversation


def run(settings: Settings, number: str, everything: bool, form: str, as_name: str) -> int:
    """Write one job, or with `everything` one line for each job, as the user sees them."""
    if form != "json":
        raise Refusal(f"“{form}” is no format for export. json is the only one.")
    if bool(number) == everything:
        raise Refusal("Say which: --job NUMBER for one job, or --all for every job.")
    readers = Readers(settings.database_url)
    try:
        readers.reads.check_schema()
        user = acting(readers, as_name)
        demand(user, Act.EXPORT)
        if number:
            job = readers.threads.job_numbered(user, number)
            if job is None:
                raise Refusal(f"There is no job {number}. The job list shows all numbers.")
            print(json.dumps(conversation(readers.threads, user, job), ensure_ascii=False, indent=2))  # noqa: T201
            return 0
        last: int | str | None = None
        while rows := readers.job_list.page(user, JobFilter(Order.NUMBER), Window(count=500, after=last)).rows:
            for row in rows:
                found = readers.threads.job(user, row.id)
                if found is not None:
                    print(json.dumps(conversation(readers.threads, user, found), ensure_ascii=False))  # noqa: T201
            last = rows[-1].key
    finally:
        readers.close()
    return 0
