"""STOP and its kin: carrier facts, section 6, and rule 28."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.optout import Keyword, keyword, may_mean_the_job
from tests.domain.builders import modest

WORDS = {
    **dict.fromkeys(
        ("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"),
        Keyword.STOP,
    ),
    **dict.fromkeys(("START", "YES", "UNSTOP"), Keyword.START),
    **dict.fromkeys(("HELP", "INFO"), Keyword.HELP),
}


@pytest.mark.parametrize(("word", "meaning"), WORDS.items())
def test_each_word_in_any_case(word: str, meaning: Keyword) -> None:
    for typed in (word, word.lower(), word.capitalize(), word.swapcase(), f"  {word}\n"):
        assert keyword(typed) is meaning


@pytest.mark.parametrize("word", WORDS)
def test_a_word_among_others_is_no_keyword(word: str) -> None:
    for typed in (f"{word} please", f"please {word}", f"{word} {word}", f"un{word}x", f"{word}'s"):
        assert keyword(typed) is None


@pytest.mark.parametrize("body", ["", " ", "STOP ALL", "OPT OUT", "no", "ok", "stopp", "ends", "\n"])
def test_other_texts_are_no_keyword(body: str) -> None:
    assert keyword(body) is None


@modest
@given(st.text(max_size=10) | st.sampled_from(sorted(WORDS)).flatmap(lambda w: st.sampled_from((w, w + "!", "a " + w))))
def test_a_text_is_a_keyword_only_if_all_of_it_is_the_word(body: str) -> None:
    assert keyword(body) is WORDS.get(body.strip().upper())


@pytest.mark.parametrize("body", ["cancel", "CANCEL", " End ", "end"])
def test_rule_28_a_bare_cancel_or_end_may_have_meant_the_job(body: str) -> None:
    assert may_mean_the_job(body)
    assert keyword(body) is Keyword.STOP


@pytest.mark.parametrize(
    "body", ["stop", "STOPALL", "unsubscribe", "quit", "yes", "start", "help", "cancel it", "", "the end"]
)
def test_rule_28_nothing_else_does(body: str) -> None:
    assert not may_mean_the_job(body)
