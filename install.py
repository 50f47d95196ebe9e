"""Make .venv and install Jobline with its tools into it. Needs nothing but Python 3.11 or newer."""

import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
OLDEST = (3, 11)
PIP = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")


def main() -> int:
    """Install, or say what is missing; returns the exit code."""
    if sys.version_info < OLDEST:
        return _say(
            f"Jobline needs Python {OLDEST[0]}.{OLDEST[1]} or newer; this is {sys.version.split()[0]}. "
            "Install a newer one and name it: make PYTHON=python3.12 demo"
        )
    try:
        import ensurepip  # noqa: F401  (only to see whether it is there)
    except ImportError:
        return _say(
            "This Python cannot make virtual environments: the module ensurepip is missing. "
            "On Debian and Ubuntu install it with: sudo apt-get install python3-venv"
        )
    python = VENV / "bin" / "python"
    if not python.exists():
        print("Making .venv …", flush=True)
        venv.create(VENV, with_pip=True, clear=True)
    print("Installing Jobline and its tools …", flush=True)
    done = subprocess.run(
        [python, *PIP, "-c", str(HERE / "constraints.txt"), "-e", f"{HERE}[dev]"],
        check=False,
    )
    if done.returncode:
        return _say("The installation failed; the lines above say why. Is the package index reachable?")
    (VENV / "ready").touch()
    return 0


def _say(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
