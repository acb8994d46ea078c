"""Experiments, runs, params, tags, metrics: fluent and MlflowClient."""

import math
import time

import mlflow
import pytest
from mlflow.entities import Metric, Param, RunTag, ViewType
from mlflow.exceptions import MlflowException


def refused(code, call, *args, **kwargs):
    with pytest.raises(MlflowException) as error:
        call(*args, **kwargs)
    assert error.value.error_code == code, error.value
    return str(error.value)


def test_fluent_run(client, experiment):
    with mlflow.start_run(run_name="first", tags={"team": "a"}, description="Some *text*") as run:
        mlflow.log_param("lr", 0.1)
        mlflow.log_params({"depth": 3, "act": "relu"})
        mlflow.log_metric("loss", 1.0)
        mlflow.log_metric("loss", 0.5, step=1)
        mlflow.log_metrics({"acc": 0.9, "train/f1": 0.8}, step=2)
        mlflow.set_tag("note", "x")
        mlflow.set_tags({"a": 1, "b": "ü"})
    back = mlflow.get_run(run.info.run_id)
    assert back.info.status == "FINISHED"
    assert back.info.run_name == "first"
    assert back.info.end_time >= back.info.start_time
    assert back.data.params == {"lr": "0.1", "depth": "3", "act": "relu"}
    assert back.data.metrics == {"loss": 0.5, "acc": 0.9, "train/f1": 0.8}
    for key, value in {"team": "a", "note": "x", "a": "1", "b": "ü", "mlflow.note.content": "Some *text*"}.items():
        assert back.data.tags[key] == value
    assert back.info.artifact_uri == f"mlflow-artifacts:/{experiment}/{run.info.run_id}/artifacts"


def test_failed_run_and_resume(client, experiment):
    with pytest.raises(ZeroDivisionError):
        with mlflow.start_run() as run:
            1 / 0
    assert mlflow.get_run(run.info.run_id).info.status == "FAILED"
    with mlflow.start_run(run_id=run.info.run_id):
        mlflow.log_metric("m", 2.0, step=5)
        assert mlflow.get_run(run.info.run_id).info.status == "RUNNING"
    assert mlflow.get_run(run.info.run_id).info.status == "FINISHED"
    assert mlflow.get_run(run.info.run_id).data.metrics == {"m": 2.0}


def test_nested_runs(client, experiment):
    with mlflow.start_run() as parent:
        for n in range(3):
            with mlflow.start_run(nested=True, run_name=f"child-{n}"):
                mlflow.log_metric("n", n)
    found = client.search_runs([experiment], f"tags.mlflow.parentRunId = '{parent.info.run_id}'")
    assert sorted(run.info.run_name for run in found) == ["child-0", "child-1", "child-2"]
    assert mlflow.get_parent_run(found[0].info.run_id).info.run_id == parent.info.run_id


def test_generated_name(client, experiment):
    run = client.create_run(experiment)
    assert run.info.run_name == run.data.tags["mlflow.runName"]
    client.update_run(run.info.run_id, name="renamed", status="KILLED")
    run = client.get_run(run.info.run_id)
    assert (run.info.run_name, run.info.status) == ("renamed", "KILLED")
    assert run.data.tags["mlflow.runName"] == "renamed"
    client.set_tag(run.info.run_id, "mlflow.runName", "again")
    assert client.get_run(run.info.run_id).info.run_name == "again"


def test_log_batch(client, experiment):
    run = client.create_run(experiment).info.run_id
    now = int(time.time() * 1000)
    metrics = [Metric(f"m{n % 10}", n / 7, now + n, n // 10) for n in range(800)]
    params = [Param(f"p{n}", str(n)) for n in range(100)]
    tags = [RunTag(f"t{n}", str(n)) for n in range(100)]
    client.log_batch(run, metrics, params, tags)
    back = client.get_run(run).data
    assert len(back.metrics) == 10 and len(back.params) == 100 and len(back.tags) == 101
    history = client.get_metric_history(run, "m3")
    assert [(m.step, m.value, m.timestamp) for m in history] == [(n // 10, n / 7, now + n) for n in range(3, 800, 10)]
    refused("INVALID_PARAMETER_VALUE", client.log_batch, run, metrics, [Param("p1", "1"), Param("p2", "other")])
    assert len(client.get_metric_history(run, "m3")) == 80


def test_async_logging(client, experiment):
    with mlflow.start_run() as run:
        for step in range(200):
            mlflow.log_metric("loss", 1 / (step + 1), step=step, synchronous=False)
        mlflow.log_params({"a": 1}, synchronous=False)
        mlflow.set_tag("b", "2", synchronous=False)
        mlflow.flush_async_logging()
    assert len(client.get_metric_history(run.info.run_id, "loss")) == 200
    assert mlflow.get_run(run.info.run_id).data.params == {"a": "1"}


def test_param_conflict(client, experiment):
    run = client.create_run(experiment).info.run_id
    client.log_param(run, "k", "a")
    client.log_param(run, "k", "a")
    text = refused("INVALID_PARAMETER_VALUE", client.log_param, run, "k", "b")
    assert "Changing param values is not allowed" in text
    assert client.get_run(run).data.params == {"k": "a"}


def test_long_values_are_cut(client, experiment):
    run = client.create_run(experiment).info.run_id
    client.log_param(run, "long", "ä" * 7000)
    client.set_tag(run, "long", "ä" * 9000)
    data = client.get_run(run).data
    assert len(data.params["long"]) == 6000 and len(data.tags["long"]) == 8000


def test_numbers_that_json_cannot_hold(client, experiment):
    run = client.create_run(experiment).info.run_id
    for step, value in enumerate([math.nan, math.inf, -math.inf, 1e308, -0.0, 5e-324]):
        client.log_metric(run, "odd", value, step=step, timestamp=step)
    values = [m.value for m in client.get_metric_history(run, "odd")]
    assert math.isnan(values[0])
    assert values[1:] == [1.7976931348623157e308, -1.7976931348623157e308, 1e308, 0.0, 5e-324]
    client.log_metric(run, "nan", math.nan)
    assert math.isnan(client.get_run(run).data.metrics["nan"])


def test_steps_and_latest(client, experiment):
    run = client.create_run(experiment).info.run_id
    for step, value, stamp in [(5, 1.0, 10), (-3, 2.0, 20), (5, 0.5, 9), (5, 1.5, 10), (2**62, 7.0, 1), (0, 9.0, 30)]:
        client.log_metric(run, "m", value, timestamp=stamp, step=step)
    client.log_metric(run, "m", 1.0, timestamp=10, step=5)
    assert client.get_run(run).data.metrics == {"m": 7.0}
    history = [(m.timestamp, m.step, m.value) for m in client.get_metric_history(run, "m")]
    assert history == [(1, 2**62, 7.0), (9, 5, 0.5), (10, 5, 1.0), (10, 5, 1.5), (20, -3, 2.0), (30, 0, 9.0)]
    assert client.get_metric_history(run, "nobody") == []


def test_odd_keys(client, experiment):
    run = client.create_run(experiment).info.run_id
    for key in ["a b", "größe", "a/b/c", "a:b", "a.b-c_d", "数", "x" * 250, "system/gpu_0_utilization", ".hidden"]:
        client.log_metric(run, key, 1.0)
        client.log_param(run, key, "v")
        client.set_tag(run, key, "v")
        found = client.search_runs([experiment], f"metrics.`{key}` = 1 and params.`{key}` = 'v' and tags.\"{key}\" = 'v'")
        assert [r.info.run_id for r in found] == [run], key
        assert client.get_metric_history(run, key)[0].key == key
    for key in ["a#b", "/a", "a/", "a//b", "..", "a/../b", "x" * 251, "a\nb"]:
        refused("INVALID_PARAMETER_VALUE", client.log_param, run, key, "v")


def test_history_in_pages(client, experiment):
    run = client.create_run(experiment).info.run_id
    for first in range(0, 30_000, 1000):
        client.log_batch(run, [Metric("m", n, n, n) for n in range(first, first + 1000)])
    history = client.get_metric_history(run, "m")
    assert [m.step for m in history] == list(range(30_000))


def test_experiments(client, experiment):
    name = client.get_experiment(experiment).name
    assert client.get_experiment_by_name(name).experiment_id == experiment
    assert client.get_experiment_by_name("nobody has this") is None
    refused("RESOURCE_ALREADY_EXISTS", client.create_experiment, name)
    made = client.create_experiment("with tags", tags={"a": "1"}, artifact_location="s3://bucket/x")
    back = client.get_experiment(made)
    assert back.tags == {"a": "1"} and back.artifact_location == "s3://bucket/x"
    assert client.create_run(made).info.artifact_uri.startswith("s3://bucket/x/")
    client.set_experiment_tag(made, "b", "2")
    client.delete_experiment_tag(made, "a")
    assert client.get_experiment(made).tags == {"b": "2"}
    refused("RESOURCE_DOES_NOT_EXIST", client.delete_experiment_tag, made, "a")
    client.rename_experiment(made, "renamed")
    assert client.get_experiment(made).name == "renamed"
    client.delete_experiment(made)
    assert client.get_experiment(made).lifecycle_stage == "deleted"
    refused("INVALID_PARAMETER_VALUE", client.create_run, made)
    assert client.search_experiments(view_type=ViewType.DELETED_ONLY, filter_string="name = 'renamed'")
    client.restore_experiment(made)
    assert client.get_experiment(made).lifecycle_stage == "active"
    assert client.get_experiment("0").name == "Default"


def test_search_experiments(client, experiment):
    for n in range(5):
        client.create_experiment(f"find-{n}", tags={"n": str(n % 2)})
    names = lambda **kwargs: [e.name for e in client.search_experiments(**kwargs)]  # noqa: E731
    assert names(filter_string="name LIKE 'find-%'", order_by=["name"]) == [f"find-{n}" for n in range(5)]
    assert names(filter_string="name ILIKE 'FIND-%' AND tags.n = '1'", order_by=["name DESC"]) == ["find-3", "find-1"]
    assert names(filter_string="name != 'find-0' AND tags.n = '0'", order_by=["creation_time"]) == ["find-2", "find-4"]
    page = client.search_experiments(filter_string="name LIKE 'find-%'", max_results=2, order_by=["name"])
    assert page.token
    second = client.search_experiments(
        filter_string="name LIKE 'find-%'", max_results=2, order_by=["name"], page_token=page.token
    )
    assert [e.name for e in second] == ["find-2", "find-3"]


def test_trash(client, experiment):
    run = client.create_run(experiment).info.run_id
    client.log_metric(run, "m", 1.0)
    client.delete_run(run)
    assert client.get_run(run).info.lifecycle_stage == "deleted"
    assert len(client.get_metric_history(run, "m")) == 1
    for call, *args in [
        (client.log_metric, run, "m", 1.0),
        (client.log_param, run, "p", "1"),
        (client.set_tag, run, "t", "1"),
        (client.set_terminated, run),
    ]:
        assert "'active' state" in refused("INVALID_PARAMETER_VALUE", call, *args)
    assert client.search_runs([experiment]) == []
    assert len(client.search_runs([experiment], run_view_type=ViewType.DELETED_ONLY)) == 1
    client.restore_run(run)
    assert len(client.search_runs([experiment])) == 1
    client.set_tag(run, "t", "1")
    client.delete_tag(run, "t")
    refused("RESOURCE_DOES_NOT_EXIST", client.delete_tag, run, "t")
    refused("RESOURCE_DOES_NOT_EXIST", client.get_run, "0" * 32)


def test_inputs(client, experiment):
    import numpy

    dataset = mlflow.data.from_numpy(numpy.arange(6).reshape(3, 2), name="small")
    with mlflow.start_run() as run:
        mlflow.log_input(dataset, context="training", tags={"k": "v"})
        mlflow.log_input(dataset, context="again")
    inputs = client.get_run(run.info.run_id).inputs.dataset_inputs
    assert [i.dataset.name for i in inputs] == ["small"]
    assert {t.key: t.value for t in inputs[0].tags} == {"mlflow.data.context": "training", "k": "v"}
    assert mlflow.data.get_source(inputs[0].dataset) is not None
    found = client.search_runs([experiment], "dataset.name = 'small' AND datasets.context = 'training'")
    assert [r.info.run_id for r in found] == [run.info.run_id]
    assert found[0].inputs.dataset_inputs[0].dataset.digest == dataset.digest


def test_kill_keeps_what_was_acknowledged(server, client, experiment):
    run = client.create_run(experiment).info.run_id
    for step in range(50):
        client.log_metric(run, "m", step, step=step)
    client.log_param(run, "p", "1")
    server.restart()
    assert [m.step for m in client.get_metric_history(run, "m")] == list(range(50))
    assert client.get_run(run).data.params == {"p": "1"}
