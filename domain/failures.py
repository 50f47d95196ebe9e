"""Carrier error codes as sentences for a dispatcher; codes themselves are never shown.

Source: carrier facts, section 5. Twilio warns that codes may change meaning, so there is a default.
"""

_SENTENCES = {
    20003: "the carrier refused our credentials; ask the administrator",
    20404: "no longer at the carrier",
    21211: "this number is not valid",
    21212: "our sending number is set up wrongly",
    21408: "texting this country is switched off in our account",
    21602: "there was no text in it",
    21603: "our sending number is set up wrongly",
    21606: "our sending number is set up wrongly",
    21608: "trial account: this number must be verified first",
    21610: "the customer opted out; only they can undo it, by texting START",
    21611: "too many texts are waiting; try later",
    21612: "cannot be reached by text from our number",
    21614: "looks like a landline; call instead",
    21617: "the text was too long",
    21619: "there was no text in it",
    21635: "looks like a landline; call instead",
    21703: "our sending numbers cannot reach this customer",
    30001: "it waited too long and was not sent",
    30002: "our carrier account is suspended",
    30003: "phone off or out of reach; try later or call",
    30004: "blocked by the customer or the network",
    30005: "this number does not exist any more",
    30006: "cannot receive texts; call instead",
    30007: "the network filtered the text; reword it and avoid links",
    30008: "no reason was given",
    30022: "the daily limit of our number is reached",
    30023: "the daily limit of our number is reached",
    30032: "our number is not registered for texting",
    30034: "our number is not registered for texting",
    30035: "our number is still being registered for texting",
    30036: "it was not sent in time",
    30410: "no reason was given",
    30450: "blocked for now by the carrier's fraud protection",
}


def explain(code: int | None) -> str:
    """The sentence for a carrier's error code; an unknown or missing code has a sentence too."""
    return _SENTENCES.get(code or 0, "no reason was given")
