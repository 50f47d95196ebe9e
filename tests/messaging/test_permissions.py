"""Who may do what: every cell of the table in docs/permissions.md, at the function behind each act.

The table is the rule, written by hand; nothing here is computed from `domain.permissions`.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.commands import exporting, importing
from app.settings import Settings
from docs.keys import ROOT
from domain.administration import LocationForm, form_of_location
from domain.alerts import Event, first_rule
from domain.errors import Refusal
from domain.jobs import Job, JobForm, Status
from domain.messages import DISPATCH, Kind, Stage
from domain.people import Bell, Role, User
from domain.permissions import Act, demand, may
from domain.saved_replies import NEW, SavedReply
from messaging.conversation import Compose
from screens.services import Services
from tests.acting import action
from tests.contacting import changing, seeing
from tests.desk import PIN, Carrier, make_app
from tests.estimating import desk_acts
from tests.linking import reached
from tests.messaging.test_administration import tick
from tests.sorting import every_act
from tests.world import World, dispatcher, worker

COLUMNS = (
    "dispatcher",
    "dispatcher with Chat",
    "dispatcher with Alerts",
    "dispatcher with Contacts",
    "dispatcher with Admin",
    "worker",
    "worker with Chat",
    "deactivated",
    "command line",
    "API token",
    "contact by link",
)
BOXES = ("chat", "alerts", "contacts", "admin")
_ids = count(1)


def table() -> dict[str, dict[str, str]]:
    """The table of the page: act, then column, then "yes", "no" or more exactly."""
    page = (ROOT / "docs" / "permissions.md").read_text(encoding="utf-8")
    lines = page.partition("<!-- permissions -->")[2].partition("<!-- end of permissions -->")[0].strip().splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert [name.split()[-1] for name in rows[0][1:]] == [name.split()[-1] for name in COLUMNS]
    return {row[0]: dict(zip(COLUMNS, row[1:], strict=True)) for row in rows[2:]}


TABLE = table()


def somebody(world: World, column: str, **more: bool) -> User:
    """A user as a column of the table says; all have the world's location."""
    role = Role.WORKER if column.startswith("worker") else Role.DISPATCHER
    user = world.user(f"{column} {next(_ids)}", role)
    boxes = {box: box.capitalize() in column for box in BOXES} | more
    if column == "deactivated":
        tick(world, user, **dict.fromkeys(BOXES, True))
        world.writers.users.set_active(0, user.id, active=False)
    else:
        tick(world, user, **boxes)
    found = world.readers.reads.user(user.id)
    assert found is not None
    return found


class Trial:
    """One person who tries every act. Each returns when it was done, and raises Refusal when it was refused."""

    def __init__(self, world: World, user: User) -> None:
        self.world, self.user = world, user
        self.services: Services = make_app(world).services
        self.carrier = Carrier(world)

    def job(self, theirs: bool = False) -> Job:
        """A new job of Marco's, or of the one who tries."""
        return self.world.job(worker=self.user if theirs and self.user.role is Role.WORKER else None)

    def compose(self, job: Job, *to: str, **more: Any) -> Compose:
        """A message of one word."""
        return Compose(job.id, to, "Hello", f"trial-{next(_ids)}", **more)

    def read_messages(self, theirs: bool = False) -> None:
        """Read a text to the customer."""
        job = self.job(theirs)
        self.world.text(job, dispatcher(self.world.ann), self.world.ana)
        self.carrier.takes()
        if not self.services.threads.messages(self.user, job.id)[0]:
            raise Refusal("There is nothing to read.")

    def write_messages(self, theirs: bool = False) -> None:
        """Write to Dispatch."""
        self.services.conversation.send(self.user, self.compose(self.job(theirs), "dispatch"))

    def make_and_change_jobs(self) -> None:
        """Make a job, and change it."""
        form = JobForm(f"N{next(_ids)}", "Repair", "x", Status.NEW, self.world.berlin, "Silva Farms")
        refused = 0
        try:
            self.services.editing.create(self.user, form)
        except Refusal:
            refused += 1
        for act in (
            lambda: self.services.editing.change(self.user, self.job(), replace(form, number=f"N{next(_ids)}")),
            lambda: self.services.editing.add_ad_hoc(self.user, self.job(), "555 010 7777"),
            lambda: self.services.editing.next_number(self.user),
        ):
            try:
                act()
            except Refusal:
                refused += 1
        assert refused in (0, 4), "all or none"
        if refused:
            raise Refusal("refused")

    def send_alerts(self) -> None:
        """Text an alert."""
        to = f"contact:{self.world.ana.contact_id}"
        self.services.conversation.send(self.user, self.compose(self.job(theirs=True), to, kind=Kind.ALERT))

    def send_again(self) -> None:
        """Send a failed text again."""
        job = self.job(theirs=True)
        message = self.world.text(job, dispatcher(self.world.ann), self.world.ana)
        self.carrier.refuses(30003)
        failed = self.world.readers.plain.row("SELECT id FROM delivery WHERE message_id = :m", {"m": message})
        assert failed is not None
        self.services.conversation.resend(self.user, job.id, failed[0])

    def release(self) -> None:
        """Release a worker's text to the customer."""
        job = self.job(theirs=True)
        author = worker(self.user if self.user.role is Role.WORKER else self.world.marco)
        waiting = self.world.text(job, author, self.world.ana, stage=Stage.WAITING_RELEASE)
        self.services.planning.release(self.user, job.id, waiting)

    def pass_on(self) -> None:
        """Pass a worker's message on to the customer."""
        job = self.job(theirs=True)
        author = worker(self.user if self.user.role is Role.WORKER else self.world.marco)
        private = self.world.text(job, author, DISPATCH)
        to = f"contact:{self.world.ana.contact_id}"
        self.services.conversation.send(self.user, self.compose(job, to, passes_on=private))

    def lead(self) -> None:
        """Own a job."""
        self.services.leading.own(self.user, self.job(theirs=True).id)

    def quick_actions(self) -> None:
        """Check a job in, telling nobody."""
        services, job = self.services.quick_actions, self.job(theirs=True)
        services.before(self.user, job.id)
        services.do(self.user, action(services.begin(self.user, job.id, Event.CHECK_IN).job, Event.CHECK_IN))

    def tell_by_quick_action(self) -> None:
        """Check a job in, telling a contact."""
        self.services.quick_actions.do(self.user, action(self.job(theirs=True), Event.CHECK_IN, self.world.ana))

    def sort_tray(self) -> None:
        """Every single thing that is decided about a text."""
        self._all_or_none(every_act(self.world, self.services.tray, self.user))

    def estimates(self) -> None:
        """Every single thing about estimates."""
        tried = [done(act) for act in desk_acts(self.world, self.services.estimating, self.user)]
        assert len(set(tried)) == 1, "all or none"
        if not tried[0]:
            raise Refusal("refused")

    def see_contacts(self) -> None:
        """Every single way of looking at contacts."""
        self._all_or_none(seeing(self.world, self.services.contacts, self.user))

    def change_contacts(self) -> None:
        """Every single thing that changes contacts and customers."""
        self._all_or_none(changing(self.world, self.services.contacts, self.user))

    def _all_or_none(self, acts: Iterable[Callable[[], object]]) -> None:
        tried = [done(act) for act in acts]
        assert len(set(tried)) == 1, tried
        if not tried[0]:
            raise Refusal("refused")

    def links(self) -> None:
        """Everything about a contact's link: how it stands, sent again, ended, opened in practice."""
        job, ana = self.job(theirs=True), self.world.ana.contact_id or 0
        reached(self.world)
        self.world.writers.contact_links.issue(ana, job.id)
        use = self.services.link_acts
        tried = [
            done(act)
            for act in (
                lambda: use.of_job(self.user, job.id),
                lambda: use.page(self.user, job.id, ana),
                lambda: use.send(self.user, job.id, ana, f"trial-{next(_ids)}"),
                lambda: use.end(self.user, job.id, ana),
            )
        ]
        reached(self.world, "")
        assert len(set(tried)) == 1, "all or none"
        if not tried[0]:
            raise Refusal("refused")

    def set_up_alerts(self) -> None:
        """Update a rule."""
        rule = replace(first_rule("Repair", Event.COMPLETED), text="Job {job} is done.")
        self.services.alert_setup.update(self.user, rule)

    def own_replies(self) -> None:
        """Keep a reply of one's own."""
        self.services.saved_replies.keep(self.user, SavedReply(NEW, "Mine", "x"))

    def team_replies(self) -> None:
        """Keep a reply of the team's."""
        self.services.saved_replies.keep(self.user, SavedReply(NEW, "Ours", "x", own=False))

    def settings(self) -> None:
        """Every single thing in Settings."""
        tried = [done(act) for act in self._settings()]
        assert len(set(tried)) == 1, "all or none"
        if not tried[0]:
            raise Refusal("refused")

    def _settings(self) -> list[Callable[[], object]]:
        use, by, world = self.services.administration, self.user, self.world
        ann = world.writers.users.one(world.ann.id).form
        north = form_of_location(world.readers.reads.location(world.berlin))
        account = world.readers.reads.account()
        added = LocationForm(f"Place {next(_ids)}", "US", "USD", "UTC")
        template = world.writers.templates.add(f"Kind {next(_ids)}")
        number = f"+1555019{next(_ids):04}"
        return [
            lambda: use.users(by),
            lambda: use.user(by, world.ann.id),
            lambda: use.add_user(by, replace(ann, name=f"New {next(_ids)}", system_account=None), PIN, PIN),
            lambda: use.change_user(by, world.ann.id, ann, replace(ann, bell=Bell.ALL)),
            lambda: use.reset_pin(by, world.ann.id, PIN, PIN),
            lambda: use.open_jobs(by, world.ann.id),
            lambda: use.deactivate(by, world.mia.id),
            lambda: use.activate(by, world.mia.id),
            lambda: use.add_location(by, added),
            lambda: use.change_location(by, world.berlin, north, replace(north, currency="CAD")),
            lambda: use.numbers(by, world.berlin),
            lambda: use.add_number(by, world.berlin, number),
            lambda: use.remove_number(by, world.berlin, number),
            lambda: use.templates(by),
            lambda: use.add_template(by, f"Sort {next(_ids)}"),
            lambda: use.rename_template(by, template, f"Kind {next(_ids)}"),
            lambda: use.offer_template(by, template, False),
            lambda: use.change_account(by, account, replace(account, three_way=False)),
            lambda: use.change_account(by, replace(account, three_way=False), account),
            lambda: self.services.tokens.listed(by),
            lambda: self.services.tokens.make(by, f"token {next(_ids)}"),
            lambda: self.services.worker_links.revoke(by, world.marco.id),
        ]

    def import_(self) -> None:
        """Import a job, by the command."""
        importing.run(self.machine, self.file, self.user.name)

    def export(self) -> None:
        """Export everything, by the command."""
        exporting.run(self.machine, "", True, "json", self.user.name)

    @property
    def machine(self) -> Settings:
        """The settings of a machine with this database."""
        folder = Path(self.world.readers.url.removeprefix("sqlite:///")).parent
        return Settings(self.world.readers.url, str(folder))

    @property
    def file(self) -> Path:
        """A list with one job."""
        path = Path(self.machine.state_dir) / "jobs.csv"
        path.write_text(f"number,customer\nI{next(_ids)},Silva Farms\n", encoding="utf-8")
        return path


ACTS: dict[str, Callable[..., None]] = {
    "read messages": Trial.read_messages,
    "write messages": Trial.write_messages,
    "make and change jobs": Trial.make_and_change_jobs,
    "send alerts": Trial.send_alerts,
    "send a failed text again": Trial.send_again,
    "release a worker's text": Trial.release,
    "pass a message on": Trial.pass_on,
    "own a job, call it done": Trial.lead,
    "use quick actions": Trial.quick_actions,
    "tell contacts by a quick action": Trial.tell_by_quick_action,
    "sort the tray": Trial.sort_tray,
    "see customers and contacts": Trial.see_contacts,
    "change customers and contacts": Trial.change_contacts,
    "build estimates, record decisions": Trial.estimates,
    "send or end a contact's link": Trial.links,
    "set up alerts": Trial.set_up_alerts,
    "own saved replies": Trial.own_replies,
    "the team's saved replies": Trial.team_replies,
    "settings": Trial.settings,
    "import": Trial.import_,
    "export": Trial.export,
}
OF_ACT = {
    Act.TAKE_PART: "write messages",
    Act.EDIT_JOBS: "make and change jobs",
    Act.SEND_ALERTS: "send alerts",
    Act.RESEND: "send a failed text again",
    Act.RELEASE: "release a worker's text",
    Act.PASS_ON: "pass a message on",
    Act.LEAD: "own a job, call it done",
    Act.QUICK_ACTION: "use quick actions",
    Act.SORT_TRAY: "sort the tray",
    Act.SEE_CONTACTS: "see customers and contacts",
    Act.CONTACTS: "change customers and contacts",
    Act.ESTIMATES: "build estimates, record decisions",
    Act.LINKS: "send or end a contact's link",
    Act.SET_UP_ALERTS: "set up alerts",
    Act.TEAM_REPLIES: "the team's saved replies",
    Act.SETTINGS: "settings",
    Act.IMPORT: "import",
    Act.EXPORT: "export",
}
USERS = COLUMNS[:8]


def test_the_table_names_every_act_and_every_act_is_tried() -> None:
    assert list(TABLE) == list(ACTS)
    assert set(OF_ACT) == set(Act), "a new act needs a row of the table"
    assert set(OF_ACT.values()) <= set(TABLE)


def outcome(world: World, column: str, act: str) -> str:
    """What a cell of the table should say, found by trying."""
    trial = Trial(world, somebody(world, column))
    attempt = ACTS[act]
    if act in ("read messages", "write messages"):
        theirs, others = done(lambda: attempt(trial, True)), done(lambda: attempt(trial, False))
        return "yes" if others else "theirs" if theirs else "no"
    if done(lambda: attempt(trial)):
        return "yes"
    if act == "the team's saved replies":
        both = Trial(world, somebody(world, column, chat=column != "deactivated"))
        alone = Trial(world, somebody(world, column.partition(" with ")[0], chat=True))
        more = column != "deactivated" and done(lambda: attempt(both)) and not done(lambda: attempt(alone))
        return "with Chat" if more else "no"
    return "no"


def done(act: Callable[[], object]) -> bool:
    """Whether an act was done; False where it was refused."""
    try:
        act()
    except Refusal:
        return False
    return True


@pytest.mark.parametrize("column", USERS)
def test_every_cell_at_the_function_behind_the_act(small_world: World, column: str) -> None:
    tick(small_world, small_world.abe, admin=True)
    found = {act: outcome(small_world, column, act) for act in ACTS}
    assert found == {act: row[column] for act, row in TABLE.items()}


def test_a_worker_whose_row_has_more_boxes_is_a_worker(small_world: World) -> None:
    """The form refuses them; a database that has them anyway gives nothing more."""
    user = somebody(small_world, "worker with Chat", admin=True, alerts=True, contacts=True)
    for act in Act:
        assert may(user, act) == (TABLE[OF_ACT[act]]["worker with Chat"] in ("yes", "theirs")), act
    with pytest.raises(Refusal, match="needs the admin box"):
        Trial(small_world, user).services.administration.users(user)


_users = st.builds(
    User,
    id=st.just(1),
    name=st.just("Ann Lee"),
    role=st.sampled_from(Role),
    chat=st.booleans(),
    alerts=st.booleans(),
    contacts=st.booleans(),
    admin=st.booleans(),
    active=st.booleans(),
)


@given(_users, st.sampled_from(Act))
def test_boxes_add_up_and_the_refusal_says_what_is_needed(user: User, act: Act) -> None:
    """Whoever has several boxes may do what each of them allows, and nothing else."""
    columns = {"deactivated"} if not user.active else {user.role.value}
    if user.active:
        columns |= {f"{user.role.value} with {box.capitalize()}" for box in BOXES if getattr(user, box)}
    cells = {TABLE[OF_ACT[act]][column] for column in columns if column in TABLE[OF_ACT[act]]}
    wanted = bool(cells & {"yes", "theirs", "with Chat"})
    assert may(user, act) == wanted
    if not wanted:
        with pytest.raises(Refusal, match=r"Ann Lee may not .*: that needs .*\. Ask an administrator\."):
            demand(user, act)
