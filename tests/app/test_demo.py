"""The demo in a real terminal, by keys only: the whole conversation, once."""

from tests.terminal import Terminal


def test_a_first_alert_an_answer_and_an_answer_to_it_all_by_keys() -> None:
    with Terminal("demo") as demo:
        _sign_in(demo)
        _open_a_job_without_messages(demo)
        demo.press("escape", "a")
        demo.until("Who should we notify by SMS?")
        demo.press("ctrl+s")
        demo.until(lambda text: "Customer Messages" in text and "Delivered" in text)

        customer = _summary_customer(demo)
        demo.press("escape", "escape")
        demo.until("longest waiting first")
        demo.press("p")
        demo.until("Type on this phone")
        demo.press("enter")
        demo.until(lambda text: "STOP to get" in text and "/c/" in text)
        demo.press("Is eleven all right?", "enter")
        demo.until(lambda text: text.count("Is eleven all right?") >= 1 and "phone " in text)
        demo.press("escape", "escape")
        demo.until("longest waiting first")

        _filter(demo, "2403")
        demo.press("enter")
        demo.until(lambda text: customer in text and "Is eleven all right?" in text)
        demo.press("Eleven is fine.", "ctrl+s")
        demo.until(lambda text: "Eleven is fine." in text and text.count("Delivered") >= 2)

        demo.press("escape", "escape", "escape")
        demo.until("longest waiting first")
        demo.press("p")
        demo.until("Type on this phone")
        demo.press("enter")
        demo.until(lambda text: "Eleven is fine." in text)
        demo.press("ctrl+q")
        assert demo.ended() == 0


def test_an_answer_appears_in_customer_messages_without_a_key_press() -> None:
    with Terminal("demo") as demo:
        _sign_in(demo)
        _filter(demo, "2428")
        demo.press("enter")
        demo.until(lambda text: "Is the part for" in text and "Submit" in text)
        before = demo.text.count("◀")
        demo.press("It is in stock.", "ctrl+s")
        demo.until(lambda text: "It is in stock." in text and "Delivered" in text)
        demo.until(lambda text: text.count("◀") > before or _answered(text))
        demo.press("ctrl+q")
        assert demo.ended() == 0


def _answered(text: str) -> bool:
    """Whether the customer's text stands below ours."""
    return text.rfind("◀") > text.find("It is in stock.") > 0


def _sign_in(demo: Terminal) -> None:
    demo.until("Who are you?")
    demo.until("111111")
    demo.press("1")
    demo.until("its last digit enters")
    demo.press("111111")
    demo.until(" jobs, longest waiting first")


def _open_a_job_without_messages(demo: Terminal) -> None:
    _filter(demo, "2403")
    demo.press("enter")
    demo.until("No messages on this job yet")


def _filter(demo: Terminal, words: str) -> None:
    demo.press("/")
    demo.until("Number, customer, worker")
    demo.press(words)
    demo.until("1 job found")
    demo.press("enter")


def _summary_customer(demo: Terminal) -> str:
    return demo.text.splitlines()[1].split(" · ")[1]
