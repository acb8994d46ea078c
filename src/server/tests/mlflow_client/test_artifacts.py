"""Artifacts up and down, images, tables, figures."""

import json
import os
import time

import mlflow
import numpy
import pytest
import requests
from mlflow.exceptions import MlflowException


def test_files_up_and_down(client, experiment, tmp_path):
    source = tmp_path / "source"
    (source / "deep" / "er").mkdir(parents=True)
    (source / "a b.txt").write_text("space")
    (source / "deep" / "größe 数.bin").write_bytes(bytes(range(256)) * 1000)
    (source / "deep" / "er" / "100%.txt").write_text("per cent")
    (source / "deep" / "er" / "a;b=c.txt").write_text("odd")
    (source / "empty").write_text("")
    with mlflow.start_run() as run:
        mlflow.log_artifact(str(source / "a b.txt"))
        mlflow.log_artifacts(str(source), "all of it")
    run_id = run.info.run_id
    names = lambda path=None: sorted(f.path for f in client.list_artifacts(run_id, path))  # noqa: E731
    assert names() == ["a b.txt", "all of it"]
    assert names("all of it") == ["all of it/a b.txt", "all of it/deep", "all of it/empty"]
    assert names("nothing") == []
    sizes = {f.path: f.file_size for f in client.list_artifacts(run_id, "all of it/deep")}
    assert sizes == {"all of it/deep/er": None, "all of it/deep/größe 数.bin": 256_000}
    target = tmp_path / "target"
    target.mkdir()
    local = client.download_artifacts(run_id, "all of it", str(target))
    for folder, _, files in os.walk(source):
        for file in files:
            path = os.path.join(folder, file)
            with open(path, "rb") as a, open(os.path.join(local, os.path.relpath(path, source)), "rb") as b:
                assert a.read() == b.read(), path
    assert mlflow.artifacts.load_text(f"runs:/{run_id}/a b.txt") == "space"


def test_a_large_file(client, experiment, tmp_path):
    large = tmp_path / "large.bin"
    with open(large, "wb") as file:
        for n in range(48):
            file.write(bytes([n]) * (1 << 20))
    with mlflow.start_run() as run:
        mlflow.log_artifact(str(large))
    back = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="large.bin", dst_path=str(tmp_path / "t"))
    with open(large, "rb") as a, open(back, "rb") as b:
        assert a.read() == b.read()


def test_text_dict_figure(client, experiment):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    with mlflow.start_run() as run:
        mlflow.log_text("<h1>ü</h1>", "report/page.html")
        mlflow.log_dict({"a": [1, 2.5, None]}, "config.json")
        mlflow.log_dict({"a": 1}, "config.yaml")
        figure, axes = plt.subplots()
        axes.plot([1, 2, 3])
        mlflow.log_figure(figure, "plots/line.png")
        mlflow.log_figure(figure, "plots/line.svg")
    uri = run.info.artifact_uri
    assert mlflow.artifacts.load_text(uri + "/report/page.html") == "<h1>ü</h1>"
    assert mlflow.artifacts.load_dict(uri + "/config.json") == {"a": [1, 2.5, None]}
    assert mlflow.artifacts.load_image(uri + "/plots/line.png").size == (640, 480)
    assert "<svg" in mlflow.artifacts.load_text(uri + "/plots/line.svg")


def test_images_over_steps(client, experiment):
    with mlflow.start_run() as run:
        for step in range(3):
            mlflow.log_image(numpy.full((8, 8, 3), step * 50, numpy.uint8), key="samples/first", step=step)
        mlflow.log_image(numpy.zeros((4, 4), numpy.uint8), "plain.png")
        mlflow.flush_artifact_async_logging()
    found = [f.path for f in client.list_artifacts(run.info.run_id, "images")]
    assert len(found) == 6
    assert sum(path.startswith("images/samples~first+step+1+timestamp+") for path in found) == 2, found
    assert client.get_run(run.info.run_id).data.tags["mlflow.loggedImages"] == "True"
    assert mlflow.artifacts.load_image(f"{run.info.artifact_uri}/plain.png").size == (4, 4)


def test_tables(client, experiment):
    with mlflow.start_run() as run:
        mlflow.log_table({"x": [1, 2], "y": ["a", "b"]}, "tables/t.json")
        mlflow.log_table({"x": [3], "y": ["c"]}, "tables/t.json")
    table = mlflow.load_table("tables/t.json", run_ids=[run.info.run_id])
    assert list(table["x"]) == [1, 2, 3] and list(table["y"]) == ["a", "b", "c"]
    tag = client.get_run(run.info.run_id).data.tags["mlflow.loggedArtifacts"]
    assert json.loads(tag) == [{"path": "tables/t.json", "type": "table"}]


def test_missing_files(client, experiment):
    with mlflow.start_run() as run:
        mlflow.log_text("x", "a.txt")
    with pytest.raises(MlflowException):
        mlflow.artifacts.load_text(run.info.artifact_uri + "/nothing.txt")


def test_listing_for_people(server, client, experiment):
    with mlflow.start_run() as run:
        mlflow.log_text("x", "deep/a.txt")
    asked = {"run_id": run.info.run_id, "path": "deep"}
    listed = requests.get(f"{server.uri}/api/2.0/mlflow/artifacts/list", params=asked).json()
    assert listed["files"] == [{"path": "deep/a.txt", "is_dir": False, "file_size": 1}]
    asked["path"] = "deep/a.txt"
    assert requests.get(f"{server.uri}/get-artifact", params=asked).text == "x"


def test_forced_multipart_falls_back(client, experiment, tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD", "true")
    monkeypatch.setenv("MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE", str(5 << 20))
    monkeypatch.setenv("MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE", str(5 << 20))
    large = tmp_path / "large.bin"
    large.write_bytes(b"x" * (11 << 20))
    with mlflow.start_run() as run:
        mlflow.log_artifact(str(large))
    assert client.list_artifacts(run.info.run_id)[0].file_size == 11 << 20


def test_an_upload_that_breaks_off_leaves_nothing(server, client, experiment):
    run = client.create_run(experiment).info
    path = run.artifact_uri.removeprefix("mlflow-artifacts:/")

    def pieces():
        yield b"x" * 100_000
        raise ConnectionError("gone")

    with pytest.raises((ConnectionError, requests.exceptions.ConnectionError)):
        requests.put(f"{server.uri}/api/2.0/mlflow-artifacts/artifacts/{path}/half", data=pieces())
    assert client.list_artifacts(run.run_id) == []
    # The server notices the end of the connection a moment after the client does.
    until = time.monotonic() + 10
    while (left := list((server.data / "arriving").glob("*"))) and time.monotonic() < until:
        time.sleep(0.05)
    assert left == []
