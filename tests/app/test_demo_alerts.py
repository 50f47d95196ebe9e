"""The demo's alerts: the day as it was seeded texts nobody, what is done in it does."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import select

from app.demo_seed import seed_day
from app.wiring import Readers, Writers
from domain.alerts import Event
from domain.jobs import JobForm, Status
from domain.quick_actions import IN_ORDER
from domain.secret import Secret
from messaging.alert_setup import AlertSetup
from messaging.alerting import Alerting
from storage.tables.jobs import JobRow
from tests.world import Clock

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "event"),
    [(Status.NEW, Event.ASSIGNED), (Status.ASSIGNED, Event.ON_THE_WAY), (Status.STARTED, Event.COMPLETED)],
)
def test_assigning_going_there_and_completing_text_the_customer(tmp_path: Path, before: Status, event: Event) -> None:
    url = f"sqlite:///{tmp_path}/demo.db"
    seed_day(url, tmp_path / "practice.db", NOW, 1, Clock(NOW), Secret(b"0" * 32))
    readers = Readers(url, Clock(NOW))
    writers = Writers.open(readers)
    try:
        alerting = Alerting(writers.events, writers.jobs)
        assert alerting.tell_due(NOW) == 0
        assert alerting.next_at() is None
        with writers.database.read() as session:
            wanted = select(JobRow.id).where(JobRow.status == before)
            job_id = session.exec(wanted).first()
        assert job_id is not None
        if event is Event.ASSIGNED:
            _assign(readers, writers, job_id)
        else:
            writers.jobs.happened(job_id, event, "Ann Lee")
        assert alerting.tell_due(NOW) == 1
    finally:
        writers.close()
        readers.close()


def _assign(readers: Readers, writers: Writers, job_id: int) -> None:
    """Give a job to a worker of its location, as the form does."""
    ann = readers.reads.user_named("Ann Lee")
    assert ann is not None
    job = readers.threads.job(ann, job_id)
    assert job is not None
    assert job.site is not None
    form = JobForm(
        number=job.number,
        template=job.template,
        title=job.title,
        status=Status.ASSIGNED,
        location_id=job.location.id,
        customer=job.customer,
        site_contact_id=job.site.id,
        worker_id=readers.reads.workers(job.location.id)[0][0],
        window_start=job.window_start,
        window_end=job.window_end,
    )
    writers.jobs.change(job_id, job.version, form, "Ann Lee")


def test_every_quick_action_begins_with_the_site_contact_and_a_text(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/demo.db"
    seed_day(url, tmp_path / "practice.db", NOW, 1, Clock(NOW), Secret(b"0" * 32))
    readers = Readers(url, Clock(NOW))
    writers = Writers.open(readers)
    try:
        setup = AlertSetup(readers.reads, readers.threads, writers.rules, writers.events, Clock(NOW))
        ann = readers.reads.user_named("Ann Lee")
        assert ann is not None
        job = readers.threads.job_numbered(ann, "2427")
        assert job is not None
        assert job.site is not None
        for event in IN_ORDER:
            begun = setup.quick_action_text(ann, job.id, event)
            assert begun is not None
            assert (begun.recipients, begun.missing) == ((f"contact:{job.site.id}",), ())
    finally:
        writers.close()
        readers.close()
