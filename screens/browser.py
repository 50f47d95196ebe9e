"""Opening a page in this machine's browser, beside the terminal and never in it."""

import subprocess
import webbrowser

from domain.errors import Refusal

NONE = "There is no browser with a window on this machine. Copy the address, or hold a phone's camera to the code."
_IN_TERMINALS = frozenset({"www-browser", "links", "elinks", "lynx", "w3m"})
"""Browsers that would take the terminal away from the desk."""


def open_page(address: str) -> None:
    """Open a page in the browser; Refusal where there is none that has a window of its own. For threads."""
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        raise Refusal(NONE) from None
    if isinstance(browser, webbrowser.GenericBrowser):
        _start(browser, address)
    elif not browser.open(address):
        raise Refusal(NONE)


def _start(browser: webbrowser.GenericBrowser, address: str) -> None:
    """Start a browser that is a command, quietly: what it prints must not reach the desk's terminal."""
    if browser.basename in _IN_TERMINALS:
        raise Refusal(NONE)
    command = [browser.name, *(part.replace("%s", address) for part in browser.args)]
    try:
        subprocess.Popen(  # noqa: S603  (the user's own browser, without a shell)
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        raise Refusal(NONE) from None
