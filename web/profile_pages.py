"""The contact's profile: what is on file of them, and their email address to add or change."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.errors import Refusal
from domain.profile import Profile
from domain.text import one_line
from messaging.profile import OwnProfile
from web.contact_doors import ContactDoors, Visit
from web.linked import OFTEN, STALE

_ACT = "profile"


class ProfilePages:
    """The routes of the profile."""

    def __init__(self, doors: ContactDoors, own: OwnProfile) -> None:
        self._doors = doors
        self._own = own
        self._changing = doors.ground.limit(10)

    def routes(self) -> list[BaseRoute]:
        """One address: GET shows, POST keeps the email address."""
        path = f"{self._doors.path}/profile"
        keep = self._doors.post(self._keep, _ACT, self._changing, lambda visit: self._again(visit, OFTEN, 429))
        return [
            Route(path, self._doors.get(self._show), methods=["GET"]),
            Route(path, keep, methods=["POST"]),
        ]

    def _show(self, visit: Visit) -> Response:
        return self._page(visit, saved="saved" in visit.query)

    def _keep(self, visit: Visit) -> Response:
        if visit.stale:
            return self._again(visit, STALE, 403)
        try:
            self._own.set_email(visit.visitor, visit.form.one("email"))
        except Refusal as refusal:
            return self._again(visit, refusal.sentence, 422)
        return self._doors.to(visit, "/profile?saved=yes")

    def _again(self, visit: Visit, why: str, status: int) -> Response:
        return self._page(visit, status, typed=visit.form.one("email"), error=why)

    def _page(
        self, visit: Visit, status: int = 200, typed: str | None = None, error: str = "", saved: bool = False
    ) -> Response:
        profile = self._own.shown(visit.visitor)
        known = [("Name", profile.name), ("Job title", profile.title), ("Company", profile.customer)]
        return self._doors.page(
            "profile.html",
            visit,
            status,
            place="profile",
            known=[(name, one_line(value, 200)) for name, value in known if value],
            mobile=one_line(profile.mobile, 40),
            no_text=_no_text(profile),
            email=one_line(profile.email, 254),
            typed=one_line(profile.email, 254) if typed is None else typed,
            seal=self._doors.seal(visit, _ACT),
            error=error,
            saved=saved and not error,
        )


def _no_text(profile: Profile) -> str:
    """Why no text reaches them, in their words; "" where texts do."""
    if profile.opted_out:
        return "You opted out by STOP. Text START to our number to get texts again."
    if not profile.sms_on:
        return "Switched off. Ask us to get texts again."
    return "" if profile.mobile else "We have no mobile number of you."
