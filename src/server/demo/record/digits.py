"""Trains some 270 small networks on scikit-learn's digits and logs them, sweep by sweep.

    python digits.py sqlite:///recording.db --artifacts files

Each sweep is a parent run; its trainings are child runs (`mlflow.parentRunId`). Nothing is staged:
runs diverge because of their learning rate, fail where they were told to stop at NaN, and are killed
by a quartile rule.
"""

import argparse
import itertools
import json
import time

import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import classification_report
from sklearn.model_selection import train_test_split

from network import Network, Optimizer, cross_entropy, scheduled
from pictures import misclassified, weights
from tracking import Run, open_experiment, significant

NOTE = """Small networks that read 8 x 8 digits: five sweeps over learning rate, batch size, width,
depth, activation, optimiser, weight decay and seed, trained in numpy on scikit-learn's digits.

Steps count optimiser steps; validation is logged at each epoch's last step. Runs that diverged are
kept: their losses are infinite or NaN."""

BASE = {
    "optimizer": "adam", "lr": 3e-3, "batch_size": 32, "width": 64, "depth": 2, "activation": "relu",
    "weight_decay": 0.0, "schedule": "cosine", "augment": "none", "epochs": 30, "seed": 0,
}
PICTURED_EPOCHS = {1, 2, 4, 8, 16, 30}


def sweeps():
    """The sweeps: name, team, note, what names a run, how many runs log pictures, and the settings."""
    lrs = [1e-4, 1e-3, 1e-2, 3e-2, 0.1, 0.3, 1.0, 3.0, 10.0]
    yield (
        "optimizer-by-lr", "optimisation", "Which learning rates does each optimiser survive?",
        ["optimizer", "lr"], 0,
        [dict(BASE, optimizer=o, lr=lr, schedule="constant", activation="gelu", depth=4)
         for o, lr in itertools.product(["sgd", "momentum", "rmsprop", "adam"], lrs)],
    )
    yield (
        "width-by-depth", "architecture", "How small can the network be, and does depth help?",
        ["activation", "depth", "width"], 36,
        [dict(BASE, activation=a, depth=d, width=w, weight_decay=1.0)
         for a, d, w in itertools.product(["tanh", "relu", "gelu"], [1, 2, 4, 6], [8, 32, 64])],
    )
    yield (
        "batch-by-lr", "optimisation", "Does the best learning rate grow with the batch?",
        ["batch_size", "lr"], 0,
        [dict(BASE, optimizer="momentum", batch_size=b, lr=lr, schedule="warmup-cosine", depth=3)
         for b, lr in itertools.product([8, 16, 32, 64, 128, 256], [3e-3, 1e-2, 3e-2, 0.1, 0.3, 1.0])],
    )
    rng = np.random.default_rng(20)
    yield (
        "random-search", "architecture", "140 draws from the whole space, pruned by a quartile rule.",
        ["optimizer", "lr", "batch_size", "activation"], 0,
        [drawn(rng, i) for i in range(140)],
    )
    yield (
        "seeds", "evaluation", "How much of a difference is luck? The best settings, 16 seeds each.",
        ["augment", "seed"], 8,
        [dict(BASE, width=96, activation="gelu", weight_decay=0.5, augment=a, seed=100 + s)
         for s, a in itertools.product(range(16), ["none", "shift"])],
    )


def drawn(rng, seed):
    """One draw from the search space."""
    optimizer = str(rng.choice(["sgd", "momentum", "rmsprop", "adam"]))
    low, high = {"sgd": (-2.5, 0.8), "momentum": (-3.5, 0.3)}.get(optimizer, (-4.2, -0.7))
    return dict(
        BASE,
        optimizer=optimizer,
        lr=significant(10 ** rng.uniform(low, high), 2),
        batch_size=int(rng.choice([16, 32, 64, 128])),
        width=int(rng.choice([8, 16, 32, 64, 128])),
        depth=int(rng.integers(1, 6)),
        activation=str(rng.choice(["tanh", "relu", "gelu"])),
        weight_decay=significant(10 ** rng.uniform(-4, 0.3), 2),
        schedule=str(rng.choice(["constant", "cosine", "warmup-cosine", "step"])),
        augment=str(rng.choice(["none", "shift"])),
        seed=seed,
    )


class Digits:
    """The digits, split once for all runs; `shifted` holds each training digit at nine places."""

    def __init__(self):
        bunch = load_digits()
        pixels = (bunch.data / 16).astype(np.float32)
        split = train_test_split(pixels, bunch.target, test_size=0.25, random_state=7, stratify=bunch.target)
        self.train, self.held, self.train_labels, self.held_labels = split
        square = np.pad(self.train.reshape(-1, 8, 8), ((0, 0), (1, 1), (1, 1)))
        places = [(r, c) for r in range(3) for c in range(3)]
        self.shifted = np.stack([square[:, r : r + 8, c : c + 8].reshape(-1, 64) for r, c in places])

    def batch(self, chosen, augment, rng):
        if augment == "shift":
            return self.shifted[rng.integers(0, 9, len(chosen)), chosen]
        return self.train[chosen]


class Pruner:
    """Stops a run whose validation accuracy at epoch 8 is in the lowest quarter of those so far."""

    def __init__(self):
        self.seen = []

    def stops(self, epoch, accuracy):
        if epoch != 8:
            return False
        self.seen.append(accuracy)
        earlier = self.seen[:-1]
        return len(earlier) >= 12 and accuracy < np.quantile(earlier, 0.25)


class NotFinite(ArithmeticError):
    """The loss became NaN or infinite in a run that was told to stop there."""


def train(digits, settings, run, pruner, pictured):
    """Trains one network and logs it; answers its best validation accuracy, and why it ended."""
    s = settings
    rng = np.random.default_rng(s["seed"])
    network = Network(s["width"], s["depth"], s["activation"], rng)
    optimizer = Optimizer(s["optimizer"], network.parameters, s["weight_decay"])
    per_epoch = len(digits.train) // s["batch_size"]
    steps, step, best = s["epochs"] * per_epoch, 0, 0.0
    for epoch in range(1, s["epochs"] + 1):
        began = time.perf_counter()
        order = rng.permutation(len(digits.train))
        for at in range(per_epoch):
            chosen = order[at * s["batch_size"] : (at + 1) * s["batch_size"]]
            lr = scheduled(s["schedule"], s["lr"], step, steps)
            x = digits.batch(chosen, s["augment"], rng)
            loss, gradients = network.gradients(x, digits.train_labels[chosen])
            optimizer.step(gradients, lr)
            step += 1
            norm = float(np.sqrt(sum(float(np.vdot(g, g)) for g in gradients)))
            run.point("train/loss", significant(loss), step)
            run.point("train/grad_norm", significant(norm), step)
            run.point("train/lr", significant(lr), step)
            if s.get("stop_at_nan") and not np.isfinite(loss):
                run.send()
                raise NotFinite(f"the loss is {loss} at step {step}")
        rate = per_epoch * s["batch_size"] / (time.perf_counter() - began)
        accuracy = evaluate(digits, network, run, step, rate, epoch)
        best = max(best, accuracy)
        if pictured and epoch in PICTURED_EPOCHS:
            log_pictures(digits, network, run, step)
        run.send()
        if pruner and pruner.stops(epoch, accuracy):
            return best, f"killed by the quartile rule at epoch {epoch}, val/accuracy {accuracy:.4f}"
    log_report(digits, network, run)
    return best, None


def evaluate(digits, network, run, step, rate, epoch):
    """Logs what is known at the end of an epoch; answers the validation accuracy."""
    for name, pixels, labels in [
        ("train", digits.train, digits.train_labels),
        ("val", digits.held, digits.held_labels),
    ]:
        logits = network.forward(pixels)[0]
        accuracy = float(np.mean(logits.argmax(1) == labels))
        run.point(f"{name}/accuracy", significant(accuracy), step)
        if name == "val":
            run.point("val/loss", significant(cross_entropy(logits, labels)[0]), step)
    norm = float(np.sqrt(sum(float(np.vdot(w, w)) for w in network.weights)))
    run.point("weights/norm", significant(norm), step)
    run.point("train/samples_per_second", significant(rate, 3), step)
    run.point("train/epoch", epoch, step)
    return accuracy


def log_pictures(digits, network, run, step):
    logits = network.forward(digits.held)[0]
    confidence = np.exp(logits - logits.max(1, keepdims=True))
    confidence = (confidence / confidence.sum(1, keepdims=True)).max(1)
    sheet = misclassified(digits.held, digits.held_labels, logits.argmax(1), confidence)
    run.media("images", "val/misclassified", step, "png", sheet)
    run.media("images", "weights/first_layer", step, "png", weights(network.weights[0]))


def log_report(digits, network, run):
    predicted = network.forward(digits.held)[0].argmax(1)
    report = classification_report(digits.held_labels, predicted, digits=4, zero_division=0)
    run.file("", "report.txt", report.encode())


def name_of(settings, keys):
    """A run name of the params that matter in its sweep."""
    short = {"batch_size": "b", "width": "w", "depth": "d", "seed": "seed ", "lr": "lr ", "augment": "augment "}
    return ", ".join(f"{short.get(key, '')}{settings[key]}" for key in keys)


def run_sweep(client, experiment, digits, sweep):
    name, team, note, keys, pictured, space = sweep
    tags = {"sweep": name, "team": team, "mlflow.source.name": "digits.py"}
    parent = Run(client, experiment, name, {"runs": len(space)}, {**tags, "mlflow.note.content": note})
    pruner = Pruner() if name == "random-search" else None
    best = 0.0
    for number, settings in enumerate(space, 1):
        # In the random search every second run stops at its first NaN instead of going on.
        if name == "random-search":
            settings["stop_at_nan"] = number % 2 == 0
        run = Run(client, experiment, name_of(settings, keys), settings, {**tags, "mlflow.parentRunId": parent.id})
        try:
            reached, why = train(digits, settings, run, pruner, number <= pictured)
            best = max(best, reached)
            if why:
                run.tag(note=why)
            run.end("KILLED" if why else "FINISHED")
        except NotFinite as error:
            run.tag(note=str(error))
            run.end("FAILED")
        parent.point("val/best_accuracy", significant(best), number)
        parent.send()
        print(f"{name} {number}/{len(space)}", flush=True)
    parent.file("", "space.json", json.dumps(space, indent=1).encode())
    parent.end()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("uri", help="where to log, such as sqlite:///recording.db or http://127.0.0.1:7400")
    parser.add_argument("--artifacts", help="a folder for files, where the address is no server")
    parser.add_argument("--only", help="one sweep")
    parser.add_argument("--limit", type=int, default=10**9, help="the first so many runs of each sweep")
    args = parser.parse_args()
    np.seterr(all="ignore")  # overflow is a result here
    client, experiment = open_experiment(args.uri, args.artifacts, "digits: 8 x 8 handwriting", NOTE)
    digits = Digits()
    for sweep in sweeps():
        if args.only in (None, sweep[0]):
            run_sweep(client, experiment, digits, sweep[:-1] + (sweep[-1][: args.limit],))


if __name__ == "__main__":
    main()
