"""Searching runs with every operator, order and page."""

import math

import mlflow
import pytest
from mlflow.entities import ViewType
from mlflow.exceptions import MlflowException


@pytest.fixture(scope="module")
def runs(server):
    """Ten runs: lr 0.0..0.9, loss falling, NaN in one, nothing in another, odd ones tagged."""
    client = mlflow.MlflowClient(server.uri)
    experiment = client.create_experiment("searched")
    for n in range(10):
        tags = {"n": str(n), "odd tag": "Yes"} if n % 2 else {"n": str(n)}
        run = client.create_run(experiment, start_time=1000 + n, tags=tags, run_name=f"run-{n}").info.run_id
        client.log_param(run, "lr", str(n / 10))
        if n != 4:
            client.log_metric(run, "loss", math.nan if n == 7 else 10 - n)
        client.log_metric(run, "val/acc", n % 3)
        if n < 5:
            client.set_terminated(run, end_time=2000 + n)
    client.delete_run(client.search_runs([experiment], "tags.n = '9'")[0].info.run_id)
    return client, experiment


@pytest.mark.parametrize(
    "words, expected",
    [
        ("", "012345678"),
        ("metrics.loss < 5", "68"),
        ("metrics.loss <= 5", "568"),
        ("metric.loss = 10", "0"),
        ("metrics.loss != 10", "1235678"),
        ("metrics.loss > 8.5 AND metrics.loss >= 9", "01"),
        ("metrics.`val/acc` = 2 and params.lr = '0.5'", "5"),
        ('metrics."val/acc" = 0', "036"),
        ("params.lr != '0.5'", "01234678"),
        ("param.lr LIKE '0.%'", "012345678"),
        ("params.lr ILIKE '%5'", "5"),
        ("tags.`odd tag` = 'Yes'", "1357"),
        ("tags.`odd tag` LIKE 'yes'", ""),
        ("tags.`odd tag` ILIKE 'yes'", "1357"),
        ("tags.`odd tag` IS NULL", "02468"),
        ("tags.`odd tag` IS NOT NULL", "1357"),
        ("params.nobody IS NULL", "012345678"),
        ("status = 'FINISHED'", "01234"),
        ("attributes.status != 'FINISHED'", "5678"),
        ("attributes.start_time > 1006", "78"),
        ("created <= 1001", "01"),
        ("end_time >= 2003", "34"),
        ("run_name = 'run-3'", "3"),
        ("attributes.`Run name` LIKE 'run-%'", "012345678"),
        ("tags.mlflow.runName = 'run-2'", "2"),
        ("artifact_uri LIKE 'mlflow-artifacts:/%'", "012345678"),
        ("metrics.nobody > 0", ""),
    ],
)
def test_filter(runs, words, expected):
    client, experiment = runs
    found = client.search_runs([experiment], words, order_by=["start_time ASC"])
    assert "".join(r.data.tags["n"] for r in found) == expected


def test_run_id_in(runs):
    client, experiment = runs
    ids = [r.info.run_id for r in client.search_runs([experiment], "metrics.loss < 5")]
    listed = ",".join(f"'{i}'" for i in ids)
    assert len(client.search_runs([experiment], f"run_id IN ({listed})")) == 2
    assert len(client.search_runs([experiment], f"attributes.run_id NOT IN ({listed})")) == 7


@pytest.mark.parametrize(
    "order, expected",
    [
        ([], "876543210"),
        (["metrics.loss"], "865321074"),
        (["metrics.loss DESC"], "012356874"),
        (["metrics.`val/acc` ASC", "params.lr DESC"], "630741852"),
        (["params.lr"], "012345678"),
        (["tags.`odd tag`", "start_time ASC"], "135702468"),
        (["attributes.end_time DESC"], "432108765"),
        (["end_time ASC", "run_name ASC"], "012345678"),
    ],
)
def test_order(runs, order, expected):
    client, experiment = runs
    for size in [50, 2]:
        found, token = "", None
        while True:
            page = client.search_runs([experiment], order_by=order, max_results=size, page_token=token)
            found += "".join(r.data.tags["n"] for r in page)
            token = page.token
            if not token:
                break
        assert found == expected, size


@pytest.mark.parametrize(
    "words",
    [
        "params.lr = 0.1",
        "metrics.loss = 'a'",
        "metrics.loss = 1 OR metrics.loss = 2",
        "(metrics.loss = 1)",
        "nobody.x = 'a'",
        "params.lr = 'x",
        "status IN ('FINISHED')",
        "metrics.loss IS NULL",
        "params.lr > '1'",
        "metrics.loss > 1;",
    ],
)
def test_bad_filter(runs, words):
    client, experiment = runs
    with pytest.raises(MlflowException) as error:
        client.search_runs([experiment], words)
    assert error.value.error_code == "INVALID_PARAMETER_VALUE"


def test_views(runs):
    client, experiment = runs
    count = lambda view: len(client.search_runs([experiment], run_view_type=view))  # noqa: E731
    assert (count(ViewType.ACTIVE_ONLY), count(ViewType.DELETED_ONLY), count(ViewType.ALL)) == (9, 1, 10)
    assert client.search_runs([]) == []
    assert client.search_runs(["987654"]) == []


def test_data_frame(runs, server):
    client, experiment = runs
    mlflow.set_tracking_uri(server.uri)
    frame = mlflow.search_runs([experiment], filter_string="metrics.loss < 9")
    assert set(frame["params.lr"]) == {"0.2", "0.3", "0.5", "0.6", "0.8"}
