"""The practice account: fixed, published, and good for nothing outside this machine."""

PRACTICE_ACCOUNT = "AC10b11e00000000000000000000005afe"
PRACTICE_TOKEN = "5afe5afe5afe5afe5afe5afe5afe5afe"  # noqa: S105  (opens nothing but the simulator)
DEFAULT_PORT = 8010
DEFAULT_NUMBER = "+15005550006"
"""The number the simulator has when none is given. Twilio's own test number that always works."""
