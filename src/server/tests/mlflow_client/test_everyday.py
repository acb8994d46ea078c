"""What training scripts do on an ordinary day."""

import threading

import mlflow
import numpy
from mlflow.entities import Metric


def test_autolog(client, experiment):
    from sklearn.ensemble import RandomForestClassifier

    mlflow.sklearn.autolog(log_models=False, silent=True)
    try:
        with mlflow.start_run() as run:
            x = numpy.random.default_rng(0).normal(size=(60, 3))
            RandomForestClassifier(n_estimators=3, random_state=0).fit(x, x[:, 0] > 0)
    finally:
        mlflow.sklearn.autolog(disable=True)
    data = client.get_run(run.info.run_id).data
    assert data.params["n_estimators"] == "3"
    assert "training_accuracy_score" in data.metrics
    assert any(f.path.endswith(".png") for f in client.list_artifacts(run.info.run_id))


def test_many_params_and_metrics(client, experiment):
    with mlflow.start_run() as run:
        mlflow.log_params({f"p{n}": n for n in range(350)})
        mlflow.log_metrics({f"m{n}": n / 3 for n in range(1200)}, step=3)
        mlflow.set_tags({f"t{n}": n for n in range(250)})
    data = client.get_run(run.info.run_id).data
    assert len(data.params) == 350 and len(data.metrics) == 1200
    assert data.metrics["m7"] == 7 / 3


def test_many_runs_at_once(client, experiment):
    failures = []

    def train(seed):
        try:
            run = client.create_run(experiment, run_name=f"seed-{seed}").info.run_id
            client.log_param(run, "seed", seed)
            for step in range(20):
                client.log_batch(run, [Metric("loss", seed + 1 / (step + 1), step, step)])
            client.set_terminated(run)
        except Exception as error:  # noqa: BLE001: a thread's failure must reach the test
            failures.append(error)

    threads = [threading.Thread(target=train, args=(seed,)) for seed in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    found = client.search_runs([experiment], "metrics.loss >= 8", order_by=["metrics.loss"])
    assert [run.data.params["seed"] for run in found] == [str(seed) for seed in range(8, 16)]
    assert all(len(client.get_metric_history(run.info.run_id, "loss")) == 20 for run in found)


def test_system_metric_keys(client, experiment):
    with mlflow.start_run() as run:
        for sample in range(3):
            mlflow.log_metrics({"system/cpu_utilization_percentage": 50.0, "system/node0/gpu_0_power_usage_watts": 1.5}, step=sample)
    assert len(client.get_metric_history(run.info.run_id, "system/node0/gpu_0_power_usage_watts")) == 3


def test_the_run_in_progress(client, experiment):
    mlflow.start_run()
    run_id = mlflow.active_run().info.run_id
    mlflow.log_metric("m", 1.0, step=1, timestamp=1_700_000_000_000)
    mlflow.end_run("KILLED")
    assert mlflow.last_active_run().info.run_id == run_id
    assert client.get_run(run_id).info.status == "KILLED"
    assert client.get_metric_history(run_id, "m")[0].timestamp == 1_700_000_000_000
    mlflow.set_experiment_tag("goal", "accuracy")
    assert client.get_experiment(experiment).tags["goal"] == "accuracy"
    mlflow.delete_run(run_id)
    assert mlflow.search_runs([experiment], output_format="list") == []
