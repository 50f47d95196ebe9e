"""Settings: `jobline.toml`, over it the environment. Read by the standard library alone, before the first frame.

The file is looked for in the working folder, then in the user's configuration folder, unless
`--config` names one. Unknown keys are refused by name.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from domain.errors import Refusal

PREFIX = "JOBLINE_"
_BESIDE = frozenset({"JOBLINE_PIN", "JOBLINE_CONFIG", "JOBLINE_CARRIER_PROXY", "JOBLINE_KILL_RUNS"})
"""Variables with our prefix that are no settings."""


@dataclass(frozen=True, slots=True)
class TwilioSettings:
    """How to reach the carrier. Without an account the practice carrier is used."""

    account_sid: str = ""
    auth_token: str = field(default="", repr=False)
    api_key_sid: str = ""
    api_key_secret: str = field(default="", repr=False)
    api_url: str = ""


@dataclass(frozen=True, slots=True)
class WebSettings:
    """Where the engine listens."""

    public_url: str = ""
    host: str = "127.0.0.1"
    port: int = 8645


@dataclass(frozen=True, slots=True)
class SyncSettings:
    """How the engine works. `segments_per_second` 0 means no limit for each number."""

    poll_seconds: float = 5.0
    senders: int = 4
    segments_per_second: float = 0.0


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set."""

    database_url: str = ""
    state_dir: str = ""
    secret_file: str = ""
    twilio: TwilioSettings = TwilioSettings()
    web: WebSettings = WebSettings()
    sync: SyncSettings = SyncSettings()
    source: Path | None = None
    """The file they were read from, for our children."""

    @property
    def state(self) -> Path:
        """The folder for the log, the spool and backups."""
        return Path(self.state_dir)


_SECTIONS: dict[str, type] = {"twilio": TwilioSettings, "web": WebSettings, "sync": SyncSettings}
_PLAIN = ("database_url", "state_dir", "secret_file")
_DATABASES = ("sqlite", "postgresql", "postgresql+psycopg")


def load(config: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings. Raises Refusal with the file or the variable that is wrong."""
    environment = os.environ if environment is None else environment
    values = _from_file(source := _find(config, environment))
    for name, text in environment.items():
        if name.startswith(PREFIX) and name not in _BESIDE:
            _put(values, name.removeprefix(PREFIX).lower().split("__"), text, f"the variable {name}")
    sections: dict[str, Any] = {name: _section(kind, values.pop(name, {})) for name, kind in _SECTIONS.items()}
    plain: dict[str, Any] = {name: str(values.pop(name, "")) for name in _PLAIN}
    if values:
        raise Refusal(f"There is no setting called “{next(iter(values))}”. See docs/settings.md for all of them.")
    plain["state_dir"] = plain["state_dir"] or str(_user_folder(environment, "XDG_STATE_HOME", ".local/state"))
    plain["database_url"] = plain["database_url"] or _default_database(environment)
    settings = Settings(source=source.absolute() if source else None, **plain, **sections)
    _check(settings)
    return settings


def _find(config: Path | None, environment: Mapping[str, str]) -> Path | None:
    if config is None and "JOBLINE_CONFIG" in environment:
        config = Path(environment["JOBLINE_CONFIG"])
    if config is not None:
        if not config.exists():
            raise Refusal(f"There is no settings file {config}. Check the name after --config.")
        return config
    places = (Path("jobline.toml"), _user_folder(environment, "XDG_CONFIG_HOME", ".config") / "jobline.toml")
    return next((path for path in places if path.exists()), None)


def _from_file(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Refusal(
            f"The settings file {path} cannot be read: {error.strerror}. Check its owner and rights."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refusal(f"The settings file {path} is not valid TOML: {error}. Mend that line and start again.") from None


def _put(values: dict[str, Any], keys: list[str], text: str, where: str) -> None:
    if len(keys) == 1 and keys[0] in _PLAIN:
        values[keys[0]] = text
    elif len(keys) == 2 and keys[0] in _SECTIONS:
        values.setdefault(keys[0], {})[keys[1]] = text
    else:
        raise Refusal(f"There is no setting behind {where}. See docs/settings.md for all of them.")


def _section(kind: type, values: Any) -> Any:
    name = next(n for n, k in _SECTIONS.items() if k is kind)
    if not isinstance(values, dict):
        raise Refusal(f"“{name}” in the settings is a section: write [{name}] and its keys below.")
    known = {f.name: f for f in fields(kind)}
    for key in values:
        if key not in known:
            raise Refusal(f"There is no setting called “{name}.{key}”. See docs/settings.md for all of them.")
    return kind(**{key: _typed(f"{name}.{key}", known[key].type, value) for key, value in values.items()})


def _typed(name: str, kind: Any, value: Any) -> Any:
    try:
        return kind(value)
    except (TypeError, ValueError):
        raise Refusal(f"“{name}” must be a number, not “{value}”.") from None


def _check(settings: Settings) -> None:
    twilio = settings.twilio
    if twilio.account_sid and not (twilio.auth_token or (twilio.api_key_sid and twilio.api_key_secret)):
        raise Refusal("twilio.account_sid is set but no auth_token, nor api_key_sid with api_key_secret. Add one.")
    if twilio.api_url:
        address = urlsplit(twilio.api_url)
        if address.scheme != "https" and address.hostname not in ("127.0.0.1", "localhost", "::1"):
            raise Refusal("twilio.api_url must begin with https:// unless it is on this machine.")
    if settings.web.public_url:
        _check_public(settings.web.public_url)
    if not settings.sync.poll_seconds > 0 or settings.sync.senders < 1:
        raise Refusal("sync.poll_seconds and sync.senders must be above zero.")
    if not 0 <= settings.web.port <= 65_535:
        raise Refusal("web.port must be a number from 0 to 65535; 0 picks a free one.")
    kind, _, place = settings.database_url.partition("://")
    if kind not in _DATABASES or len(place) < 2 or (kind == "sqlite" and place[0] != "/"):
        raise Refusal("database_url must look like sqlite:////folder/jobline.db or postgresql://user@host/name.")


def _check_public(url: str) -> None:
    """A link in a text opens somebody's messages: it must not travel in the clear."""
    address = urlsplit(url)
    own = address.hostname in ("127.0.0.1", "localhost", "::1")
    if not address.hostname or address.scheme not in (("http", "https") if own else ("https",)):
        raise Refusal("web.public_url must begin with https:// unless it is on this machine.")
    if address.query or address.fragment or "@" in address.netloc:
        raise Refusal("web.public_url is an address such as https://texts.example.com, without ?, # or a name in it.")


def _default_database(environment: Mapping[str, str]) -> str:
    return f"sqlite:///{_user_folder(environment, 'XDG_DATA_HOME', '.local/share') / 'jobline.db'}"


def _user_folder(environment: Mapping[str, str], variable: str, default: str) -> Path:
    home = Path(environment.get("HOME") or Path.home())
    return Path(environment.get(variable) or home / default) / "jobline"
