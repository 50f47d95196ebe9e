"""`jobline export --estimates`: what was shared and decided, as evidence."""

import sys

from app.commands.session import acting, session
from app.settings import Settings
from domain.errors import Refusal
from domain.permissions import Act, demand
from messaging.estimates import FORMS, Estimating


def run(settings: Settings, number: str, everything: bool, form: str, as_name: str) -> int:
    """Write the estimates of one job, or with `everything` of every job, as far as the user may see them."""
    if form not in FORMS:
        raise Refusal(f"“{form}” is no format for estimates. {' and '.join(FORMS)} are.")
    if bool(number) == everything:
        raise Refusal("Say which: --job NUMBER for one job, or --all for every job.")
    with session(settings) as (readers, writers):
        user = acting(readers, as_name)
        demand(user, Act.EXPORT)
        use = Estimating(readers.reads, readers.threads, writers.estimates, readers.clock)
        if everything:
            for text in use.all_evidence(user, form):
                sys.stdout.write(text)
            return 0
        job = readers.threads.job_numbered(user, number)
        if job is None:
            raise Refusal(f"There is no job {number}. The job list shows all numbers.")
        sys.stdout.write(use.evidence(user, job.id, form))
    return 0
