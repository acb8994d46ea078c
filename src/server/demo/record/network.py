"""A small multilayer perceptron with four optimisers, in numpy and float32.

Nothing guards the arithmetic: with a learning rate that is too large, activations overflow and the
loss becomes infinite and then NaN, as it does in any framework.
"""

import numpy as np

GELU = np.float32(np.sqrt(2 / np.pi))


def tanh(z):
    a = np.tanh(z)
    return a, 1 - a * a


def relu(z):
    return np.maximum(z, 0), (z > 0).astype(np.float32)


def gelu(z):
    """GELU by its usual tanh formula, and its derivative."""
    inner = GELU * (z + np.float32(0.044715) * z**3)
    t = np.tanh(inner)
    slope = GELU * (1 + np.float32(3 * 0.044715) * z * z)
    return 0.5 * z * (1 + t), 0.5 * (1 + t) + 0.5 * z * (1 - t * t) * slope


ACTIVATIONS = {"tanh": tanh, "relu": relu, "gelu": gelu}


class Network:
    """`depth` hidden layers of `width` units between 64 pixels and 10 classes."""

    def __init__(self, width, depth, activation, rng, inputs=64, classes=10):
        sizes = [inputs] + [width] * depth + [classes]
        gain = 1.0 if activation == "tanh" else 2.0
        self.activation = ACTIVATIONS[activation]
        self.weights, self.biases = [], []
        for fan_in, fan_out in zip(sizes, sizes[1:]):
            spread = np.sqrt(gain / fan_in)
            self.weights.append((rng.standard_normal((fan_in, fan_out)) * spread).astype(np.float32))
            self.biases.append(np.zeros(fan_out, np.float32))

    @property
    def parameters(self):
        return self.weights + self.biases

    def forward(self, x):
        """The logits, and what `gradients` needs: each layer's input and activation slope."""
        inputs, slopes = [x], []
        for w, b in zip(self.weights[:-1], self.biases[:-1]):
            x, slope = self.activation(x @ w + b)
            inputs.append(x)
            slopes.append(slope)
        return x @ self.weights[-1] + self.biases[-1], inputs, slopes

    def gradients(self, x, labels):
        """The mean cross entropy, and its gradient for each of `parameters`."""
        logits, inputs, slopes = self.forward(x)
        loss, delta = cross_entropy(logits, labels)
        dw, db = [], []
        for layer in reversed(range(len(self.weights))):
            dw.append(inputs[layer].T @ delta)
            db.append(delta.sum(0))
            if layer:
                delta = (delta @ self.weights[layer].T) * slopes[layer - 1]
        return loss, dw[::-1] + db[::-1]


def cross_entropy(logits, labels):
    """The mean cross entropy of `logits` against `labels`, and its gradient for the logits."""
    shifted = logits - logits.max(1, keepdims=True)
    exp = np.exp(shifted)
    total = exp.sum(1, keepdims=True)
    rows = np.arange(len(labels))
    loss = float(np.mean(np.log(total[:, 0]) - shifted[rows, labels]))
    delta = exp / total
    delta[rows, labels] -= 1
    return loss, delta / np.float32(len(labels))


class Optimizer:
    """SGD, momentum, RMSprop or Adam, with decoupled weight decay."""

    def __init__(self, name, parameters, weight_decay):
        self.name, self.parameters, self.weight_decay = name, parameters, np.float32(weight_decay)
        self.first = [np.zeros_like(p) for p in parameters]
        self.second = [np.zeros_like(p) for p in parameters]
        self.count = 0

    def step(self, gradients, lr):
        """Changes the parameters by one step at learning rate `lr`."""
        self.count += 1
        lr = np.float32(lr)
        for p, g, m, v in zip(self.parameters, gradients, self.first, self.second):
            if self.weight_decay and p.ndim == 2:
                p *= 1 - lr * self.weight_decay
            p -= lr * self.direction(g, m, v)

    def direction(self, g, m, v):
        if self.name == "sgd":
            return g
        if self.name == "momentum":
            m *= np.float32(0.9)
            m += g
            return m
        if self.name == "rmsprop":
            v *= np.float32(0.99)
            v += np.float32(0.01) * g * g
            return g / (np.sqrt(v) + np.float32(1e-8))
        m *= np.float32(0.9)
        m += np.float32(0.1) * g
        v *= np.float32(0.999)
        v += np.float32(0.001) * g * g
        unbiased = np.sqrt(v / np.float32(1 - 0.999**self.count)) + np.float32(1e-8)
        return m / (np.float32(1 - 0.9**self.count) * unbiased)


def scheduled(schedule, lr, step, steps):
    """The learning rate at `step` of `steps`."""
    t = step / steps
    if schedule == "constant":
        return lr
    if schedule == "cosine":
        return lr * 0.5 * (1 + np.cos(np.pi * t))
    if schedule == "warmup-cosine":
        warm = 0.05
        return lr * t / warm if t < warm else lr * 0.5 * (1 + np.cos(np.pi * (t - warm) / (1 - warm)))
    if schedule == "step":
        return lr * 0.3 ** int(t * 4)
    if schedule == "inverse-sqrt":
        return lr * min(step / 1000, (1000 / max(step, 1)) ** 0.5)
    if schedule == "cyclic":
        return lr * (0.05 + 0.95 * 0.5 * (1 + np.cos(2 * np.pi * (t * 8 % 1))))
    raise ValueError(f"no schedule is called {schedule}")
