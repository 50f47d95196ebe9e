"""Telling workers by text that there is something new for them: one text a job until they have read it (rule 47)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from domain.errors import Refusal
from domain.links import PLACE
from domain.text import one_line

if TYPE_CHECKING:
    from storage.notices import News, Notices

_log = logging.getLogger("jobline.notices")
_NAME = 40


def tell_workers(notices: Notices, links_go_out: Callable[[], bool]) -> int:
    """Queue a text for every worker who has something new and has not been told; returns how many.

    A second run changes nothing. Where no link may go out, nobody is told by text (rule 26).
    """
    if not links_go_out():
        return 0
    told = 0
    for news in notices.due():
        try:
            told += notices.make(news, notice(news))
        except Refusal as refusal:
            _log.warning("no text to worker %s about job %s: %s", news.user_id, news.job_id, refusal.sentence)
    return told


def notice(news: News) -> str:
    """The words of a notice as they are stored; they hold nothing of the message."""
    return f"New message on job {_plain(news.number)} ({_plain(news.customer)}). Read and answer: {PLACE}"


def _plain(name: str) -> str:
    """A name on one line, in which nothing can stand for a link."""
    return one_line(name, _NAME).replace("[", "(").replace("]", ")")
