//! A network with one hidden tanh layer, its gradient, and SGD with momentum.

use super::pixels::{Digit, PIXELS};
use crate::demo::synthetic::Random;

const CLASSES: usize = 10;

/// `hidden` is (width, pixels + 1) and `output` (classes, width + 1), row by row; the last of each row
/// is the bias.
#[derive(Debug, Clone)]
struct Layers {
    width: usize,
    hidden: Vec<f32>,
    output: Vec<f32>,
}

impl Layers {
    fn zero(width: usize) -> Layers {
        Layers { width, hidden: vec![0.0; width * (PIXELS + 1)], output: vec![0.0; CLASSES * (width + 1)] }
    }

    fn all(&self) -> impl Iterator<Item = &f32> {
        self.hidden.iter().chain(&self.output)
    }

    fn all_mut(&mut self) -> impl Iterator<Item = &mut f32> {
        self.hidden.iter_mut().chain(&mut self.output)
    }
}

/// A network that tells digits apart.
pub(super) struct Network {
    weights: Layers,
    velocity: Layers,
}

/// The mean loss over a batch, and how it changes with each weight.
pub(super) struct Gradient {
    pub loss: f32,
    layers: Layers,
}

impl Gradient {
    /// The Euclidean norm over all weights.
    pub(super) fn norm(&self) -> f32 {
        self.layers.all().map(|g| g * g).sum::<f32>().sqrt()
    }
}

impl Network {
    /// A network of `width` hidden units with random weights.
    pub(super) fn new(width: usize, random: &mut Random) -> Network {
        let mut weights = Layers::zero(width);
        let mut fill = |layer: &mut [f32], inputs: usize| {
            for row in layer.chunks_exact_mut(inputs + 1) {
                row[..inputs].fill_with(|| random.normal() as f32 / (inputs as f32).sqrt());
            }
        };
        fill(&mut weights.hidden, PIXELS);
        fill(&mut weights.output, width);
        Network { weights, velocity: Layers::zero(width) }
    }

    /// The hidden units' values, and each class's share: a softmax.
    fn forward(&self, pixels: &[f32; PIXELS]) -> (Vec<f32>, [f32; CLASSES]) {
        let dot = |row: &[f32], inputs: &[f32]| {
            let bias = row[inputs.len()];
            row.iter().zip(inputs).map(|(w, x)| w * x).sum::<f32>() + bias
        };
        let hidden: Vec<f32> =
            self.weights.hidden.chunks_exact(PIXELS + 1).map(|row| dot(row, pixels).tanh()).collect();
        let rows = self.weights.output.chunks_exact(hidden.len() + 1);
        let mut shares = [0.0; CLASSES];
        for (share, row) in shares.iter_mut().zip(rows) {
            *share = dot(row, &hidden);
        }
        let top = shares.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        shares = shares.map(|logit| (logit - top).exp());
        let sum: f32 = shares.iter().sum();
        (hidden, shares.map(|share| share / sum))
    }

    /// The mean cross entropy over `batch`, which must not be empty, and its gradient.
    pub(super) fn gradient(&self, batch: &[Digit]) -> Gradient {
        let width = self.weights.width;
        let mut layers = Layers::zero(width);
        let mut loss = 0.0;
        let part = 1.0 / batch.len() as f32;
        for digit in batch {
            let (hidden, mut delta) = self.forward(&digit.pixels);
            loss -= delta[digit.label].max(f32::MIN_POSITIVE).ln() * part;
            delta[digit.label] -= 1.0;
            let mut back = vec![0.0; width];
            for (class, delta) in delta.iter().map(|delta| delta * part).enumerate() {
                let at = class * (width + 1);
                for unit in 0..width {
                    layers.output[at + unit] += delta * hidden[unit];
                    back[unit] += delta * self.weights.output[at + unit];
                }
                layers.output[at + width] += delta;
            }
            for (unit, row) in layers.hidden.chunks_exact_mut(PIXELS + 1).enumerate() {
                let delta = back[unit] * (1.0 - hidden[unit] * hidden[unit]);
                for (g, x) in row.iter_mut().zip(digit.pixels.iter().chain(&[1.0])) {
                    *g += delta * x;
                }
            }
        }
        Gradient { loss, layers }
    }

    /// Moves the weights against `gradient`.
    pub(super) fn step(&mut self, gradient: &Gradient, lr: f32, momentum: f32) {
        let moved = self.velocity.all_mut().zip(gradient.layers.all()).zip(self.weights.all_mut());
        for ((velocity, gradient), weight) in moved {
            *velocity = momentum * *velocity + gradient;
            *weight -= lr * *velocity;
        }
    }

    /// The mean cross entropy over `digits`, and the share of them that is read right.
    pub(super) fn judge(&self, digits: &[Digit]) -> (f32, f32) {
        let (mut loss, mut right) = (0.0, 0);
        for digit in digits {
            let (_, shares) = self.forward(&digit.pixels);
            loss -= shares[digit.label].max(f32::MIN_POSITIVE).ln();
            right += usize::from(shares.iter().all(|&share| share <= shares[digit.label]));
        }
        (loss / digits.len() as f32, right as f32 / digits.len() as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gradient_is_the_slope_of_the_loss() {
        let mut random = Random::new(1);
        let mut network = Network::new(7, &mut random);
        let batch: Vec<Digit> =
            (0..5).map(|label| Digit { pixels: std::array::from_fn(|_| random.unit() as f32), label }).collect();
        let gradient = network.gradient(&batch);
        let slopes: Vec<f32> = gradient.layers.all().copied().collect();
        const NUDGE: f32 = 1e-2;
        for at in (0..slopes.len()).step_by(13) {
            let mut loss_at = |nudge: f32| {
                *network.weights.all_mut().nth(at).unwrap() += nudge;
                network.gradient(&batch).loss
            };
            let above = loss_at(NUDGE);
            let below = loss_at(-2.0 * NUDGE);
            loss_at(NUDGE);
            let slope = (above - below) / (2.0 * NUDGE);
            assert!((slope - slopes[at]).abs() < 1e-3, "weight {at}: {slope} and {}", slopes[at]);
        }
    }
}
