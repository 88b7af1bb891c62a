"""A studio without a port, and a browser's requests to it."""

from __future__ import annotations

import time

import pytest
from starlette.testclient import TestClient

from xlbp.studio import jobs
from xlbp.studio.app import application

TOKEN, PORT = "a-token", 8765
ORIGIN = f"http://127.0.0.1:{PORT}"


@pytest.fixture
def stranger(tmp_path):
    """Someone who knows the address, and no token."""
    root = tmp_path / "jobs"
    root.mkdir()
    (tmp_path / "kept").mkdir()
    with TestClient(application(root, TOKEN, PORT, tmp_path / "kept"), base_url=ORIGIN) as client:
        yield client


@pytest.fixture
def teacher(stranger):
    """Someone who opened the address that the terminal shows; sends what a browser sends."""
    stranger.get("/", params={"token": TOKEN})
    stranger.headers["Origin"] = ORIGIN
    return stranger


@pytest.fixture
def idle(monkeypatch):
    """Jobs that run nothing and are over at once, for tests of what is around them."""

    async def done(_job):
        return 0

    monkeypatch.setattr(jobs, "_run", done)


def ended(client, key):
    """The state of a job that is over; each look waits for an answer of the studio, which goes on meanwhile."""
    for _ in range(2000):
        state = client.get(f"/jobs/{key}/state").json()
        if state["is_over"]:
            return state
        time.sleep(0.02)
    raise AssertionError("the job did not end")
