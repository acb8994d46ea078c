"""Reads an experiment back through the MLflow client and writes it as one compact recording.

    python record.py sqlite:///recording.db "digits: 8 x 8 handwriting" ../recordings/digits.tlr

README.md beside this file describes the format. Whatever would not come back exactly is refused.
"""

import argparse
import hashlib
import json
import os
import tempfile
import zlib

import numpy as np
from mlflow import MlflowClient
from mlflow.entities import ViewType
from pcodec import ChunkConfig, DeltaSpec, standalone

MAGIC = b"TLREC\x00\x00\x01"
NOT_A_NUMBER, INFINITE = 32766, 32767  # exponents that mark what is no decimal
WAV_HEADER = 44


def packed(column, delta=None):
    """A column as a standalone pco file."""
    config = ChunkConfig(compression_level=12, delta_spec=delta or DeltaSpec.auto())
    return standalone.simple_compress(np.ascontiguousarray(column), config)


def unpacked(blob):
    return standalone.simple_decompress(blob)


def decimals(values):
    """Significands and exponents of `values`: value = significand * 10^exponent, exactly.

    All significands of a column have the same number of digits, the fewest that hold every value.
    """
    finite = np.isfinite(values)
    plain = np.where(finite, values, 0.0)
    for digits in range(1, 10):
        with np.errstate(divide="ignore"):
            exponent = np.floor(np.log10(np.abs(plain)))
        exponent = np.where(plain == 0, 0, exponent - digits + 1).astype(int)
        significand = np.array([round(v / 10**e if e > 0 else v * 10**-e) for v, e in zip(plain, exponent.tolist())])
        texts = map("{}e{}".format, significand.tolist(), exponent.tolist())
        if all(float(text) == v for text, v in zip(texts, plain.tolist())):
            break
    else:
        raise SystemExit("a value has more than nine significant digits: round it when logging")
    exponent[np.isnan(values)] = NOT_A_NUMBER
    exponent[np.isinf(values)] = INFINITE
    significand[np.isinf(values)] = np.sign(values[np.isinf(values)])
    return significand.astype(np.int32), exponent.astype(np.int16)


class Column:
    """One metric of all runs: their points one after the other."""

    def __init__(self):
        self.steps, self.times, self.values = [], [], []

    def add(self, points, start):
        """Appends the points of one run; steps and times as differences, the first from 0 and `start`."""
        self.steps.append(np.diff([p.step for p in points], prepend=0))
        self.times.append(np.diff([p.timestamp for p in points], prepend=start))
        values = np.array([p.value for p in points])
        # MLflow's SQL store keeps an infinity as the largest double.
        values[np.abs(values) == np.finfo(float).max] *= 2
        self.values.append(values)

    def blobs(self):
        significand, exponent = decimals(np.concatenate(self.values))
        deltas = [np.concatenate(self.steps).astype(np.int64), np.concatenate(self.times).astype(np.int64)]
        columns = [*deltas, significand, exponent]
        blobs = [packed(c) for c in columns]
        assert all(np.array_equal(unpacked(b), c) for b, c in zip(blobs, columns))
        return blobs


class Contents:
    """The distinct contents of all files, each in its smallest form."""

    def __init__(self):
        self.place, self.forms, self.blobs = {}, [], []

    def add(self, content):
        """The place of `content`, which is stored once."""
        if content not in self.place:
            self.place[content] = len(self.blobs)
            form, blob = smallest(content)
            self.forms.append(form)
            self.blobs.append(blob)
        return self.place[content]


def smallest(content):
    """The form and the bytes: as it is, deflated, or (16-bit WAV) a header and a pco column."""
    forms = [("plain", content), ("deflate", zlib.compress(content, 9))]
    if content[:4] == b"RIFF" and content[36:40] == b"data" and content[34] == 16:
        samples = np.frombuffer(content[WAV_HEADER:], "<i2")
        forms.append(("wav", content[:WAV_HEADER] + packed(samples, DeltaSpec.try_conv1(16))))
    return min(forms, key=lambda form: len(form[1]))


def files_of(client, run_id, folder=""):
    for file in client.list_artifacts(run_id, folder or None):
        if file.is_dir:
            yield from files_of(client, run_id, file.path)
        else:
            yield file.path


def content_of(client, run_id, path):
    with tempfile.TemporaryDirectory() as at:
        with open(client.download_artifacts(run_id, path, at), "rb") as file:
            return file.read()


def new_id(experiment, number, name):
    """An id for the run that is the same when the experiment is recorded again, so that links live on."""
    return hashlib.sha256(f"{experiment}/{number}/{name}".encode()).hexdigest()[:32]


def recorded(client, name):
    """The header and the blobs of the experiment called `name`."""
    experiment = client.get_experiment_by_name(name)
    found = client.search_runs([experiment.experiment_id], "", ViewType.ACTIVE_ONLY, 50_000, ["start_time ASC"])
    columns, contents, runs = {}, Contents(), []
    ids = {run.info.run_id: new_id(name, number, run.info.run_name) for number, run in enumerate(found)}
    for run in found:
        info, series = run.info, []
        for metric in sorted(run.data.metrics):
            points = sorted(client.get_metric_history(info.run_id, metric), key=lambda p: (p.timestamp, p.step))
            columns.setdefault(metric, Column()).add(points, info.start_time)
            series.append([metric, len(points)])
        files = [[p, contents.add(content_of(client, info.run_id, p))] for p in sorted(files_of(client, info.run_id))]
        tags = run.data.tags
        if "mlflow.parentRunId" in tags:
            tags["mlflow.parentRunId"] = ids[tags["mlflow.parentRunId"]]
        runs.append({
            "id": ids[info.run_id], "name": info.run_name, "status": info.status,
            "start": info.start_time, "end": info.end_time,
            "params": run.data.params, "tags": tags, "series": series, "files": files,
        })
        print(info.run_name, flush=True)
    blobs = {metric: columns[metric].blobs() for metric in sorted(columns)}
    header = {
        "experiment": name,
        "tags": {k: v for k, v in experiment.tags.items() if not k.startswith("mlflow.experiment")},
        "columns": [[metric, [len(blob) for blob in four]] for metric, four in blobs.items()],
        "contents": [[form, len(blob)] for form, blob in zip(contents.forms, contents.blobs)],
        "runs": runs,
    }
    return header, [blob for four in blobs.values() for blob in four] + contents.blobs


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("uri", help="where the experiment was logged")
    parser.add_argument("experiment", help="its name")
    parser.add_argument("out", help="the recording to write")
    args = parser.parse_args()
    header, blobs = recorded(MlflowClient(args.uri), args.experiment)
    packed_header = zlib.compress(json.dumps(header, separators=(",", ":"), sort_keys=True).encode(), 9)
    body = len(packed_header).to_bytes(4, "little") + packed_header + b"".join(blobs)
    os.makedirs(os.path.dirname(os.path.abspath(args.out)), exist_ok=True)
    with open(args.out, "wb") as out:
        out.write(MAGIC + zlib.crc32(body).to_bytes(4, "little") + body)
    points = sum(count for run in header["runs"] for _, count in run["series"])
    print(f"{len(header['runs'])} runs, {points} points, {len(header['contents'])} contents, {len(body)} bytes")


if __name__ == "__main__":
    main()
