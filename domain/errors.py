"""The one exception a person reads: a sentence that says what is wrong and what to do next."""


class Refusal(Exception):
    """Something asked for cannot be done.

    `sentence` is shown to the person as it is. `field` names the form field it belongs to
    ("recipient", "contents", "mobile", …), or is None where there is no form.
    """

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field
