"""Logged models and the registry."""

import mlflow
import numpy
import pytest
from mlflow.exceptions import MlflowException
from sklearn.linear_model import LinearRegression


def refused(code, call, *args, **kwargs):
    with pytest.raises(MlflowException) as error:
        call(*args, **kwargs)
    assert error.value.error_code == code, error.value
    return str(error.value)


@pytest.fixture(scope="module")
def fitted():
    x = numpy.arange(8.0).reshape(-1, 1)
    return LinearRegression().fit(x, 2 * x[:, 0] + 1)


def log(fitted, name, **kwargs):
    with mlflow.start_run() as run:
        mlflow.log_metric("rmse", 0.25)
        return run, mlflow.sklearn.log_model(fitted, name=name, pip_requirements=["scikit-learn"], **kwargs)


def predicts(uri):
    return mlflow.pyfunc.load_model(uri).predict(numpy.array([[2.0]]))[0]


def test_log_register_and_load(client, experiment, fitted):
    run, info = log(fitted, "line", registered_model_name="line", params={"alpha": 1}, tags={"team": "a"})
    version = client.get_model_version("line", 1)
    assert version.run_id == run.info.run_id and version.status == "READY" and version.current_stage == "None"
    assert predicts(info.model_uri) == pytest.approx(5)
    assert predicts("models:/line/1") == pytest.approx(5)
    assert predicts("models:/line/latest") == pytest.approx(5)
    assert predicts(f"runs:/{run.info.run_id}/line") == pytest.approx(5)
    client.set_registered_model_alias("line", "champion", 1)
    assert predicts("models:/line@champion") == pytest.approx(5)
    client.transition_model_version_stage("line", 1, "production")
    assert predicts("models:/line/Production") == pytest.approx(5)
    assert str(client.get_model_version_by_alias("line", "champion").version) == "1"
    assert client.get_registered_model("line").aliases == {"champion": "1"}
    logged = mlflow.get_logged_model(info.model_id)
    assert logged.status.value == "READY" and logged.params == {"alpha": "1"} and logged.tags["team"] == "a"
    assert logged.source_run_id == run.info.run_id
    outputs = client.get_run(run.info.run_id).outputs.model_outputs
    assert [o.model_id for o in outputs] == [info.model_id]
    assert "line" in {f.path for f in client.list_artifacts(run.info.run_id)} or client.list_artifacts(run.info.run_id, "line")


def test_search_logged_models(client, experiment, fitted):
    made = []
    for n in range(3):
        with mlflow.start_run() as run:
            info = mlflow.sklearn.log_model(fitted, name=f"m{n}", pip_requirements=["scikit-learn"], params={"n": n}, tags={"odd": str(n % 2)})
            mlflow.log_metric("score", n / 2, model_id=info.model_id)
            made.append((run.info.run_id, info.model_id))
    search = lambda words=None, **kw: [  # noqa: E731
        m.name for m in mlflow.search_logged_models([experiment], words, output_format="list", **kw)
    ]
    assert search() == ["m2", "m1", "m0"]
    assert search("metrics.score > 0.2 AND params.n = '1'") == ["m1"]
    assert search("tags.odd = '0'") == ["m2", "m0"]
    assert search("name LIKE 'm%' AND name != 'm1'") == ["m2", "m0"]
    assert search("name IN ('m0', 'm1')") == ["m1", "m0"]
    assert search(f"source_run_id = '{made[1][0]}'") == ["m1"]
    assert search(order_by=[{"field_name": "metrics.score", "ascending": True}]) == ["m0", "m1", "m2"]
    assert search(order_by=[{"field_name": "name", "ascending": False}], max_results=2) == ["m2", "m1"]
    page = client.search_logged_models([experiment], max_results=2)
    assert [m.name for m in client.search_logged_models([experiment], max_results=2, page_token=page.token)] == ["m0"]
    refused(
        "INVALID_PARAMETER_VALUE",
        client.search_logged_models, [experiment], "tags.odd = '0'", max_results=2, page_token=page.token,
    )
    model = mlflow.get_logged_model(made[2][1])
    assert [(m.key, m.value, m.run_id) for m in model.metrics] == [("score", 1.0, made[2][0])]
    assert client.get_run(made[2][0]).data.metrics == {"score": 1.0}


def test_change_logged_models(client, experiment):
    model = mlflow.initialize_logged_model(name="external", tags={"a": "1"})
    assert model.status.value == "PENDING"
    model = mlflow.finalize_logged_model(model.model_id, "FAILED")
    assert model.status.value == "FAILED"
    mlflow.set_logged_model_tags(model.model_id, {"b": "2"})
    mlflow.delete_logged_model_tag(model.model_id, "a")
    refused("RESOURCE_DOES_NOT_EXIST", mlflow.delete_logged_model_tag, model.model_id, "a")
    mlflow.log_model_params({"p": "1"}, model.model_id)
    refused("BAD_REQUEST", client.log_model_params, model.model_id, {"p": "1"})
    model = mlflow.get_logged_model(model.model_id)
    assert model.tags["b"] == "2" and "a" not in model.tags and model.params == {"p": "1"}
    client.delete_logged_model(model.model_id)
    refused("RESOURCE_DOES_NOT_EXIST", mlflow.get_logged_model, model.model_id)
    refused("INVALID_PARAMETER_VALUE", mlflow.initialize_logged_model, name="a/b")


def test_registered_models(client):
    client.create_registered_model("first", tags={"t": "1"}, description="what it is")
    refused("RESOURCE_ALREADY_EXISTS", client.create_registered_model, "first")
    for name in ["", " ", "a/b", "a:b", ".."]:
        refused("INVALID_PARAMETER_VALUE", client.create_registered_model, name)
    model = client.get_registered_model("first")
    assert (model.description, model.tags) == ("what it is", {"t": "1"})
    client.update_registered_model("first", "changed")
    client.set_registered_model_tag("first", "u", "2")
    client.delete_registered_model_tag("first", "t")
    client.delete_registered_model_tag("first", "t")
    client.rename_registered_model("first", "second")
    model = client.get_registered_model("second")
    assert (model.name, model.description, model.tags) == ("second", "changed", {"u": "2"})
    refused("RESOURCE_DOES_NOT_EXIST", client.get_registered_model, "first")
    client.delete_registered_model("second")
    refused("RESOURCE_DOES_NOT_EXIST", client.delete_registered_model, "second")


def test_versions(client, experiment):
    client.create_registered_model("versions")
    for n in range(1, 5):
        made = client.create_model_version("versions", f"s3://bucket/{n}", tags={"n": str(n)}, description=f"v{n}")
        assert str(made.version) == str(n)
    client.transition_model_version_stage("versions", "1", "Staging")
    client.transition_model_version_stage("versions", "2", "staging", archive_existing_versions=True)
    stages = [client.get_model_version("versions", str(n)).current_stage for n in range(1, 5)]
    assert stages == ["Archived", "Staging", "None", "None"]
    assert {v.current_stage: str(v.version) for v in client.get_latest_versions("versions")} == {
        "Archived": "1", "Staging": "2", "None": "4",
    }
    assert [str(v.version) for v in client.get_latest_versions("versions", ["STAGING"])] == ["2"]
    refused("INVALID_PARAMETER_VALUE", client.transition_model_version_stage, "versions", "1", "Nowhere")
    refused("INVALID_PARAMETER_VALUE", client.transition_model_version_stage, "versions", "1", "Archived", True)
    client.update_model_version("versions", "3", "changed")
    client.set_model_version_tag("versions", "3", "k", "v")
    client.delete_model_version_tag("versions", "3", "n")
    version = client.get_model_version("versions", "3")
    assert (version.description, version.tags) == ("changed", {"k": "v"})
    client.set_registered_model_alias("versions", "best", "3")
    client.set_registered_model_alias("versions", "best", "4")
    assert str(client.get_model_version_by_alias("versions", "best").version) == "4"
    assert client.get_model_version("versions", "4").aliases == ["best"]
    for alias in ["latest", "LATEST", "v1", "a b", "a/b"]:
        refused("INVALID_PARAMETER_VALUE", client.set_registered_model_alias, "versions", alias, "3")
    client.delete_model_version("versions", "4")
    refused("RESOURCE_DOES_NOT_EXIST", client.get_model_version, "versions", "4")
    refused("INVALID_PARAMETER_VALUE", client.get_model_version_by_alias, "versions", "best")
    assert str(client.create_model_version("versions", "s3://bucket/5").version) == "5"
    client.delete_registered_model_alias("versions", "best")
    client.rename_registered_model("versions", "renamed")
    assert client.get_model_version("renamed", "3").tags == {"k": "v"}
    assert client.get_model_version_download_uri("renamed", "3") == "s3://bucket/3"
    copied = client.copy_model_version("models:/renamed/3", "copied")
    assert copied.source == "models:/renamed/3"
    assert client.get_model_version_download_uri("copied", "1") == "s3://bucket/3"


def test_search_the_registry(client):
    for name in ["find-b", "Find-a", "find-c"]:
        client.create_registered_model(name, tags={"kind": name[-1]})
        client.create_model_version(name, f"s3://bucket/{name}")
    names = lambda words, **kw: [m.name for m in client.search_registered_models(words, **kw)]  # noqa: E731
    assert names("name LIKE 'find-%'") == ["find-b", "find-c"]
    assert names("name ILIKE 'find-%'") == ["Find-a", "find-b", "find-c"]
    assert names("name ILIKE 'find-%'", order_by=["name DESC"]) == ["find-c", "find-b", "Find-a"]
    assert names("tags.kind = 'a'") == ["Find-a"]
    page = client.search_registered_models("name ILIKE 'find-%'", max_results=2)
    assert len(client.search_registered_models("name ILIKE 'find-%'", max_results=2, page_token=page.token)) == 1
    versions = lambda words, **kw: [v.name for v in client.search_model_versions(words, **kw)]  # noqa: E731
    assert versions("name = 'find-b' AND version_number >= 1") == ["find-b"]
    assert versions("source_path LIKE 's3://bucket/find-%'", order_by=["name ASC"]) == ["find-b", "find-c"]
    refused("INVALID_PARAMETER_VALUE", client.search_model_versions, "version_number > 'x'")
    refused("INVALID_PARAMETER_VALUE", client.search_registered_models, order_by=["creation_timestamp"])


def test_sources_stay_with_their_owner(client, experiment):
    client.create_registered_model("guarded")
    mine, other = (client.create_run(experiment).info for _ in range(2))
    create = lambda source, run=None, model=None: client.create_model_version(  # noqa: E731
        "guarded", source, run_id=run, model_id=model
    )
    for source, run in [
        ("/etc/passwd", None),
        ("file:///etc", None),
        ("FILE:///etc", mine.run_id),
        ("../../etc", mine.run_id),
        ("s3://bucket/../x", None),
        ("s3://bucket/%2e%2e/x", None),
        ("s3://bucket/%252e%252e/x", None),
        (f"runs:/{mine.run_id}/model", None),
        (f"runs:/{mine.run_id}/model", other.run_id),
        (f"runs:/{mine.run_id}/../{other.run_id}", mine.run_id),
        (mine.artifact_uri, None),
        (mine.artifact_uri + "/model", other.run_id),
        (mine.artifact_uri + "/model#/x", mine.run_id),
        ("mlflow-artifacts:/", mine.run_id),
        ("http://127.0.0.1:1/api/2.0/mlflow-artifacts/artifacts/0", mine.run_id),
        ("models:/m-" + "0" * 32, None),
        ("models:/nobody/1", None),
    ]:
        with pytest.raises(MlflowException) as error:
            create(source, run)
        assert error.value.error_code in ("INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST"), source
    # A tag of a client must not switch the check off.
    tags = {"mlflow.prompt.is_prompt": "true"}
    refused("INVALID_PARAMETER_VALUE", client.create_model_version, "guarded", "/etc/passwd", tags=tags)
    assert create(mine.artifact_uri + "/model", mine.run_id).run_id == mine.run_id
    assert create("s3://bucket/x").source == "s3://bucket/x"
