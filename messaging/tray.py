"""Sorting texts that came in: which job they belong to, who wrote them, and whom they are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from domain import phone
from domain.errors import Refusal
from domain.messages import Party
from domain.people import User
from domain.permissions import Act, demand
from domain.placing import Offer, TrayText

if TYPE_CHECKING:
    from domain.jobs import Job
    from storage.placing import Placing
    from storage.threads import Threads
    from storage.tray import TrayTexts

_NO_TEXT = "Only what came in by text can be sorted. Select such a message in the thread."
_GONE = "This text is not in your tray any more."
_LONGEST_NAME = 100


class Sorted(NamedTuple):
    """What was done, in a sentence, and the job the text is on now, None where it is on none."""

    sentence: str
    job_id: int | None = None


class Tray:
    """The use cases of the tray, and of texts that were placed already; each raises Refusal with the next step.

    What somebody decides is decided about the text as they had it before them: of two dispatchers who sort
    the same text one wins, and the other reads who did.
    """

    def __init__(self, threads: Threads, texts: TrayTexts, placing: Placing) -> None:
        self.threads = threads
        self.texts = texts
        self.placing = placing

    def waiting(self, user: User) -> list[TrayText]:
        """Texts without a job and guesses, the newest first."""
        demand(user, Act.SORT_TRAY)
        return self.texts.waiting(user)

    def dismissed(self, user: User) -> list[TrayText]:
        """Texts that were dismissed, the newest first."""
        demand(user, Act.SORT_TRAY)
        return self.texts.dismissed(user)

    def of_message(self, user: User, job_id: int, message_id: int) -> TrayText:
        """The text that a message was made of; Refusal where it did not come by text."""
        demand(user, Act.SORT_TRAY)
        text = self.texts.of_message(user, job_id, message_id)
        if text is None:
            raise Refusal(_NO_TEXT)
        return text

    def offers(self, user: User, text: TrayText, words: str = "") -> list[Offer]:
        """The jobs a text may belong to, the likeliest first; with words, those that hold them all."""
        demand(user, Act.SORT_TRAY)
        return self.texts.offers(user, text, words)

    def customers(self, user: User) -> list[str]:
        """The names of all customers, to choose from when a sender becomes a contact."""
        demand(user, Act.SORT_TRAY)
        return self.texts.customers()

    def place(self, user: User, text: TrayText, job_id: int) -> Sorted:
        """Put a text on a job, out of the tray or from another job. A person decided: it is no guess any more."""
        self._known(user, text)
        job = self._job(user, job_id)
        if text.job_id == job_id:
            if not text.guessed:
                raise Refusal(f"This text is on {job.number} already. Choose another job.")
            return self.confirm(user, text)
        message_id = self.placing.put(text, job_id, user)
        done = "Moved" if text.placed else "Placed"
        hint = self._hint(user, job, message_id)
        return Sorted(f"{done}: the text is on {job.number}, {job.customer}. {hint}".rstrip(), job_id)

    def confirm(self, user: User, text: TrayText) -> Sorted:
        """A guess is right; its worker sees it from now on (rule 32)."""
        self._known(user, text)
        if not text.guessed:
            raise Refusal("This text is no guess. It can be moved to another job.")
        self.placing.confirm(text, user)
        return Sorted(f"Confirmed: the text belongs to {text.number}.", text.job_id)

    def take_in(self, user: User, text: TrayText) -> Sorted:
        """Make a text that was kept for dispatchers a message like any other (rule 34)."""
        self._known(user, text)
        if not text.dispatch_only:
            raise Refusal("This text is a message already: everybody who takes part in the job sees it.")
        self.placing.take_in(text, user)
        return Sorted("Taken in: it is a message on the job now, also for its worker and its author.", text.job_id)

    def decide(self, user: User, text: TrayText) -> Sorted:
        """The one key on a message: take in what is kept for dispatchers, confirm what is a guess."""
        if text.dispatch_only:
            return self.take_in(user, text)
        if text.guessed:
            return self.confirm(user, text)
        raise Refusal("There is nothing to decide here: this text is no guess, and everybody on the job sees it.")

    def correct(self, user: User, text: TrayText) -> Sorted:
        """File a text from a shared phone under the next of those who share it (rule 33)."""
        self._known(user, text)
        name = self.placing.correct(text, user)
        return Sorted(f"It was {name} who wrote this.", text.job_id)

    def name_sender(self, user: User, text: TrayText, name: str, customer: str) -> Sorted:
        """Make the sender of a text a contact; Refusal (field "name" or "customer") for what is missing."""
        self._known(user, text)
        name, customer = _checked(name, "name", "the person"), _checked(customer, "customer", "the customer")
        fresh = self.placing.name_sender(text, name, customer, user)
        new = "the new customer " if fresh else ""
        return Sorted(f"{name} is a contact of {new}{customer} now, with {phone.show(text.sender)}.", text.job_id)

    def dismiss(self, user: User, text: TrayText) -> Sorted:
        """Take a text out of the tray; it can be brought back."""
        self._known(user, text)
        self.placing.dismiss(text, user)
        return Sorted("Dismissed. Nothing is lost: v shows what was dismissed.")

    def bring_back(self, user: User, text: TrayText) -> Sorted:
        """Put a dismissed text back into the tray."""
        self._known(user, text)
        self.placing.bring_back(text)
        return Sorted("Brought back: it waits in the tray again.")

    def _known(self, user: User, text: TrayText) -> None:
        """Refusal where this user may not sort, or does not see the text where it is now."""
        demand(user, Act.SORT_TRAY)
        if self.texts.one(user, text.id) is None:
            raise Refusal(_GONE)

    def _job(self, user: User, job_id: int) -> Job:
        job = self.threads.job(user, job_id)
        if job is None:
            raise Refusal("This job is not in your list any more. Choose another one.")
        return job

    def _hint(self, user: User, job: Job, message_id: int) -> str:
        """What is left to do: a bare number cannot be answered, a kept text is seen by dispatchers alone."""
        message = self.threads.message(user, job.id, message_id)
        if message is None:
            return ""
        if message.author.role is Party.PHONE:
            return f"Nobody at {job.customer} has this number yet: b on the message makes a contact."
        return "Only dispatchers see it there: t takes it in." if message.dispatch_only else ""


def _checked(typed: str, field: str, what: str) -> str:
    words = " ".join(typed.split())
    if not words:
        raise Refusal(f"Type the name of {what}.", field)
    if len(words) > _LONGEST_NAME or not words.isprintable():
        raise Refusal(f"That cannot be the name of {what}: use at most {_LONGEST_NAME} visible letters.", field)
    return words
