"""One gateway for all tests, and one for those that need it fresh."""

import shutil

import pytest

from running_gateway import start


@pytest.fixture(scope="session")
def one_gateway():
    gateway = start()
    yield gateway
    gateway.close()
    shutil.rmtree(gateway.folder)


@pytest.fixture
def gateway(one_gateway):
    one_gateway.user.reset()
    one_gateway.content.reset()
    yield one_gateway


@pytest.fixture
def own_gateway():
    """One that no other test has asked before."""
    gateway = start()
    yield gateway
    gateway.close()
    shutil.rmtree(gateway.folder)
