"""Writing into a conversation, on both engines."""

from domain.jobs import JobFilter, Waiting
from tests.world import World, dispatcher


def test_a_message_is_read_back_as_it_was_written(world: World) -> None:
    job = world.job()
    world.text(job, dispatcher(world.ann), world.ana, body="We come at nine.")
    messages, older = world.readers.threads.messages(world.ann, job.id)
    assert [m.body for m in messages] == ["We come at nine."]
    assert messages[0].author.name == "Ann Lee"
    assert [p.name for p in messages[0].recipients] == ["Ana Silva"]
    assert not older


def test_a_persons_text_waits_on_the_customer(world: World) -> None:
    job = world.job()
    world.text(job, dispatcher(world.ann), world.ana)
    row = world.readers.job_list.page(world.ann, JobFilter()).rows[0]
    assert row.waiting_on is Waiting.CUSTOMER
    assert row.last_preview == "→ Hello"
