"""Making a job, or changing one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Label, Select

from domain.account import Location
from domain.alerts import Event
from domain.errors import Refusal
from domain.jobs import Job, Status
from domain.jobs import JobForm as Form
from domain.text import one_line
from messaging.alerting import Expected
from messaging.job_form import read_form, show_form
from screens.base import DeskScreen
from screens.tell_again import TellAgain
from widgets.key_bar import KeyBar
from widgets.top_bar import TopBar

_NOBODY = 0
_FIELDS = (
    ("number", "Number"),
    ("title", "Title"),
    ("template", "Template"),
    ("customer", "Customer"),
    ("asset", "Asset"),
    ("address", "Address"),
    ("window_start", "Planned from"),
    ("window_end", "Planned until"),
    ("site_name", "Site contact"),
    ("site_title", "  job title"),
    ("site_mobile", "  mobile"),
    ("site_email", "  email"),
    ("billing_name", "Billing contact"),
    ("billing_title", "  job title"),
    ("billing_mobile", "  mobile"),
    ("billing_email", "  email"),
    ("ad_hoc_mobile", "Ad hoc SMS number"),
)


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What the form needs to begin."""

    job: Job | None
    number: str
    locations: Sequence[Location]
    workers: Sequence[tuple[int, str]]


class JobForm(DeskScreen[int | None]):
    """Returns the job's id when it was saved, None when nothing was changed."""

    CSS_PATH = "job_form.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", id="form.save", tooltip="Save this job"),
        Binding("escape", "cancel", "Back", id="form.cancel", tooltip="Change nothing"),
    ]

    def __init__(self, job_id: int | None) -> None:
        super().__init__()
        self.job_id = job_id
        self._loaded: _Loaded | None = None
        self._saving = False

    def compose(self) -> ComposeResult:
        """One field a line."""
        title = "New job" if self.job_id is None else "Edit job"
        yield TopBar(self.services.account.practice, title, f"{self.user.name} · {self.user.role.value}")
        with VerticalScroll(id="fields", can_focus=False):
            for name, label in _FIELDS:
                with Horizontal():
                    yield Label(label, classes="name")
                    yield Input(id=name, select_on_focus=False, placeholder=_EXAMPLES.get(name, ""))
            yield from self._select("status", "Status", [(s.words, s.value) for s in Status])
            yield from self._select("location", "Location", [("…", _NOBODY)])
            yield from self._select("worker", "Worker", [("nobody yet", _NOBODY)])
        yield Label("", id="said")
        yield KeyBar()

    def _select(self, name: str, label: str, options: Sequence[tuple[str, str | int]]) -> ComposeResult:
        with Horizontal():
            yield Label(label, classes="name")
            yield Select(options, id=name, compact=True, allow_blank=False)

    def on_mount(self) -> None:
        """Read the job, the locations and their workers."""
        self.ask(self._read, self._show, self._leave)

    def _read(self) -> _Loaded:
        services = self.services
        job = services.threads.job(self.user, self.job_id) if self.job_id is not None else None
        if self.job_id is not None and job is None:
            raise Refusal("This job is not in your list any more.")
        locations = [place for place in services.reads.locations() if place.id in self.user.location_ids]
        if not locations:
            raise Refusal("You have no location to make jobs for. Ask the administrator.")
        place = job.location.id if job else locations[0].id
        number = job.number if job else services.editing.next_number(self.user)
        return _Loaded(job, number, locations, services.reads.workers(place))

    def _leave(self, refusal: Refusal) -> None:
        self.tell(refusal)
        self.dismiss(None)

    def _show(self, loaded: _Loaded) -> None:
        self._loaded = loaded
        job = loaded.job
        for name, value in (show_form(job) if job else {"number": loaded.number}).items():
            self.query_one(f"#{name}", Input).value = value
        self.query_one("#status", Select).value = job.status.value if job else Status.NEW.value
        places = self.query_one("#location", Select)
        places.set_options([(Content(one_line(place.name)), place.id) for place in loaded.locations])
        places.value = job.location.id if job else loaded.locations[0].id
        self._offer_workers(loaded.workers, job.worker.id if job and job.worker else _NOBODY)
        self.query_one("#title" if job else "#number", Input).focus()

    def _offer_workers(self, workers: Sequence[tuple[int, str]], chosen: int) -> None:
        job = self._loaded.job if self._loaded else None
        at_home = job is not None and self.query_one("#location", Select).value == job.location.id
        present = job.worker if job is not None and at_home else None
        if present is not None and present.id == chosen and all(key != chosen for key, _ in workers):
            workers = [*workers, (present.id, present.name)]  # saving another field must not unassign anybody
        select = self.query_one("#worker", Select)
        select.set_options([("nobody yet", _NOBODY), *((Content(one_line(name)), key) for key, name in workers)])
        select.value = chosen if any(key == chosen for key, _ in workers) else _NOBODY

    @on(Select.Changed, "#location")
    def change_location(self, event: Select.Changed) -> None:
        """Another location has other workers."""
        place, chosen = event.value, self.query_one("#worker", Select).value
        if isinstance(place, int) and self._loaded is not None:
            keep = chosen if isinstance(chosen, int) else _NOBODY
            self.ask(lambda: self.services.reads.workers(place), lambda found: self._offer_workers(found, keep))

    def action_save(self) -> None:
        """Check every field, then save."""
        if self._loaded is None or self._saving:
            return
        self._saving = True
        typed = {name: self.query_one(f"#{name}", Input).value for name, _ in _FIELDS}
        place = self.query_one("#location", Select).value
        location = next(p for p in self._loaded.locations if p.id == place)
        status = Status(str(self.query_one("#status", Select).value))
        worker = self.query_one("#worker", Select).value
        worker_id = worker if isinstance(worker, int) and worker != _NOBODY else None
        job, user = self._loaded.job, self.user

        def look() -> tuple[Form, Expected]:
            form = read_form(typed, location, status, worker_id, job)
            return form, self.services.alerting.expected(user, form, job)

        self.ask(look, lambda found: self._consider(*found), self._refused)

    def _consider(self, form: Form, expected: Expected) -> None:
        """Ask before something is told to the customer once more; else save."""
        if not expected.told_already:
            self._save(form, frozenset())
            return

        def answered(again: bool | None) -> None:
            if again is None:
                self._saving = False
            else:
                self._save(form, expected.told_already if again else frozenset())

        self.app.push_screen(TellAgain(expected.told_already), answered)

    def _save(self, form: Form, again: frozenset[Event]) -> None:
        assert self._loaded is not None
        job, user = self._loaded.job, self.user

        def save() -> tuple[int, Expected]:
            texts = self.services.alerting.expected(user, form, job, again)
            if job is None:
                return self.services.editing.create(user, form), texts
            self.services.editing.change(user, job, form, again)
            return job.id, texts

        self.ask(save, lambda saved: self._saved(*saved), self._refused)

    def _saved(self, job_id: int, texts: Expected) -> None:
        """Say who is texted because of it, and who cannot be."""
        if texts.texts:
            self.notify(f"Saved: {texts.words} ({', '.join(map(one_line, texts.people))}).", markup=False)
        for why in texts.why_not:
            self.notify(f"Not texted: {one_line(why)}.", severity="warning", markup=False, timeout=8)
        self.dismiss(job_id)

    def _refused(self, refusal: Refusal) -> None:
        self._saving = False
        self.query_one("#said", Label).update(Content(f"! {one_line(refusal.sentence)}"))
        if refusal.field and self.query(f"#{refusal.field}"):
            self.query_one(f"#{refusal.field}").focus()

    def action_cancel(self) -> None:
        """Change nothing."""
        self.dismiss(None)


_EXAMPLES = {
    "window_start": "2026-03-02 09:00, at the location",
    "window_end": "2026-03-02 11:00",
    "site_mobile": "555 010 1234",
    "billing_mobile": "555 010 1234",
    "ad_hoc_mobile": "555 010 1234",
}
