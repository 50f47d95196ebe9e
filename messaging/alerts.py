"""The first alert of a job, sent by hand to the customer's contacts."""

from dataclasses import dataclass

from domain.jobs import Job
from domain.people import Contact


@dataclass(frozen=True, slots=True)
class Box:
    """One of the boxes under *Who should we notify by SMS?*; `contact` None where the job has nobody there."""

    name: str
    label: str
    contact: Contact | None

    @property
    def why_not(self) -> str:
        """Why this box cannot be ticked, "" if it can."""
        if self.contact is None:
            return "nobody on this job"
        return self.contact.why_no_text() or ""


def boxes(job: Job) -> tuple[Box, Box, Box]:
    """The three boxes of an alert."""
    return (
        Box("site", "Send to Customer's Site Contact", job.site),
        Box("billing", "Send to Customer's Billing Contact", job.billing),
        Box("ad_hoc", "Ad hoc SMS recipient", job.ad_hoc),
    )


def first_text(job: Job) -> str:
    """The words proposed for a job's first alert: who writes, and about what. How to stop is added to it."""
    about = f"{job.title} ({job.asset})" if job.title and job.asset else job.title or job.asset or "your job"
    worker = f" {job.worker.name.split()[0]} will come." if job.worker else ""
    answer = " Answer this text to reach us." if job.location.direct_reply else ""
    return f"{job.location.name}: job {job.number}, {about}, is planned.{worker}{answer}"
