"""Recovers the phase of spoken sentences with Griffin-Lim, and logs the sound as it gets better.

    python speech.py sqlite:///recording.db --artifacts files

espeak-ng speaks a sentence; only the magnitudes of its spectrogram are kept; each run finds phases
that fit them. `momentum` 0 is Griffin and Lim (1984), above 0 the fast variant of Perraudin, Balazs and
Søndergaard (2013).
"""

import argparse
import io
import subprocess
import time
import wave

import numpy as np
from PIL import Image
from scipy.signal import get_window, resample_poly

from tracking import Run, open_experiment, significant

NOTE = """Phase recovery of speech: a spectrogram without its phases is turned back into sound, a little
better with every iteration. Listen to `estimate` at 1 and at 128, and to `reference`.

Griffin-Lim (momentum 0) against its fast variant, for several windows and overlaps. The speech was made by
espeak-ng."""

RATE = 12_000
SENTENCES = {"line": "A line, through all the axes.", "runs": "Three hundred runs, on one page."}
LOGGED = [1, 2, 4, 8, 16, 32, 64, 128]
RUNS = [
    # sentence, n_fft, overlap, momentum, first phases
    ("line", 512, 4, 0.99, "random"),
    ("line", 1024, 4, 0.0, "random"),
    ("line", 1024, 4, 0.99, "random"),
    ("line", 1024, 4, 0.99, "zero"),
    ("line", 1024, 8, 0.99, "random"),
    ("line", 1024, 4, 1.6, "random"),
    ("runs", 1024, 4, 0.0, "random"),
    ("runs", 1024, 4, 0.99, "random"),
]


def spoken(text):
    """`text` as espeak-ng says it: mono samples at `RATE`, the silence at both ends cut off."""
    sound = subprocess.run(["espeak-ng", "-v", "en-gb", "-s", "165", "--stdout", text], capture_output=True, check=True)
    with wave.open(io.BytesIO(sound.stdout)) as file:
        rate, raw = file.getframerate(), file.readframes(2**30)
    # espeak-ng cannot seek back in a pipe, so the header's length is wrong and the file's end counts.
    samples = np.frombuffer(raw[: len(raw) // 2 * 2], "<i2") / 32768
    samples = resample_poly(samples, RATE // 50, rate // 50)
    loud = np.flatnonzero(np.abs(samples) > 0.01)
    samples = samples[max(0, loud[0] - 400) : loud[-1] + 800]
    return samples * (0.5 / np.abs(samples).max())


class Stft:
    """A short-time Fourier transform whose inverse is its least-squares inverse."""

    def __init__(self, n_fft, hop, length):
        self.n_fft, self.hop, self.length = n_fft, hop, length
        self.window = get_window("hann", n_fft)
        self.frames = 1 + -(-length // hop) + n_fft // hop
        self.size = (self.frames - 1) * hop + n_fft
        self.weight = np.maximum(self.laid(np.tile(self.window**2, (self.frames, 1))), 1e-8)

    def laid(self, frames):
        out = np.zeros(self.size)
        for at, frame in enumerate(frames):
            out[at * self.hop : at * self.hop + self.n_fft] += frame
        return out

    def forward(self, samples):
        padded = np.zeros(self.size)
        padded[self.n_fft // 2 : self.n_fft // 2 + self.length] = samples
        framed = np.lib.stride_tricks.sliding_window_view(padded, self.n_fft)[:: self.hop]
        return np.fft.rfft(framed * self.window)

    def inverse(self, spectrum):
        frames = np.fft.irfft(spectrum, self.n_fft) * self.window
        return (self.laid(frames) / self.weight)[self.n_fft // 2 : self.n_fft // 2 + self.length]


def wav(samples):
    """`samples` in -1..1 as a 16-bit WAV file."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.round(np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return out.getvalue()


# Viridis, sampled, and blue over paper to red: between the stops colours are mixed.
VIRIDIS = ["440154", "472d7b", "3b528b", "2c728e", "21918c", "28ae80", "5ec962", "addc30", "fde725"]
DIVERGING = ["2154a0", "f7f7f5", "b23127"]
LEVELS = 32


def mixed(stops):
    """`LEVELS` colours along `stops`, flat."""
    colours = np.array([[int(c[i : i + 2], 16) for i in (0, 2, 4)] for c in stops])
    at = np.linspace(0, len(stops) - 1, LEVELS)
    return np.stack([np.interp(at, range(len(stops)), colours[:, c]) for c in range(3)], 1).round().astype(int).ravel()


def pooled(magnitudes, columns=180, rows=72):
    """Decibels in `columns` x `rows` cells, time to the right and pitch upwards.

    A cell takes the nearest frame in time, and the mean over its bins in pitch.
    """
    nearest = np.linspace(0, len(magnitudes) - 1, columns).round().astype(int)
    decibels = 20 * np.log10(np.maximum(magnitudes[nearest].T, 1e-6))
    return np.stack([cell.mean(0) for cell in np.array_split(decibels, rows)])[::-1]


def spectrogram(magnitudes, target, scale=2):
    """A PNG: `magnitudes` over 70 dB above, and below how far they are from `target`.

    Blue is up to 12 dB too quiet and red as much too loud, in cells where the target is not silent.
    """
    ours, wanted = pooled(magnitudes), pooled(target)
    top = wanted.max()
    upper = np.clip((ours - top) / 70 + 1, 0, 1)
    off = np.where(np.maximum(ours, wanted) > top - 70, np.clip((ours - wanted) / 24 + 0.5, 0, 1), 0.5)
    gap = np.full((3, ours.shape[1]), 0.5)
    index = np.round(np.vstack([upper, gap, off]) * (LEVELS - 1)).astype(np.uint8)
    index[len(upper) :] += LEVELS
    image = Image.fromarray(np.kron(index, np.ones((scale, scale), np.uint8)), "P")
    image.putpalette([*map(int, mixed(VIRIDIS)), *map(int, mixed(DIVERGING))] + [0] * (768 - 6 * LEVELS))
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def recover(client, experiment, sentence, n_fft, overlap, momentum, start):
    """One run: 128 iterations from the first phases, sound and picture logged at powers of two."""
    reference = spoken(SENTENCES[sentence])
    stft = Stft(n_fft, n_fft // overlap, len(reference))
    target = np.abs(stft.forward(reference))
    method = "griffin-lim" if momentum == 0 else "fast griffin-lim"
    params = {
        "method": method, "n_fft": n_fft, "hop": n_fft // overlap, "overlap": overlap, "momentum": momentum,
        "first_phases": start, "sentence": sentence, "sample_rate": RATE, "iterations": LOGGED[-1],
    }
    tags = {"team": "audio", "sentence": SENTENCES[sentence], "mlflow.source.name": "speech.py"}
    name = f"{sentence}: {method}, {n_fft}/{n_fft // overlap}, momentum {momentum}, {start}"
    run = Run(client, experiment, name, params, tags)
    run.media("audio", "reference", 0, "wav", wav(reference))
    run.media("images", "spectrogram/reference", 0, "png", spectrogram(target, target))
    rng = np.random.default_rng(5)
    angle = rng.uniform(-np.pi, np.pi, target.shape) if start == "random" else np.zeros(target.shape)
    phases, before = np.exp(1j * angle), np.zeros(target.shape, complex)
    for step in range(1, LOGGED[-1] + 1):
        began = time.perf_counter()
        estimate = stft.inverse(target * phases)
        rebuilt = stft.forward(estimate)
        moved = rebuilt + momentum * (rebuilt - before)
        before = rebuilt
        fresh = np.exp(1j * np.angle(moved))
        change = float(np.sum(target * np.abs(np.angle(fresh * phases.conj()))) / target.sum())
        phases = fresh
        millis = (time.perf_counter() - began) * 1000
        off = np.linalg.norm(np.abs(rebuilt) - target) / np.linalg.norm(target)
        logs = np.log10(np.maximum(np.abs(rebuilt), 1e-4)) - np.log10(np.maximum(target, 1e-4))
        run.point("spectral/convergence", significant(off), step)
        run.point("spectral/convergence_db", significant(20 * np.log10(off)), step)
        run.point("spectral/log_distance_db", significant(20 * np.sqrt(np.mean(logs**2))), step)
        run.point("phase/mean_change_rad", significant(change), step)
        run.point("time/iteration_ms", significant(millis, 3), step)
        if step in LOGGED:
            run.media("audio", "estimate", step, "wav", wav(estimate))
            run.media("images", "spectrogram/estimate", step, "png", spectrogram(np.abs(rebuilt), target))
    run.end()
    print(name, off, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("uri", help="where to log, such as sqlite:///recording.db or http://127.0.0.1:7400")
    parser.add_argument("--artifacts", help="a folder for files, where the address is no server")
    args = parser.parse_args()
    client, experiment = open_experiment(args.uri, args.artifacts, "speech: phase recovery", NOTE)
    for settings in RUNS:
        recover(client, experiment, *settings)


if __name__ == "__main__":
    main()
