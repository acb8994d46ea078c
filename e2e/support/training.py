"""Trains nothing, but logs as a training script does, with the client that people have.

Only MLFLOW_TRACKING_URI says where. Logs a step for each line that it reads, so that a test sets the pace.
"""

import sys

import mlflow

mlflow.set_experiment("live")
with mlflow.start_run(run_name="a real client"):
    mlflow.log_params({"lr": 0.003, "width": 256})
    print("started", flush=True)
    for step, _ in enumerate(sys.stdin):
        mlflow.log_metric("train/loss", 2 / (step + 1), step=step)
        print(f"logged {step}", flush=True)
