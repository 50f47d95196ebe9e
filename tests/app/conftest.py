"""A Jobline set up once, and copied for each test."""

import shutil
from pathlib import Path

import pytest

from tests.app.jobline import Jobline

CUSTOMER = "Silva Farms"


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which `jobline init` was run, and an import of two jobs."""
    jobline = Jobline(tmp_path_factory.mktemp("made"))
    jobline.init()
    jobline.does("user", "add", "--name", "Marco Diaz", "--role", "worker", "--pin-stdin", given="135790")
    jobline.does("user", "add", "--name", "Abe Cole", "--role", "dispatcher", "--pin-stdin", given="135790")
    jobline.imports(
        f"J1,{CUSTOMER},Ana Silva,+15550102001,Marco Diaz",
        f"J2,{CUSTOMER},Ben Silva,+15550102002,",
        header="number,customer,site_contact,site_contact_mobile,worker",
    )
    return jobline.folder


@pytest.fixture
def bare(tmp_path: Path) -> Jobline:
    """A folder with nothing in it."""
    return Jobline(tmp_path)


@pytest.fixture
def jobline(made: Path, tmp_path: Path) -> Jobline:
    """A database with a location, three users and two jobs; practice carrier unless a test says otherwise."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return Jobline(tmp_path)


@pytest.fixture(scope="session")
def many(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Jobline:
    """The same with 510 more jobs, N000 to N509, for tests that only read."""
    folder = tmp_path_factory.mktemp("many")
    shutil.copytree(made, folder, dirs_exist_ok=True)
    jobline = Jobline(folder)
    jobline.imports(*(f"N{n:03},Many Ltd,," for n in range(510)))
    return jobline
