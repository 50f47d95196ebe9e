"""Estimates at the desk: built, copied, read from a file, recorded for a customer, taken over, given out."""

from dataclasses import replace

import pytest

from domain.deciding import Decided, Superseded
from domain.delivery import State
from domain.errors import Refusal
from domain.estimates import Line
from domain.jobs import Job
from domain.messages import Stage
from messaging.estimates import Estimating, Recording
from tests.estimating import APPROVED, DEAR, DECLINED, LINES, choosing, decided, form_id, share_draft, shared
from tests.world import ANA, World

HOSE = (Line("Hose", 100, 50, 700),)


@pytest.fixture
def use(company: World) -> Estimating:
    """The use cases on SQLite."""
    readers, writers = company.readers, company.writers
    return Estimating(readers.reads, readers.threads, writers.estimates, company.clock)


@pytest.fixture
def job(company: World) -> Job:
    """A job of Ana Silva's."""
    return company.job()


def test_a_draft_is_built_copied_and_discarded(company: World, use: Estimating, job: Job) -> None:
    ann = company.ann
    draft = use.keep_draft(ann, job.id, LINES, "Valid for a week")
    draft = use.keep_draft(ann, job.id, HOSE, "", opened=draft)
    with pytest.raises(Refusal, match="This version is not there any more"):
        use.copy(ann, job.id, draft.id)
    share_draft(company, draft)
    copy = use.copy(ann, job.id, draft.id)
    assert (copy.number, [line.operation for line in copy.lines], copy.is_draft) == (2, ["Hose"], True)
    with pytest.raises(Refusal, match="Estimate 2 is a draft already"):
        use.copy(ann, job.id, draft.id)
    use.discard_draft(ann, job.id)
    with pytest.raises(Refusal, match="no draft any more"):
        use.discard_draft(ann, job.id)
    assert [history.version.number for history in use.history(ann, job.id)] == [1]


def test_somebody_else_saves_over_nothing(company: World, use: Estimating, job: Job) -> None:
    opened = use.keep_draft(company.ann, job.id, LINES)
    use.keep_draft(company.abe, job.id, HOSE, "", opened)
    with pytest.raises(Refusal, match="Abe Cole changed this draft"):
        use.keep_draft(company.ann, job.id, LINES, "", opened)


def test_only_dispatchers_with_chat_and_the_location_have_estimates(company: World, use: Estimating, job: Job) -> None:
    far = replace(company.ann, location_ids=frozenset())
    for user in (company.marco, replace(company.ann, chat=False), far):
        for act in (
            lambda user=user: use.history(user, job.id),
            lambda user=user: use.keep_draft(user, job.id, HOSE),
            lambda user=user: use.evidence(user, job.id),
        ):
            with pytest.raises(Refusal):
                act()


def test_a_file_is_read_in_the_jobs_currency(company: World, use: Estimating, job: Job) -> None:
    read = use.import_lines(company.ann, job.id, b"operation,parts\nHose,1.50\n")
    assert read.lines == (Line("Hose", 150),)
    assert use.history(company.ann, job.id) == []


def test_a_phone_answer_is_recorded_for_one_who_was_sent_it(company: World, use: Estimating, job: Job) -> None:
    version = shared(company, job, company.ana, company.ben, lines=DEAR)
    names = [person.name for person in use.deciders(company.ann, job.id, version.id)]
    assert names == ["Ana Silva", "Ben Silva"]
    said = Recording(
        version.id, version.digest, company.ben.contact_id or 0, choosing(version), " PO-7 ", " by  phone "
    )
    form = form_id()
    made = use.record(company.ann, job.id, said, form)
    assert isinstance(made, Decided)
    decision = made.decision
    assert (decision.by, decision.recorded_by, decision.how) == ("Ben Silva", "Ann Lee", "by phone")
    assert (decision.purchase_order, decision.link_id, decision.confirmed) == ("PO-7", None, False)
    assert use.record(company.ann, job.id, said, form) == replace(made, repeated=True)
    message = company.readers.threads.message(company.ann, job.id, decision.message_id or 0)
    assert message is not None
    assert message.body.startswith("Recorded by Ann for Ben Silva, by phone: approved 3 lines of estimate 1.")
    assert message.deliveries == ()


def test_the_customer_is_texted_about_it_where_that_is_asked_for(company: World, use: Estimating, job: Job) -> None:
    version = shared(company, job)
    said = Recording(version.id, version.digest, company.ana.contact_id or 0, choosing(version), tell=True)
    made = use.record(company.ann, job.id, said, form_id())
    assert isinstance(made, Decided)
    message = company.readers.threads.message(company.ann, job.id, made.decision.message_id or 0)
    assert message is not None
    assert (message.stage, [(d.to, d.state) for d in message.deliveries]) == (Stage.OUT, [(ANA, State.QUEUED)])


def test_a_text_about_it_that_cannot_go_is_told_before_anything_is_stored(
    company: World, use: Estimating, job: Job
) -> None:
    lea = company.contact("Lea Silva", None)
    version = shared(company, job, lea)
    said = Recording(version.id, version.digest, lea.contact_id or 0, choosing(version), tell=True)
    with pytest.raises(Refusal, match="no mobile number on file") as refused:
        use.record(company.ann, job.id, said, form_id())
    assert refused.value.field == "tell"
    assert isinstance(use.record(company.ann, job.id, replace(said, tell=False), form_id()), Decided)


def test_records_that_cannot_be_are_refused_with_their_field(company: World, use: Estimating, job: Job) -> None:
    version = shared(company, job, company.ana, company.ben)
    said = Recording(version.id, version.digest, company.ana.contact_id or 0, choosing(version))
    carla = company.contact("Carla Silva", "+15550102003")
    wrong = {
        "contact": replace(said, contact_id=carla.contact_id or 0),
        "how": replace(said, how=" "),
        "choices": replace(said, choices={}),
        "purchase_order": replace(said, purchase_order="7" * 99),
    }
    for field, recording in wrong.items():
        with pytest.raises(Refusal) as refused:
            use.record(company.ann, job.id, recording, form_id())
        assert refused.value.field == field
    decided(company, company.ben, version)
    with pytest.raises(Refusal, match="Ben Silva has decided") as refused:
        use.record(company.ann, job.id, said, form_id())
    assert refused.value.field == "contact"


def test_a_record_on_an_older_version_is_superseded(company: World, use: Estimating, job: Job) -> None:
    old = shared(company, job)
    shared(company, job, lines=HOSE)
    said = Recording(old.id, old.digest, company.ana.contact_id or 0, choosing(old))
    assert use.record(company.ann, job.id, said, form_id()) == Superseded(2)


def test_taking_over_is_bound_to_what_was_seen(company: World, use: Estimating, job: Job) -> None:
    version = shared(company, job)
    first = decided(company, company.ana, version, APPROVED).decision
    second = decided(company, company.ana, version, DECLINED).decision
    with pytest.raises(Refusal, match="changed, taken over or overtaken"):
        use.take_over(company.ann, job.id, version.id, first.id)
    use.take_over(company.ann, job.id, version.id, second.id)
    assert use.history(company.ann, job.id)[0].version.taken_by == "Ann Lee"
    said = Recording(version.id, version.digest, company.ana.contact_id or 0, choosing(version))
    with pytest.raises(Refusal, match="Share a new version to change it"):
        use.record(company.ann, job.id, said, form_id())


def test_evidence_comes_in_two_forms(company: World, use: Estimating, job: Job) -> None:
    decided(company, company.ana, shared(company, job))
    assert use.evidence(company.ann, job.id).startswith("job,customer,")
    assert use.evidence(company.ann, job.id, "text").startswith(f"Estimate of job {job.number}")
    with pytest.raises(Refusal, match="“pdf” is no form"):
        use.evidence(company.ann, job.id, "pdf")
