"""The contact's estimate: read, decided line by line in two steps, and changed until it is taken over.

The steps before the last are read with GET and change nothing; what was chosen travels in the address.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.amounts import show_money
from domain.deciding import LESS_THAN_NOTHING
from domain.errors import Refusal
from domain.estimates import Choice, Deciding, Decision, Version, approved_totals
from domain.text import display_text, one_line
from messaging.approving import (
    Approving,
    CodeNeeded,
    Decided,
    DecidedByAnother,
    DecidedMeanwhile,
    Outcome,
    Shown,
    Superseded,
)
from web import estimate_words as words
from web.contact_doors import ContactDoors, Visit
from web.forms import whole
from web.linked import OFTEN, STALE

_ACT = "estimate"
_SUPERSEDED = "The estimate that you had open is superseded: this one took its place. What you chose now was not sent."
_MEANWHILE = "Somebody else decided meanwhile. What you chose was not sent."
_IN_ANOTHER_WINDOW = "You decided meanwhile, in another window. What you chose was not sent."
_RECORDED = "Your answer was recorded meanwhile. What you chose was not sent."


@dataclass(frozen=True, slots=True)
class Chosen:
    """What stands in the form: the version it was made for, choices, purchase order, and its own number.

    `seen` is the decision that counted when it was begun, 0 for none.
    """

    version_id: int = 0
    digest: str = ""
    choices: Mapping[int, Choice] = field(default_factory=dict)
    order: str = ""
    form_id: str = ""
    seen: int = 0

    def deciding(self) -> Deciding:
        """As it is submitted."""
        return Deciding(self.version_id, self.digest, self.choices, self.order, self.seen)

    def query(self) -> str:
        """As it travels in an address."""
        lines = {f"line-{line}": choice.value for line, choice in self.choices.items()}
        made_for = {"version": self.version_id, "digest": self.digest, "seen": self.seen}
        return urlencode({**made_for, **lines, "order": self.order})


class EstimatePages:
    """The routes of the estimate."""

    def __init__(self, doors: ContactDoors, approving: Approving) -> None:
        self._doors = doors
        self._approving = approving
        self._deciding = doors.ground.limit(20)

    def routes(self) -> list[BaseRoute]:
        """The estimate, the second step, and the decision."""
        path, doors = f"{self._doors.path}/estimate", self._doors
        return [
            Route(path, doors.get(self._shown), methods=["GET"]),
            Route(f"{path}/check", doors.get(self._check), methods=["GET"]),
            Route(path, doors.post(self._decide, _ACT, self._deciding, self._too_often), methods=["POST"]),
        ]

    def _shown(self, visit: Visit) -> Response:
        shown = self._approving.shown(visit.visitor)
        if shown is None:
            return self._none(visit)
        chosen = _chosen(visit.query.get, shown.version)
        if not chosen.version_id:
            return self._first(visit, shown, done="done" in visit.query, change="change" in visit.query)
        old = _old(chosen, shown)
        if old:
            return self._first(visit, shown, error=old, status=409)
        return self._first(visit, shown, chosen)

    def _check(self, visit: Visit) -> Response:
        """The second step, or the first one again where something is missing or only totals are asked for."""
        shown = self._approving.shown(visit.visitor)
        if shown is None:
            return self._none(visit)
        chosen, go = _chosen(visit.query.get, shown.version), visit.query.get("go", "")
        old = _old(chosen, shown) if chosen.version_id else ""
        if old:
            return self._first(visit, shown, error=old, status=409)
        if not shown.is_open:
            return self._first(visit, shown, status=409)
        if go == "totals":
            return self._first(visit, shown, chosen)
        every = dict.fromkeys((line.id for line in shown.version.lines), Choice.APPROVED)
        choices = every if go == "all" else chosen.choices
        # From here on it is bound to what this step shows.
        version = shown.version
        return self._second(visit, shown, Chosen(version.id, version.digest, choices, chosen.order, seen=shown.seen))

    def _decide(self, visit: Visit) -> Response:
        shown = self._approving.shown(visit.visitor)
        if shown is None:
            return self._none(visit)
        form = visit.form
        chosen = _chosen(form.one, shown.version, form.one("form"))
        if visit.stale:
            return self._again(visit, shown, chosen, STALE, 403)
        if form.one("go") == "back":
            return self._doors.to(visit, f"/estimate?{chosen.query()}")
        try:
            outcome = self._approving.decide(
                visit.visitor,
                chosen.deciding(),
                chosen.form_id,
                visit.address,
                form.one("code"),
                form.one("go") == "another",
            )
        except Refusal as refusal:
            return self._refused(visit, shown, chosen, refusal)
        return self._told(visit, chosen, outcome)

    def _told(self, visit: Visit, chosen: Chosen, outcome: Outcome) -> Response:
        if isinstance(outcome, Decided):
            return self._doors.to(visit, "/estimate?done=yes")
        shown = self._approving.shown(visit.visitor)
        if shown is None:
            return self._none(visit)
        if isinstance(outcome, CodeNeeded):
            return self._code(visit, shown, chosen, outcome)
        if isinstance(outcome, DecidedByAnother):
            return self._first(visit, shown, error=_MEANWHILE, status=409)
        if isinstance(outcome, DecidedMeanwhile):
            return self._first(visit, shown, error=_by_now(outcome.decision), status=409)
        assert isinstance(outcome, Superseded)
        return self._first(visit, shown, error=_SUPERSEDED, status=409)

    def _refused(self, visit: Visit, shown: Shown, chosen: Chosen, refusal: Refusal) -> Response:
        if refusal.field == "choices":
            return self._first(visit, shown, chosen, error=refusal.sentence, status=422)
        if not refusal.field:
            newest = self._approving.shown(visit.visitor) or shown
            return self._first(visit, newest, error=refusal.sentence, status=409)
        return self._again(visit, shown, chosen, refusal.sentence, 422)

    def _too_often(self, visit: Visit) -> Response:
        shown = self._approving.shown(visit.visitor)
        if shown is None:
            return self._none(visit)
        return self._again(visit, shown, _chosen(visit.form.one, shown.version), OFTEN, 429)

    def _again(self, visit: Visit, shown: Shown, chosen: Chosen, why: str, status: int) -> Response:
        """The second step once more, with what is wrong; where it does not fit any more, the first one."""
        if not _fits(chosen, shown) or not shown.is_open:
            return self._first(visit, shown, error=why, status=status)
        return self._second(visit, shown, chosen, why, status)

    def _first(
        self,
        visit: Visit,
        shown: Shown,
        chosen: Chosen | None = None,
        error: str = "",
        status: int = 200,
        done: bool = False,
        change: bool = False,
    ) -> Response:
        """The estimate, with the form where this contact may decide."""
        decided = shown.decision.choices if shown.decision and shown.mine else {}
        choices = chosen.choices if chosen else decided
        form = shown.is_open and (shown.decision is None or change or chosen is not None)
        version = shown.version
        return self._doors.page(
            "estimate.html",
            visit,
            status,
            place="estimate",
            estimate=words.version_words(shown.history, choices if form else None),
            older=[words.version_words(history) for history in shown.older],
            approved=words.approved_words(
                version, choices if form else shown.decision.choices if shown.decision else {}
            ),
            verbs=[(choice.value, verb) for choice, verb in words.VERBS],
            form=form,
            open=[line.id for line in version.lines if line.id not in choices],
            version_id=version.id,
            digest=version.digest,
            seen=shown.seen,
            order=chosen.order if chosen else _last_order(shown),
            mine=shown.mine,
            why_closed=one_line(shown.why_closed, 300),
            teaser=one_line(self._approving.teaser(visit.visitor), 400),
            error=error,
            marked=bool(error) and chosen is not None,
            done=done and shown.mine,
        )

    def _second(self, visit: Visit, shown: Shown, chosen: Chosen, error: str = "", status: int = 200) -> Response:
        missing = [line.id for line in shown.version.lines if line.id not in chosen.choices]
        if missing:
            count = "1 line has" if len(missing) == 1 else f"{len(missing)} lines have"
            why = f"Choose for every line: {count} no choice yet."
            return self._first(visit, shown, chosen, error=error or why, status=422)
        if approved_totals(shown.version.lines, chosen.choices).total < 0:
            return self._first(visit, shown, chosen, error=error or LESS_THAN_NOTHING, status=422)
        needs_code = shown.needs_code(chosen.choices)
        return self._doors.page(
            "estimate_check.html",
            visit,
            status,
            **self._step(visit, shown, chosen),
            needs_code=needs_code,
            why_no_code=one_line(shown.why_no_code, 200) if needs_code else "",
            limit=show_money(shown.approve_up_to, shown.version.currency),
            error=error,
        )

    def _code(self, visit: Visit, shown: Shown, chosen: Chosen, needed: CodeNeeded) -> Response:
        if not _fits(chosen, shown):
            return self._first(visit, shown, error=_SUPERSEDED, status=409)
        return self._doors.page(
            "estimate_code.html",
            visit,
            422 if needed.problem else 200,
            **self._step(visit, shown, chosen),
            needed=needed,
            problem=one_line(needed.problem, 300),
        )

    def _step(self, visit: Visit, shown: Shown, chosen: Chosen) -> dict[str, Any]:
        """What the steps after the first one show and carry on."""
        return {
            "place": "estimate",
            "estimate": words.version_words(shown.history, chosen.choices),
            "approved": words.approved_words(shown.version, chosen.choices),
            "verbs": [(choice.value, choice.value.capitalize()) for choice, _ in words.VERBS],
            "version_id": chosen.version_id,
            "digest": chosen.digest,
            "seen": chosen.seen,
            "order": chosen.order,
            "form_id": chosen.form_id or uuid.uuid4().hex,
            "seal": self._doors.seal(visit, _ACT),
        }

    def _none(self, visit: Visit) -> Response:
        teaser = display_text(self._approving.teaser(visit.visitor), 400)
        return self._doors.page("estimate_none.html", visit, 200 if teaser else 404, place="estimate", teaser=teaser)


def _chosen(read: Callable[..., str | None], version: Version, form_id: str = "") -> Chosen:
    """What came in an address or a form, as far as it can be read; choices of the newest version's lines alone."""

    def text(name: str) -> str:
        return (read(name) or "").strip()

    choices = {}
    for line in version.lines:
        given = text(f"line-{line.id}")
        if given in set(Choice):
            choices[line.id] = Choice(given)
    seen, order = whole(text("seen")), text("order")[:1000]
    return Chosen(whole(text("version")), text("digest")[:100], choices, order, form_id[:64], seen)


def _last_order(shown: Shown) -> str:
    """The purchase order of this contact's own decision, for the form that changes it."""
    return one_line(shown.decision.purchase_order, 200) if shown.decision and shown.mine else ""


def _fits(chosen: Chosen, shown: Shown) -> bool:
    """Whether a form was made for what is shown now."""
    return chosen.version_id == shown.version.id and chosen.digest == shown.version.digest


def _old(chosen: Chosen, shown: Shown) -> str:
    """Why a form does not fit what is shown now, "" where it does."""
    if not _fits(chosen, shown):
        return _SUPERSEDED
    if shown.decision is not None and shown.mine and chosen.seen != shown.decision.id:
        return _by_now(shown.decision)
    return ""


def _by_now(decision: Decision) -> str:
    """That a decision in this contact's own name came before this form."""
    return _RECORDED if decision.recorded_by else _IN_ANOTHER_WINDOW
