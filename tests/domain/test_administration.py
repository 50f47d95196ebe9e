"""Forms of Settings: two who change the same thing do not undo each other's other fields."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from domain.administration import LocationForm, merged_location
from tests.domain.builders import modest

PLACES = {"JPY": 0, "USD": 2, "EUR": 2, "KWD": 3}
forms = st.builds(
    LocationForm,
    name=st.sampled_from(["North", "South"]),
    country=st.just("US"),
    currency=st.sampled_from(list(PLACES)),
    time_zone=st.just("UTC"),
    links_in_texts=st.booleans(),
    approve_up_to=st.integers(0, 10**9),
)


def figure(form: LocationForm) -> Decimal:
    """The amount as it stands on the screen."""
    return Decimal(form.approve_up_to).scaleb(-PLACES[form.currency])


@modest
@given(forms, forms)
def test_a_form_alone_is_stored_as_it_was_sent(before: LocationForm, after: LocationForm) -> None:
    assert merged_location(before, before, after) == after


@modest
@given(forms, forms, forms)
def test_the_figure_that_somebody_changed_counts_in_the_currency_that_stands_there_then(
    now: LocationForm, before: LocationForm, after: LocationForm
) -> None:
    form = merged_location(now, before, after)
    wanted = figure(after) if figure(after) != figure(before) else figure(now)
    assert abs(figure(form) - wanted) < Decimal(1).scaleb(-PLACES[form.currency])
    assert form.currency == (after.currency if after.currency != before.currency else now.currency)
    assert form.links_in_texts == (
        after.links_in_texts if after.links_in_texts != before.links_in_texts else now.links_in_texts
    )


def test_the_name_of_one_and_the_limit_of_another_both_stand() -> None:
    before = LocationForm("North", "US", "USD", "UTC")
    now = replace(before, name="Far North")
    assert merged_location(now, before, replace(before, approve_up_to=100)) == replace(now, approve_up_to=100)
