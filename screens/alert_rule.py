"""The page of one alert: its fields, and beside or below them what it would say on a real job."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal
from textual.content import Content
from textual.widgets import Button, Label

from domain.alerts import Event, Rule
from domain.errors import Refusal
from domain.text import one_line
from screens.alert_form import AlertForm
from screens.alert_preview import NO_JOB, AlertPreview
from screens.ask import Confirm
from screens.base import Changes, DeskScreen
from screens.dry_run import DryRunScreen
from screens.skipped import Skipped
from screens.try_job import TryJob
from widgets.contents import Contents
from widgets.key_bar import KeyBar
from widgets.top_bar import TopBar

if TYPE_CHECKING:
    from messaging.alert_setup import Preview


class AlertRuleScreen(DeskScreen[None]):
    """Shows one rule, tries it on a real job with every letter, and saves it with Update."""

    CSS_PATH = "alert_rule.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "update", "Update", id="rule.update", tooltip="Save this alert"),
        Binding("ctrl+t", "try_job", "Job", id="rule.try-job", tooltip="Preview it on another job"),
        Binding("d,f5", "dry_run", "Dry run", id="rule.dry-run", tooltip="See what it would have sent on a past day"),
        Binding("escape", "back", "Back", id="rule.back", tooltip="Back to the events; asks if not saved"),
    ]

    def __init__(self, rule: Rule) -> None:
        super().__init__()
        self.rule = rule
        self._job: tuple[int, str] | None = None
        self._saving = False
        self._trying = False
        self._try_again = False

    def compose(self) -> ComposeResult:
        """Bars, the fields, the preview, and the buttons."""
        account = self.services.account
        yield TopBar(account.practice, "Alerts > Setup", f"{self.user.name} · {self.user.role.value}")
        yield Label("", id="rule-heading")
        with Container(id="rule-both"):
            yield AlertForm(self.rule, account.use_by, account.holds)
            yield AlertPreview(id="preview")
        with Horizontal(id="rule-buttons"):
            yield Label("", id="rule-said")
            if not self.rule.event.is_quick_action:
                yield Button("Dry run (d)", id="dry-run", compact=True)
            yield Button("Update", id="update", variant="primary", compact=True)
        yield KeyBar()

    def on_mount(self) -> None:
        """Find a job to try it on."""
        self._head()
        self.query_one("#on").focus()
        user, template = self.user, self.rule.template
        self.ask(
            lambda: self.services.alert_setup.jobs_to_try(user, template), self._begin, self._no_preview, group="jobs"
        )

    @property
    def form(self) -> AlertForm:
        """The fields."""
        return self.query_one(AlertForm)

    @property
    def preview(self) -> AlertPreview:
        """What it would say."""
        return self.query_one(AlertPreview)

    def _head(self) -> None:
        rule = self.rule
        version = f"version {rule.version}" if rule.version else "not set up yet"
        words = f"{one_line(rule.template, 40) or '(no template)'} · {rule.event.words} · {version}"
        self.query_one("#rule-heading", Label).update(Content(words))

    def _begin(self, jobs: list[tuple[int, str]]) -> None:
        if jobs:
            self._take_job(jobs[0])
        else:
            self.preview.name_job("… none yet")
            self.preview.say(NO_JOB)

    def _take_job(self, job: tuple[int, str] | None) -> None:
        if job is not None:
            self._job = job
            self.preview.name_job(job[1])
            self.try_it()

    def changed(self, changes: Changes) -> None:
        """The job of the preview was changed."""
        if self._job is not None and (self._job[0] in changes.job_ids or changes.kinds & {"people", "account"}):
            self.try_it()

    @on(AlertForm.Edited)
    def note_edit(self) -> None:
        """Every letter shows at once what it makes of the text."""
        self._say("")
        self.try_it()

    def try_it(self) -> None:
        """Ask for the preview; while one is being made, the next waits for it, so that a fast writer queues none."""
        if self._job is None:
            return
        if self._trying:
            self._try_again = True
            return
        self._trying, self._try_again = True, False
        rule, job_id, user = self.form.best_guess(), self._job[0], self.user
        self.ask(
            lambda: self.services.alert_setup.preview(user, rule, job_id),
            self._show_preview,
            self._no_preview,
            group="preview",
        )

    def _show_preview(self, preview: Preview) -> None:
        self.preview.show(preview, by_hand=self.rule.event.is_quick_action)
        self._tried()

    def _no_preview(self, refusal: Refusal) -> None:
        self.preview.say(refusal.sentence)
        self._tried()

    def _tried(self) -> None:
        self._trying = False
        if self._try_again:
            self.try_it()

    @on(Button.Pressed, "#try-job")
    def press_job(self) -> None:
        """The button does what ctrl+t does."""
        self.action_try_job()

    @on(Button.Pressed, "#dry-run")
    def press_dry_run(self) -> None:
        """The button does what d does."""
        self.action_dry_run()

    @on(Button.Pressed, "#update")
    def press_update(self) -> None:
        """The button does what ctrl+s does."""
        self.action_update()

    @on(Contents.Left)
    def leave_text(self) -> None:
        """Escape leaves the text first, then the page."""
        self.query_one("#update").focus()

    def action_try_job(self) -> None:
        """Choose the job of the preview."""
        self.app.push_screen(TryJob(self.rule.template), self._take_job)

    def action_dry_run(self) -> None:
        """See what the rule as it stands here would have sent on a past day."""
        if self.rule.event.is_quick_action:
            self._say("A quick action sends nothing by itself: there is nothing to try on a past day.")
            return
        try:
            rule = self.form.read()
        except Refusal as refusal:
            self._refused(refusal)
            return
        self.app.push_screen(DryRunScreen(rule))

    def action_update(self) -> None:
        """Check and save, once."""
        if self._saving:
            return
        try:
            rule = self.form.read()
        except Refusal as refusal:
            self._refused(refusal)
            return
        self._saving = True
        self._say("Saving …")
        user = self.user
        self.ask(
            lambda: self.services.alert_setup.update(user, rule), self._saved, self._refused, "update", lasting=True
        )

    def _saved(self, rule: Rule) -> None:
        was_on = self.rule.on
        self._saving = False
        self.rule = rule
        self.form.be_quiet()
        self.form.saved(rule)
        self._head()
        self._say(f"Saved as version {rule.version}. {_from_now(rule, was_on)}")
        if rule.event is Event.REMINDER and rule.on:
            user = self.user
            self.ask(lambda: self.services.alert_setup.skipped(user, rule), self._list_skipped, group="skipped")

    def _list_skipped(self, skipped: list[tuple[str, str]]) -> None:
        if skipped:
            self.app.push_screen(Skipped(skipped))

    def _refused(self, refusal: Refusal) -> None:
        self._saving = False
        at_field = self.form.say(refusal)
        self._say("" if at_field else f"! {refusal.sentence}", wrong=True)

    def _say(self, words: str, wrong: bool = False) -> None:
        said = self.query_one("#rule-said", Label)
        said.update(Content(one_line(words)))
        said.set_class(wrong, "-wrong")

    def action_back(self) -> None:
        """Back to the events; what was not saved is asked about."""
        if self._saving:
            return
        if not self.form.edited:
            self.dismiss(None)
            return
        question = "This alert was changed and not saved. Update saves it; leaving drops the changes."
        self.app.push_screen(Confirm(question, "l", "Leave"), self._leave_unsaved)

    def _leave_unsaved(self, yes: bool | None) -> None:
        if yes:
            self.dismiss(None)


def _from_now(rule: Rule, was_on: bool) -> str:
    """What saving means for jobs, in a few words (rule 21)."""
    if rule.event.is_quick_action:
        return "It fills the form from now on." if rule.on else "The form begins empty."
    if rule.on:
        return "It counts for events from now on."
    return "Off: texts still waiting for it are withdrawn." if was_on else "It is off."
