"""What the three recording scripts share: one run at a time through `MlflowClient`."""

import os
import re
import tempfile
import time
import uuid

from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag

BATCH = 1000  # the most metrics that one log-batch takes


def significant(value, digits=4):
    """`value` rounded to so many significant digits, as it is logged."""
    return float(f"{value:.{digits - 1}e}")


class Run:
    """A run that gathers points and sends them in log-batch calls, as training loops do."""

    def __init__(self, client, experiment, name, params, tags):
        self.client = client
        source = {"mlflow.user": "demo", "mlflow.source.type": "LOCAL"}
        created = client.create_run(experiment, run_name=name, tags={**source, **tags})
        self.id = created.info.run_id
        client.log_batch(self.id, params=[Param(k, str(v)) for k, v in params.items()])
        self.waiting = []

    def point(self, metric, value, step):
        """Logs one point, now; it is sent with its neighbours."""
        self.waiting.append(Metric(metric, value, int(time.time() * 1000), step))

    def send(self):
        """Sends what waits."""
        for at in range(0, len(self.waiting), BATCH):
            self.client.log_batch(self.id, metrics=self.waiting[at : at + BATCH])
        self.waiting.clear()

    def tag(self, **tags):
        self.client.log_batch(self.id, tags=[RunTag(k, str(v)) for k, v in tags.items()])

    def media(self, folder, key, step, ending, content):
        """Logs a file that belongs to a step, under the name that `log_image` gives."""
        stamp = f"timestamp+{int(time.time() * 1000)}+{uuid.uuid4()}"
        self.file(folder, f"{key.replace('/', '~')}+step+{step}+{stamp}.{ending}", content)
        if folder == "images":
            self.client.set_tag(self.id, "mlflow.loggedImages", "True")

    def file(self, folder, name, content):
        """Logs `content` as the artifact `folder/name`."""
        with tempfile.TemporaryDirectory() as at:
            path = os.path.join(at, name)
            with open(path, "wb") as out:
                out.write(content)
            self.client.log_artifact(self.id, path, folder or None)

    def end(self, status="FINISHED"):
        self.send()
        self.client.set_terminated(self.id, status)


def open_experiment(uri, artifacts, name, note):
    """The client and a new experiment called `name`, its files in the folder `artifacts`."""
    client = MlflowClient(uri)
    location = f"file://{os.path.abspath(artifacts)}" if artifacts else None
    return client, client.create_experiment(name, location, {"mlflow.note.content": unwrapped(note)})


def unwrapped(text):
    """`text` with a line for each paragraph, as people write Markdown in a browser."""
    return re.sub(r"(?<!\n)\n(?!\n)", " ", text)
