"""The file of the secret: made once, for its owner alone, never in the database."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app import secret
from app.settings import Settings
from domain.errors import Refusal
from domain.secret import Purpose


def at(folder: Path, file: str = "") -> Settings:
    """Settings with this state folder."""
    return Settings(state_dir=str(folder / "state"), secret_file=file)


def test_it_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    first = secret.load(at(tmp_path))
    path = tmp_path / "state" / "secret.key"
    assert (path.stat().st_mode & 0o777, len(path.read_bytes())) == (0o600, 32)
    assert secret.load(at(tmp_path)) == first
    assert [each.name for each in path.parent.iterdir()] == ["secret.key"], "nothing is left of making it"


def test_another_folder_has_another_secret(tmp_path: Path) -> None:
    one, two = secret.load(at(tmp_path / "one")), secret.load(at(tmp_path / "two"))
    assert one.value != two.value
    assert not one.fits(two.mark)
    assert one.fits(one.mark)
    assert one.fits(""), "nothing was made with any secret yet"


def test_programs_that_start_at_once_agree_on_one(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as threads:
        found = set(threads.map(lambda _: secret.load(at(tmp_path)).value, range(64)))
    assert len(found) == 1


def test_the_file_may_be_elsewhere(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "jobline.key"
    made = secret.load(at(tmp_path, str(file)))
    assert file.read_bytes() == made.value
    assert made.place.endswith(f":{file}")
    assert not (tmp_path / "state").exists()


def test_a_copy_is_the_same_secret_with_its_own_place(tmp_path: Path) -> None:
    made = secret.load(at(tmp_path / "one"))
    copy = tmp_path / "copy.key"
    copy.write_bytes(made.value)
    copy.chmod(0o400)
    again = secret.load(at(tmp_path, str(copy)))
    assert again.fits(made.mark)
    assert again.place != made.place


def test_a_secret_open_to_everybody_is_refused(tmp_path: Path) -> None:
    secret.load(at(tmp_path))
    (tmp_path / "state" / "secret.key").chmod(0o644)
    with pytest.raises(Refusal, match="chmod 600"):
        secret.load(at(tmp_path))


@pytest.mark.parametrize("content", [b"", b"x" * 31, b"x" * 33])
def test_a_damaged_one_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "secret.key"
    file.write_bytes(content)
    file.chmod(0o600)
    with pytest.raises(Refusal, match="damaged"):
        secret.load(at(tmp_path, str(file)))


def test_a_place_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("no folder")
    with pytest.raises(Refusal, match="cannot be used"):
        secret.load(at(tmp_path))


def test_each_purpose_has_a_key_of_its_own_and_none_is_shown(tmp_path: Path) -> None:
    made = secret.load(at(tmp_path))
    keys = {made.key(purpose) for purpose in Purpose}
    assert len(keys) == len(Purpose)
    assert made.value not in keys
    assert made.value.hex() not in repr(made)
    assert str(made.value) not in repr(made)
    assert os.linesep not in made.mark
