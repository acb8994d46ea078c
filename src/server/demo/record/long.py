"""Trains three networks online, a million steps each, and logs the loss of every step.

    python long.py sqlite:///recording.db --artifacts files

The stream never ends: digits moved by up to a pixel, with noise, and one label in fifty wrong. As from
a faulty reader, about one batch in 150,000 arrives with raw pixels of 0..16 where 0..1 was expected:
its loss is a spike one step wide.
"""

import argparse

import numpy as np

from digits import Digits
from network import Network, Optimizer, cross_entropy, scheduled
from tracking import Run, open_experiment, significant

NOTE = """Three networks trained online for 1,000,000 steps, the loss of every step logged.

The learning-rate schedules differ. About one batch in 150,000 came with unscaled pixels; each such
step is a spike in the loss, one step wide."""

RUNS = [
    ("sgd, constant", {"optimizer": "sgd", "lr": 0.1, "schedule": "constant", "seed": 1}),
    ("adam, inverse-sqrt", {"optimizer": "adam", "lr": 3e-3, "schedule": "inverse-sqrt", "seed": 2}),
    ("momentum, cyclic", {"optimizer": "momentum", "lr": 0.05, "schedule": "cyclic", "seed": 3}),
]
SHARED = {"batch_size": 64, "width": 32, "depth": 1, "activation": "relu", "weight_decay": 0.0}
POOL, NOISE, WRONG_LABELS, FAULTY = 100_000, 0.15, 0.02, 1 / 150_000


def stream(digits, batch, rng):
    """Batches of pixels and labels without end, from a pool that is drawn anew for each pass."""
    while True:
        chosen = rng.integers(0, len(digits.train), POOL)
        pixels = digits.shifted[rng.integers(0, 9, POOL), chosen]
        pixels = pixels + rng.standard_normal(pixels.shape, np.float32) * np.float32(NOISE)
        labels = digits.train_labels[chosen].copy()
        wrong = rng.random(POOL) < WRONG_LABELS
        labels[wrong] = rng.integers(0, 10, int(wrong.sum()))
        for at in range(0, POOL - batch + 1, batch):
            x = pixels[at : at + batch]
            yield (x * np.float32(16) if rng.random() < FAULTY else x), labels[at : at + batch]


def train(client, experiment, digits, name, settings, steps):
    s = {**SHARED, **settings, "steps": steps}
    run = Run(client, experiment, name, s, {"team": "platform", "mlflow.source.name": "long.py"})
    rng = np.random.default_rng(s["seed"])
    network = Network(s["width"], s["depth"], s["activation"], rng)
    optimizer = Optimizer(s["optimizer"], network.parameters, s["weight_decay"])
    batches = stream(digits, s["batch_size"], rng)
    for step in range(1, steps + 1):
        lr = scheduled(s["schedule"], s["lr"], step, steps)
        loss, gradients = network.gradients(*next(batches))
        optimizer.step(gradients, lr)
        run.point("train/loss", significant(loss, 3), step)  # its noise is far larger
        if step % 1000 == 0:
            run.point("train/lr", significant(lr), step)
            logits = network.forward(digits.held)[0]
            accuracy = float(np.mean(logits.argmax(1) == digits.held_labels))
            run.point("val/loss", significant(cross_entropy(logits, digits.held_labels)[0]), step)
            run.point("val/accuracy", significant(accuracy), step)
            run.send()
        if step % 100_000 == 0:
            print(name, step, loss, flush=True)
    run.end()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("uri", help="where to log, such as sqlite:///recording.db or http://127.0.0.1:7400")
    parser.add_argument("--artifacts", help="a folder for files, where the address is no server")
    parser.add_argument("--steps", type=int, default=1_000_000)
    args = parser.parse_args()
    client, experiment = open_experiment(args.uri, args.artifacts, "long: a million steps", NOTE)
    digits = Digits()
    for name, settings in RUNS:
        train(client, experiment, digits, name, settings, args.steps)


if __name__ == "__main__":
    main()
