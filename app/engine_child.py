"""The engine as a desk's child: started, restarted with growing pauses, ended with the desk."""

import subprocess
import threading

from app import children
from app.settings import Settings

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0


class EngineChild:
    """Keeps one engine running. Of all desks' engines on one database, one works and the others wait."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._child: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="engine-child", daemon=True)

    def start(self) -> None:
        """Start it, and again whenever it ends."""
        self._thread.start()

    def stop(self) -> None:
        """Close its input; it finishes the call in flight and ends."""
        self._stopping.set()
        child = self._child
        if child is not None and child.poll() is None:
            children.end(child)

    def _keep(self) -> None:
        pause = FIRST_PAUSE_S
        config = ("--config", str(self._settings.source)) if self._settings.source else ()
        while not self._stopping.is_set():
            self._child = children.start("serve", "--until-eof", *config, stderr=self._settings.state / "engine.err")
            while self._child.poll() is None and not self._stopping.wait(0.2):
                pass
            if not self._stopping.is_set():
                children.end(self._child)  # it is gone; this gives back its pipe
            if self._stopping.wait(pause):
                return
            pause = min(LONGEST_PAUSE_S, pause * 2)
