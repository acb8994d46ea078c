"""Starts the real server on a free port with a fresh data folder, for the unmodified mlflow client.

THROUGHLINE_BIN names the program; without it the debug build of this clone is taken.
"""

import os
import re
import subprocess
from pathlib import Path

import mlflow
import pytest

CLONE = Path(__file__).resolve().parents[4]


class Server:
    """A running server. `restart` kills it as a power cut would, and starts it again."""

    def __init__(self, data: Path):
        self.data = data
        self.program = os.environ.get("THROUGHLINE_BIN", str(CLONE / "target/debug/throughline"))
        self.port = 0
        self.start()

    def start(self):
        command = [self.program, "serve", "--port", str(self.port), "--data", str(self.data)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        found = re.search(r"http://[^:]+:(\d+)", line)
        assert found, f"the server did not say where it listens: {line!r}"
        self.port = int(found.group(1))
        self.uri = f"http://127.0.0.1:{self.port}"

    def restart(self):
        self.process.kill()
        self.process.wait()
        self.start()

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=20)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    # A refused request must fail the test at once, not after minutes of repeating.
    os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "1"
    os.environ["MLFLOW_ENABLE_ASYNC_LOGGING"] = "false"
    running = Server(tmp_path_factory.mktemp("data"))
    yield running
    running.stop()


@pytest.fixture
def client(server):
    mlflow.set_tracking_uri(server.uri)
    mlflow.set_registry_uri(server.uri)
    yield mlflow.MlflowClient(server.uri)
    while mlflow.active_run():
        mlflow.end_run()


@pytest.fixture
def experiment(client, request):
    """A fresh experiment, active for the fluent API too."""
    return mlflow.set_experiment(request.node.name).experiment_id
