"""Sends the same requests to MLflow's own server and to ours, and prints where the answers differ.

`python differential.py http://127.0.0.1:5000 http://127.0.0.1:7400`, both with empty stores. Not a test: some
differences are meant, and each prints with both answers for a person to judge. Ids and times are given names,
so that they compare.
"""

import json
import re
import sys

import requests

REFERENCE, OURS = sys.argv[1:3]
#: Words of an answer that are made anew each time.
MADE_UP = re.compile(r"m-[0-9a-f]{32}|[0-9a-f]{32}|\b1[6-9]\d{11}\b|[a-z]+-[a-z]+-\d{1,3}")
#: Fields that only one server tells, and that clients do not need.
UNTOLD = {"sqlstate", "error_class", "workspace", "message", "deployment_job_state", "model_params", "model_metrics"}


class Side:
    """One server and the names of what it made."""

    def __init__(self, uri):
        self.uri = uri
        self.named = {}

    def send(self, method, path, body):
        text = json.dumps(body) if not isinstance(body, str) else body
        for name, value in self.named.items():
            path, text = path.replace(f"<{name}>", value), text.replace(f"<{name}>", value)
        if not path.startswith("/"):
            path = "/api/2.0/mlflow/" + path
        sent = {} if body is None else {"data": text, "headers": {"Content-Type": "application/json"}}
        try:
            answer = requests.request(method, self.uri + path, timeout=60, **sent)
        except requests.RequestException as error:
            return 0, str(error)
        try:
            return answer.status_code, answer.json()
        except ValueError:
            return answer.status_code, answer.text[:200] if answer.ok else "(text)"


def plain(value):
    """An answer without what is made anew each time, lists of pairs in order of their keys."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in sorted(value.items()) if k not in UNTOLD and v not in ("", [], {})}
    if isinstance(value, list):
        items = [plain(v) for v in value]
        distinct = {v["key"] for v in items if isinstance(v, dict) and "key" in v}
        pairs = items and len(distinct) == len(items)
        return sorted(items, key=lambda v: v["key"]) if pairs else items
    if isinstance(value, str):
        return MADE_UP.sub("*", value) if not re.fullmatch(r"o\d+|ey[\w=-]+", value) else "token"
    if isinstance(value, int) and value > 1_600_000_000_000:
        return "now"
    return value


def run(method, path, body=None, save=None):
    """Sends one request to both; `save` is a name and the path to what it stands for."""
    answers = []
    for side in SIDES:
        status, answer = side.send(method, path, body)
        answers.append((status, plain(answer)))
        if save and status == 200:
            value = answer
            for step in save[1].split("."):
                value = value[int(step) if step.isdigit() else step]
            side.named[save[0]] = value
    if answers[0] != answers[1]:
        shown = body if isinstance(body, str) or body is None else json.dumps(body)
        print(f"\n{method} {path} {(shown or '')[:300]}")
        for name, (status, answer) in zip(("mlflow", "ours"), answers):
            print(f"  {name:7}{status} {json.dumps(answer, ensure_ascii=False)[:700]}")
    COUNTS[answers[0] == answers[1]] += 1


SIDES = [Side(REFERENCE), Side(OURS)]
COUNTS = {True: 0, False: 0}
M, S = "m" * 251, "s" * 500


def experiments():
    run("POST", "experiments/create", {"name": "e1", "tags": [{"key": "a", "value": "b"}]}, ("e", "experiment_id"))
    run("POST", "experiments/create", {"name": "e2", "artifactLocation": "s3://b/x"}, ("e2", "experiment_id"))
    for body in [
        {}, {"name": ""}, {"name": 5}, {"name": "e1"}, {"name": S}, {"name": S + "x"}, "{", "null",
        {"name": "x", "artifact_location": "runs:/a"},
        {"name": "x", "artifact_location": "s3://b#x"}, {"name": "y", "tags": "no"}, {"name": "y", "tags": [{"value": "v"}]},
        {"name": "y2", "tags": [{"key": "k", "value": "v" * 20001}]}, {"name": "y3", "tags": [{"key": "k#", "value": "v"}]},
        {"name": "both", "artifact_location": "s3://a", "artifactLocation": "s3://a"}, '"{\\"name\\": \\"double\\"}"',
        {"name": "unknown", "nothing": 1},
    ]:
        run("POST", "experiments/create", body)
    for query in ["", "?experiment_id=", "?experiment_id=<e>", "?experiment_id=x", "?experiment_id=999", "?experimentId=<e>"]:
        run("GET", "experiments/get" + query)
    run("GET", "experiments/get", {"experiment_id": "<e>"})
    for query in ["", "?experiment_name=e1", "?experiment_name=nobody", "?experiment_name="]:
        run("GET", "experiments/get-by-name" + query)
    for body in [
        {}, {"max_results": 0}, {"max_results": 50001}, {"max_results": "2"}, {"max_results": -1},
        {"max_results": 5, "filter": "name = 'e1'"}, {"max_results": 5, "filter": "name LIKE 'E%'"},
        {"max_results": 5, "filter": "name ILIKE 'E%'", "order_by": ["name DESC"]},
        {"max_results": 5, "filter": "tags.a = 'b'"}, {"max_results": 5, "filter": "tag.a != 'c'"},
        {"max_results": 5, "filter": "attribute.name = 'e1'"}, {"max_results": 5, "filter": "attributes.name = 'e1'"},
        {"max_results": 5, "filter": "attr.name = 'e1'"},
        {"max_results": 5, "filter": "name > 'e1'"}, {"max_results": 5, "filter": "name = 5"}, {"max_results": 5, "filter": "creation_time > 0"},
        {"max_results": 9, "filter": "experiment_id IN ('<e>', '0')", "order_by": ["experiment_id ASC"]},
        {"max_results": 9, "filter": "experiment_id = '0'"}, {"max_results": 9, "filter": "tags.a IS NULL", "order_by": ["name"]},
        {"max_results": 9, "order_by": ["nobody"]}, {"max_results": 9, "order_by": ["name UP"]},
        {"max_results": 9, "order_by": ["tags.a"]}, {"max_results": 9, "page_token": "nonsense"},
        {"max_results": 9, "view_type": "DELETED_ONLY"}, {"max_results": 9, "view_type": 3, "order_by": ["name"]},
        {"max_results": 2, "order_by": ["name"]},
    ]:
        run("POST", "experiments/search", body)
    run("GET", "experiments/search?max_results=2&order_by=name")
    for body in [{}, {"experiment_id": "<e>"}, {"experiment_id": "<e>", "new_name": ""}, {"experiment_id": "<e>", "new_name": "e2"},
                 {"experiment_id": "<e>", "new_name": "e1 new"}, {"experiment_id": "999", "new_name": "z"}]:
        run("POST", "experiments/update", body)
    for body in [{"experiment_id": "<e>", "key": "k"}, {"experiment_id": "<e>", "key": "k", "value": "v"}, {"experiment_id": "<e>"},
                 {"experiment_id": "<e>", "key": "a/../b", "value": "v"}, {"experiment_id": "<e>", "key": "k" * 251, "value": "v"}]:
        run("POST", "experiments/set-experiment-tag", body)
    run("POST", "experiments/delete-experiment-tag", {"experiment_id": "<e>", "key": "k"})
    run("POST", "experiments/delete-experiment-tag", {"experiment_id": "<e>", "key": "k"})
    for path in ["delete", "delete", "restore", "restore"]:
        run("POST", f"experiments/{path}", {"experiment_id": "<e2>"})
    run("GET", "experiments/get?experiment_id=<e2>")


def runs():
    run("POST", "runs/create", {"experiment_id": "<e>", "run_name": "r", "user_id": "u", "start_time": 5,
                                "tags": [{"key": "t", "value": "1"}]}, ("r", "run.info.run_id"))
    run("POST", "runs/create", {"experiment_id": "<e>", "start_time": "6"}, ("r2", "run.info.run_id"))
    for body in [{}, {"experiment_id": 0}, {"experiment_id": "999"}, {"experiment_id": "x"},
                 {"experiment_id": "<e>", "run_name": "a", "tags": [{"key": "mlflow.runName", "value": "b"}]},
                 {"experiment_id": "<e2>", "start_time": 1, "run_name": "a", "tags": [{"key": "mlflow.runName", "value": "a"}]},
                 {"experiment_id": "<e2>", "start_time": 1, "tags": [{"key": "mlflow.runName", "value": "b"}]},
                 {"experiment_id": "<e2>", "start_time": 1, "run_name": "x", "tags": [{"key": "k#", "value": "b"}]}]:
        run("POST", "runs/create", body)
    for query in ["", "?run_id=<r>", "?run_uuid=<r>", "?run_id=nobody", "?run_id=a b", "?run_id=<r>&run_uuid=<r2>"]:
        run("GET", "runs/get" + query)
    metric = {"run_id": "<r>", "key": "m", "value": 1.5, "timestamp": 10, "step": 1}
    for change in [{}, {"value": "NaN", "step": 2}, {"value": "Infinity", "step": 3}, {"value": "-Infinity", "step": 4}, {"value": "2.5"},
                   {"value": "x"}, {"value": None}, {"timestamp": None}, {"timestamp": "11"}, {"timestamp": -1},
                   {"step": "7"}, {"step": "x"}, {"step": -5}, {"key": ""}, {"key": M}, {"key": "a#b"}, {"key": "/a"}, {"key": "a//b"},
                   {"key": "a/../b"}, {"key": "../a"}, {"key": "."}, {"key": "a b.c-d/e:f"}, {"key": "größe"}, {"key": "🙂"}, {"key": "a\nb"},
                   {"key": 5}, {"run_id": ""}, {"run_id": None, "run_uuid": "<r>"}, {"run_id": "nobody"}, {"step": 2**63 - 1}]:
        run("POST", "runs/log-metric", {**metric, **change})
    for key in ["m", "größe", "nobody"]:
        run("GET", f"metrics/get-history?run_id=<r>&metric_key={key}")
    for query in ["?run_id=<r>", "?metric_key=m", "?run_id=nobody&metric_key=m", "?run_id=<r>&metric_key=m&max_results=2",
                  "?run_id=<r>&metric_key=m&max_results=0", "?run_id=<r>&metric_key=m&max_results=-1", "?run_id=<r>&metric_key=m&page_token=bad"]:
        run("GET", "metrics/get-history" + query)
    for query in ["?run_ids=<r>&metric_key=m", "?run_ids=<r>&metric_key=m&max_results=2", "?run_ids=<r>&metric_key=m&start_step=2&end_step=4",
                  "?run_ids=<r>&metric_key=m&start_step=2", "?run_ids=<r>&metric_key=m&start_step=4&end_step=2", "?metric_key=m", "?run_ids=<r>",
                  "?run_ids=<r>&metric_key=m&max_results=0", "?run_ids=<r>&metric_key=m&max_results=2501", "?run_ids=nobody&metric_key=m"]:
        run("GET", "metrics/get-history-bulk-interval" + query)
    for query in ["?run_id=<r>&metric_key=m", "?run_id=<r>&run_id=<r2>&metric_key=m&max_results=2", "?metric_key=m", "?run_id=<r>"]:
        run("GET", "/ajax-api/2.0/mlflow/metrics/get-history-bulk" + query)
    for body in [{"key": "p", "value": "1"}, {"key": "p", "value": "1"}, {"key": "p", "value": "2"}, {"key": "p2"}, {"value": "1"}, {"key": "p3", "value": 5},
                 {"key": "k" * 251, "value": "1"}, {"key": "a#", "value": "1"}, {"key": "long", "value": "v" * 6001}]:
        run("POST", "runs/log-parameter", {"run_id": "<r>", **body})
    for body in [{"key": "t", "value": "2"}, {"key": "t2"}, {"value": "1"}, {"key": "k" * 251, "value": "1"}, {"key": "mlflow.runName", "value": "renamed"}, {"key": "b/", "value": ""}]:
        run("POST", "runs/set-tag", {"run_id": "<r>", **body})
    for body in [{"key": "t2"}, {"key": "t2"}, {}]:
        run("POST", "runs/delete-tag", {"run_id": "<r>", **body})
    one = {"key": "b", "value": 1, "timestamp": 1}
    for body in [
        {}, {"metrics": [one]}, {"metrics": [one] * 1001}, {"metrics": [{"key": "b"}]}, {"metrics": [{"value": 1, "timestamp": 1}]}, {"metrics": "x"},
        {"metrics": [{**one, "key": "a#"}]}, {"params": [{"key": "q", "value": "1"}] * 2}, {"params": [{"key": "p", "value": "other"}], "metrics": [one]},
        {"params": [{"key": f"n{i}", "value": ""} for i in range(101)]}, {"tags": [{"key": f"n{i}", "value": ""} for i in range(101)]},
        {"tags": [{"key": "z", "value": "1"}, {"key": "z", "value": "2"}]}, {"tags": [{"value": "1"}]}, {"params": [{"key": "q2"}]}, {"tags": [{"key": "z2"}]},
        {"metrics": [one] * 950, "params": [{"key": f"n{i}", "value": ""} for i in range(51)]},
    ]:
        run("POST", "runs/log-batch", {"run_id": "<r>", **body})
    run("POST", "runs/log-batch", {"run_id": "nobody"})
    run("POST", "runs/log-batch", {})
    dataset = {"name": "d", "digest": "x", "source_type": "local", "source": "s"}
    for body in [{"datasets": [{"dataset": dataset, "tags": [{"key": "mlflow.data.context", "value": "train"}]}]}, {"datasets": [{"dataset": dataset}]},
                 {"datasets": [{"dataset": {**dataset, "name": "n" * 501}}]}, {}, {"models": [{"model_id": "m-1"}]}]:
        run("POST", "runs/log-inputs", {"run_id": "<r>", **body})
    for body in [{}, {"models": []}]:
        run("POST", "runs/outputs", {"run_id": "<r>", **body})
    run("POST", "/ajax-api/2.0/mlflow/experiments/search-datasets", {"experiment_ids": ["<e>"]})
    run("POST", "/ajax-api/2.0/mlflow/experiments/search-datasets", {})
    for body in [{"status": "FINISHED", "end_time": 9}, {"status": 4}, {"run_name": "x"}, {"run_name": ""}, {}, {"run_id": "nobody", "status": 1}]:
        run("POST", "runs/update", {"run_id": "<r>", **body})
    run("GET", "runs/get?run_id=<r>")
    for words in ["", "metrics.b = 1", "metrics.b > '1'", "params.p = '1'", "params.p = 1", "params.p != '2'", "params.p LIKE '%'", "params.p ILIKE '1'", "params.p IS NULL", "params.nobody IS NULL",
                  "params.p IS NOT NULL", "params.p IN ('1')", "params.p < '2'", "tags.z = '2'", "tag.z = \"2\"", "tags.`z` = '2'", "tags.\"z\" = '2'", "metrics.`größe` > 0", "status = 'FAILED'",
                  "status IN ('FAILED')", "attributes.run_id = '<r>'", "run_id IN ('<r>', '<r2>')", "run_id NOT IN ('<r>')", "attribute.start_time > 5", "start_time = 5.5", "start_time > 'x'", "run_name = 'x'",
                  "`run name` = 'x'", "attributes.`Run name` = 'x'", "created > 1", "user_id = 'u'", "artifact_uri LIKE 'mlflow-artifacts:%'", "experiment_id = '<e>'", "lifecycle_stage = 'active'",
                  "datasets.name = 'd'", "dataset.context = 'train'", "datasets.digest IN ('x')", "metrics.b = 1 AND params.p = '1'", "metrics.b = 1 and params.p = '1'", "metrics.b = 1 OR params.p = '1'",
                  "NOT metrics.b = 1", "(metrics.b = 1)", "metrics.b = 1;", "metrics.b", "metrics.b =", "= 1", "metrics.b == 1", "metrics.b = 1 AND", "bogus.b = 1", "metrics.b = .5", "metrics.b > -1e3", "metrics.a/b > 1",
                  "metrics.b LIKE 'x'", "metrics.b IS NULL", "tags.t = ''", "params.p = 'it''s'", "params.p = \"it's\"", "params.p = 'x", "tags.z = '2' AND tags.z = '2'", "parameters.p = '1'", "attr.status = 'FAILED'", "run.status = 'FAILED'"]:
        run("POST", "runs/search", {"experiment_ids": ["<e>"], "filter": words, "order_by": ["start_time"]})
    for order in [["metrics.b"], ["metrics.b DESC"], ["metrics.nobody"], ["params.p DESC"], ["tags.z"], ["start_time desc"], ["status", "run_id"], ["bogus"], ["metrics.b UP"], ["metrics.b, start_time"], ["datasets.name"], ["end_time"],
                  ["attributes.start_time ASC"], ["`metrics`.`b`"], ["metrics.`b` DESC"]]:
        run("POST", "runs/search", {"experiment_ids": ["<e>"], "order_by": order})
    for body in [{}, {"experiment_ids": []}, {"experiment_ids": ["999"]}, {"experiment_ids": ["x"]}, {"experiment_ids": "0"}, {"experiment_ids": ["<e>"], "max_results": 1}, {"experiment_ids": ["<e>"], "max_results": 0},
                 {"experiment_ids": ["<e>"], "max_results": 50001}, {"experiment_ids": ["<e>"], "page_token": "bad"}, {"experiment_ids": ["<e>"], "run_view_type": "ALL"}]:
        run("POST", "runs/search", body)
    for path in ["delete", "delete"]:
        run("POST", f"runs/{path}", {"run_id": "<r2>"})
    for path, body in [("log-metric", {"key": "m", "value": 1, "timestamp": 1}), ("log-parameter", {"key": "p", "value": "1"}), ("set-tag", {"key": "t", "value": "1"}), ("log-batch", {}), ("update", {"status": "FAILED"}), ("log-inputs", {"datasets": []})]:
        run("POST", f"runs/{path}", {"run_id": "<r2>", **body})
    run("POST", "runs/search", {"experiment_ids": ["<e>"], "run_view_type": "DELETED_ONLY"})
    run("POST", "runs/restore", {"run_id": "<r2>"})
    run("POST", "runs/delete", {"run_id": "nobody"})


def models():
    run("POST", "logged-models", {"experiment_id": "<e>", "name": "lm", "source_run_id": "<r>", "params": [{"key": "p", "value": "1"}]}, ("m", "model.info.model_id"))
    for body in [{}, {"experiment_id": "999"}, {"experiment_id": "<e>", "name": "a/b"}, {"experiment_id": "<e>", "params": [{"key": "p", "value": "1"}] * 2}]:
        run("POST", "logged-models", body)
    run("GET", "logged-models/<m>")
    run("GET", "logged-models/m-nobody")
    for body in [{}, {"model_id": "<m>"}, {"model_id": "<m>", "status": 2}, {"model_id": "<m>", "status": "LOGGED_MODEL_READY"}]:
        run("PATCH", "logged-models/<m>", body)
    run("PATCH", "logged-models/<m>/tags", {"tags": [{"key": "a", "value": "1"}, {"key": "b", "value": "2"}]})
    run("DELETE", "logged-models/<m>/tags/a")
    run("DELETE", "logged-models/<m>/tags/a")
    run("POST", "logged-models/<m>/params", {"model_id": "<m>", "params": [{"key": "q", "value": "1"}]})
    run("POST", "logged-models/<m>/params", {"model_id": "<m>", "params": [{"key": "q", "value": "1"}]})
    run("POST", "runs/log-metric", {"run_id": "<r>", "key": "score", "value": 0.5, "timestamp": 7, "model_id": "<m>"})
    run("GET", "logged-models/<m>")
    for body in [{}, {"experiment_ids": ["<e>"]}, {"experiment_ids": ["<e>"], "filter": "name = 'lm'"}, {"experiment_ids": ["<e>"], "filter": "metrics.score > 0.1"}, {"experiment_ids": ["<e>"], "filter": "bogus = 'x'"},
                 {"experiment_ids": ["<e>"], "order_by": [{"field_name": "metrics.score"}]}, {"experiment_ids": ["<e>"], "order_by": [{"field_name": "bogus"}]}, {"experiment_ids": ["<e>"], "page_token": "x"}]:
        run("POST", "logged-models/search", body)
    run("GET", "logged-models/<m>/artifacts/directories")
    for body in [{"name": "rm", "description": "d", "tags": [{"key": "k", "value": "v"}]}, {"name": "rm"}, {}, {"name": "a/b"}, {"name": "a:b"}, {"name": " "}]:
        run("POST", "registered-models/create", body)
    for body in [{"name": "rm", "source": "s3://b/1"}, {"name": "rm", "source": "models:/<m>", "model_id": "<m>"}, {"name": "rm", "source": "models:/<m>"}, {"name": "rm"}, {"name": "nobody", "source": "s3://b"}, {"name": "rm", "source": "/etc"},
                 {"name": "rm", "source": "file:///etc"}, {"name": "rm", "source": "runs:/<r>/m", "run_id": "<r>"}, {"name": "rm", "source": "runs:/<r>/m"}, {"name": "rm", "source": "s3://b/../c"}, {"name": "rm", "source": "models:/rm/1"},
                 {"name": "rm", "source": "mlflow-artifacts:/<e>/<r>/artifacts/m", "run_id": "<r>"}, {"name": "rm", "source": "mlflow-artifacts:/<e>/<r>", "run_id": "<r>"}]:
        run("POST", "model-versions/create", body)
    run("GET", "logged-models/<m>")
    for query in ["?name=rm&version=1", "?name=rm&version=99", "?name=rm&version=x", "?name=rm", "?version=1"]:
        run("GET", "model-versions/get" + query)
        run("GET", "model-versions/get-download-uri" + query)
    run("GET", "model-versions/get-download-uri?name=rm&version=2")
    run("PATCH", "model-versions/update", {"name": "rm", "version": "1", "description": "new"})
    run("PATCH", "model-versions/update", {"name": "rm", "version": 1, "description": "new"})
    for stage, archive in [("Staging", False), ("PRODUCTION", True), ("nowhere", False), ("", False)]:
        run("POST", "model-versions/transition-stage", {"name": "rm", "version": "1", "stage": stage, "archive_existing_versions": archive})
    run("POST", "model-versions/transition-stage", {"name": "rm", "version": "2", "stage": "production", "archive_existing_versions": True})
    run("POST", "registered-models/get-latest-versions", {"name": "rm"})
    run("GET", "registered-models/get-latest-versions?name=rm&stages=Production")
    for body in [{"name": "rm", "alias": "a", "version": "1"}, {"name": "rm", "alias": "latest", "version": "1"}, {"name": "rm", "alias": "v1", "version": "1"}, {"name": "rm", "alias": "a b", "version": "1"}, {"name": "rm", "alias": "b", "version": "99"},
                 {"name": "rm", "alias": "b", "version": 1}, {"name": "rm", "alias": "b"}]:
        run("POST", "registered-models/alias", body)
    for query in ["?name=rm&alias=a", "?name=rm&alias=b", "?name=rm&alias=latest", "?name=nobody&alias=a", "?name=rm"]:
        run("GET", "registered-models/alias" + query)
    run("DELETE", "registered-models/alias", {"name": "rm", "alias": "b"})
    run("GET", "registered-models/get?name=rm")
    run("GET", "registered-models/get?name=nobody")
    for query in ["", "?max_results=0", "?max_results=1001", "?filter=name%3D'rm'", "?filter=name LIKE 'R%25'", "?filter=tags.k='v'", "?filter=bogus='v'", "?order_by=name DESC", "?order_by=creation_timestamp", "?order_by=timestamp&order_by=name"]:
        run("GET", "registered-models/search" + query)
    for query in ["?filter=name='rm'&order_by=version_number ASC", "?filter=version_number > 1&order_by=version_number", "?filter=version_number='1'", "?max_results=0", "?filter=run_id IN ('<r>')", "?filter=source_path LIKE 's3%25'", "?order_by=bogus"]:
        run("GET", "model-versions/search" + query)
    run("POST", "model-versions/set-tag", {"name": "rm", "version": "1", "key": "k", "value": "v"})
    run("POST", "model-versions/set-tag", {"name": "rm", "version": "1", "value": "v"})
    run("DELETE", "model-versions/delete-tag", {"name": "rm", "version": "1", "key": "k"})
    run("DELETE", "model-versions/delete-tag", {"name": "rm", "version": "1", "key": "k"})
    run("POST", "registered-models/set-tag", {"name": "rm", "key": "k2", "value": "v"})
    run("DELETE", "registered-models/delete-tag", {"name": "rm", "key": "nobody"})
    run("POST", "registered-models/rename", {"name": "rm", "new_name": "rm2"})
    run("POST", "registered-models/rename", {"name": "rm", "new_name": "rm2"})
    run("DELETE", "model-versions/delete", {"name": "rm2", "version": "1"})
    run("DELETE", "model-versions/delete", {"name": "rm2", "version": "1"})
    run("GET", "registered-models/get?name=rm2")
    run("DELETE", "registered-models/delete", {"name": "rm2"})
    run("DELETE", "logged-models/<m>")
    run("GET", "logged-models/<m>")
    run("GET", "logged-models/<m>?allow_deleted=true")


def artifacts():
    proxy = "/api/2.0/mlflow-artifacts/artifacts"
    run("PUT", f"{proxy}/<e>/<r>/artifacts/a/b.txt", '"text"')
    run("PUT", f"{proxy}/<e>/<r>/artifacts/c%20d.bin", '"x"')
    for path in ["/<e>/<r>/artifacts/a/b.txt", "/<e>/<r>/artifacts/a", "/<e>/nobody", "/..%2fx", "/%2e%2e/x", "/a%23b", "?path=<e>/<r>/artifacts", "?path=<e>/<r>/artifacts/a", "?path=<e>/<r>/artifacts/a/b.txt", "?path=nobody", "?path=../x", "?path=/etc"]:
        run("GET", proxy + path)
    for query in ["?run_id=<r>", "?run_id=<r>&path=a", "?run_id=<r>&path=nobody", "?run_id=<r>&path=../x", "?path=a", "?run_id=nobody"]:
        run("GET", "artifacts/list" + query)
    run("GET", "/get-artifact?run_id=<r>&path=a/b.txt")
    run("GET", "/get-artifact?run_uuid=<r>&path=nobody")
    run("POST", "/api/2.0/mlflow-artifacts/mpu/create/x", {"path": "x", "num_parts": 2})
    run("GET", "/api/2.0/mlflow-artifacts/presigned/x")
    run("DELETE", f"{proxy}/<e>/<r>/artifacts/a")
    run("DELETE", f"{proxy}/<e>/<r>/artifacts/a")
    run("GET", "/health")
    run("GET", "/api/3.0/mlflow/server-info")


def sloppy():
    """What the reference takes although it cannot mean anything, or refuses with a failure of its own."""
    for body in ["[]", '""', "5", {"name": "z", "artifact_location": "s3://b?x=1"}]:
        run("POST", "experiments/create", body)
    metric = {"run_id": "<r2>", "key": "m", "value": 1.5, "timestamp": 10}
    for change in [{"value": True}, {"step": 2**63}, {"timestamp": 1.5}]:
        run("POST", "runs/log-metric", {**metric, **change})
    for metrics in [[5], [{"key": "b", "value": "x", "timestamp": 1}], None]:
        run("POST", "runs/log-batch", {"run_id": "<r2>", "metrics": metrics})
    for datasets in [[{}], [{"dataset": {"name": "d"}}]]:
        run("POST", "runs/log-inputs", {"run_id": "<r2>", "datasets": datasets})
    run("POST", "runs/update", {"run_id": "<r2>", "status": "BOGUS"})
    run("POST", "runs/search", {"experiment_ids": ["<e>"], "run_view_type": "BAD", "max_results": 1})


for part in (experiments, runs, models, artifacts, sloppy):
    part()
print(f"\n{COUNTS[True]} answers alike, {COUNTS[False]} different")
