"""(e) JAX: replicas vmapped, many steps in one jitted scan, batches gathered inside it from indices.

Weights are a flat list in PyTorch's order and layouts, so that the same weights can be given to both. XLA's thread pool has
the cores that this process may use, as many as the others have; on small products they help little, so there is a second
contender whose replicas are shared out to Python threads, one a core, each calling a jitted scan of its own.

On a processor XLA takes a slow path for a convolution inside a scan, and vmapped convolutions are slower than one after
another. So they are written in the form measured fastest: as a product of patches, replica by replica, in a scan. (Five
replicas, images of 8 x 8: 3.1 ms a step; `lax.conv` under vmap in a scan 22, without the scan 4.6, without vmap too 3.0. Of
28 x 28: 61, 905, 364 and 122.) On a GPU it is `lax.conv` under vmap.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from benchmarks.cases import Case
from benchmarks.contenders import Contender, Losses, cores
from benchmarks.data import batches, made
from benchmarks.nets import Adversarial, Convolutional, Dense, Net, Recurrent

Array = Any
Weights = list[Array]
LR, BETA1, BETA2, EPSILON = 1e-3, 0.9, 0.999, 1e-8
MOMENTUM, VARIANCE_EPSILON = 0.1, 1e-5
"""Of batch normalization, as in PyTorch."""
ON_GPU = jax.default_backend() == "gpu"
if ON_GPU:
    jax.config.update("jax_default_matmul_precision", "highest")  # float32's products, not TF32's


def initial(net: Net, rng: np.random.Generator) -> tuple[Weights, list[Array]]:
    """Weights as PyTorch draws them by default, uniform within 1 / sqrt(inputs), and running statistics."""

    def uniform(inputs: int, *shapes: tuple[int, ...]) -> Weights:
        return [rng.uniform(-(inputs**-0.5), inputs**-0.5, shape).astype(np.float32) for shape in shapes]

    def linears(sizes: Sequence[int]) -> Weights:
        return [weight for a, b in pairwise(sizes) for weight in uniform(a, (b, a), (b,))]

    if isinstance(net, Dense):
        return linears(net.sizes), []
    if isinstance(net, Adversarial):
        return linears(net.generator) + linears(net.discriminator), []
    if isinstance(net, Recurrent):
        gates, hidden = 4 * net.hidden, net.hidden
        cell = uniform(hidden, (gates, net.features), (gates, hidden), (gates,), (gates,))
        return cell + linears((hidden, net.outputs)), []
    weights, running = Weights(), Weights()
    for a, b in ((1, net.channels[0]), net.channels):
        ones, zeros = np.ones(b, np.float32), np.zeros(b, np.float32)
        weights += [*uniform(9 * a, (b, a, 3, 3), (b,)), ones, zeros]
        running += [zeros, ones]
    return weights + linears((net.flat, net.classes)), running


# ----------------------------------------------------------------------------------------------------------- networks


def forward(net: Net, weights: Weights, running: list[Array], x: Array) -> tuple[Array, list[Array]]:
    """(batch, ...) inputs to outputs in training mode, and the new running statistics."""
    if isinstance(net, Convolutional):
        return convolutional(weights, running, x)
    if isinstance(net, Recurrent):
        return recurrent(weights, x), running
    if isinstance(net, Dense):
        return dense(weights, x, jnp.tanh if net.activation == "tanh" else jax.nn.relu), running
    raise TypeError(f"{net}: two networks have no one forward pass")


def dense(weights: Weights, x: Array, activation: Callable[[Array], Array] = jax.nn.relu) -> Array:
    """(batch, inputs) -> (batch, outputs): linear layers with an activation between them."""
    for layer in range(0, len(weights), 2):
        x = x @ weights[layer].T + weights[layer + 1]
        x = activation(x) if layer + 2 < len(weights) else x
    return x


def recurrent(weights: Weights, x: Array) -> Array:
    """(batch, time, features) -> (batch, outputs): an LSTM with two biases, gates in the order i, f, g, o."""
    inputs, hidden, bias_inputs, bias_hidden, *head = weights
    given = x @ inputs.T + (bias_inputs + bias_hidden)  # of all steps at once

    def cell(carried: tuple[Array, Array], now: Array) -> tuple[tuple[Array, Array], None]:
        h, c = carried
        i, f, g, o = jnp.split(now + h @ hidden.T, 4, axis=-1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        return (jax.nn.sigmoid(o) * jnp.tanh(c), c), None

    nought = jnp.zeros((len(x), hidden.shape[1]))
    (h, _), _ = lax.scan(cell, (nought, nought), given.swapaxes(0, 1))
    return dense(head, h)


def convolutional(weights: Weights, running: list[Array], x: Array) -> tuple[Array, list[Array]]:
    """(batch, 1, height, width) -> (batch, classes), channels last on the way; and the running statistics."""
    x = jnp.moveaxis(x, 1, -1)
    kept: list[Array] = []
    for block in range(2):
        filters, bias, scale, shift = weights[4 * block : 4 * block + 4]
        x = (convolved(x, filters) if ON_GPU else convolved_as_product(x, filters)) + bias
        mean, variance, count = x.mean((0, 1, 2)), x.var((0, 1, 2)), x.size // x.shape[-1]
        new = (mean, variance * count / (count - 1))
        kept += [(1 - MOMENTUM) * old + MOMENTUM * now for old, now in zip(running[2 * block :], new, strict=False)]
        x = jax.nn.relu((x - mean) * (lax.rsqrt(variance + VARIANCE_EPSILON) * scale) + shift)
        count, height, width, channels = x.shape
        x = x.reshape(count, height // 2, 2, width // 2, 2, channels).max((2, 4))
    return dense(weights[8:], jnp.moveaxis(x, -1, 1).reshape(len(x), -1)), kept


def convolved(x: Array, filters: Array) -> Array:
    """(batch, height, width, inputs) -> (batch, height, width, outputs)."""
    return lax.conv_general_dilated(x, filters, (1, 1), "SAME", dimension_numbers=("NHWC", "OIHW", "NHWC"))


def convolved_as_product(x: Array, filters: Array) -> Array:
    """The same 3 x 3 convolution: every window laid out as a row, and one product with the filters."""
    count, height, width, channels = x.shape
    padded = jnp.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    windows = [padded[:, i : i + height, j : j + width] for i in range(3) for j in range(3)]
    rows = jnp.stack(windows, axis=-1).reshape(-1, channels * 9)
    return (rows @ filters.reshape(len(filters), -1).T).reshape(count, height, width, -1)


# ----------------------------------------------------------------------------------------------------------- training


def adam(weights: Weights, gradients: Weights, first: Weights, second: Weights, step: Array) -> tuple[Weights, ...]:
    """The weights and the two moments after a step (Kingma & Ba 2015, algorithm 1)."""
    first = [BETA1 * m + (1 - BETA1) * g for m, g in zip(first, gradients, strict=True)]
    second = [BETA2 * v + (1 - BETA2) * g * g for v, g in zip(second, gradients, strict=True)]
    rate, root = LR / (1 - BETA1**step), (1 - BETA2**step) ** 0.5
    moved = [w - rate * m / (v**0.5 / root + EPSILON) for w, m, v in zip(weights, first, second, strict=True)]
    return moved, first, second


def update(net: Net, carry: tuple[Any, ...], x: Array, y: Array, noise: Array) -> tuple[tuple[Any, ...], Array]:
    """One step of one replica; the carry is (weights, Adam's two moments, steps done, running statistics)."""
    if isinstance(net, Adversarial):
        return adversarial(net, carry, x, noise)
    weights, first, second, step, running = carry

    def loss(weights: Weights) -> tuple[Array, list[Array]]:
        outputs, kept = forward(net, weights, running, x)
        return (cross_entropy(outputs, y) if jnp.issubdtype(y.dtype, jnp.integer) else jnp.mean((outputs - y) ** 2)), kept

    (value, running), gradients = jax.value_and_grad(loss, has_aux=True)(weights)
    weights, first, second = adam(weights, gradients, first, second, step + 1)
    return (weights, first, second, step + 1, running), value


def cross_entropy(outputs: Array, classes: Array) -> Array:
    """The mean over (batch, classes) outputs."""
    chosen = jnp.take_along_axis(outputs, classes[:, None], axis=1)[:, 0]
    return jnp.mean(jax.nn.logsumexp(outputs, axis=1) - chosen)


def adversarial(net: Adversarial, carry: tuple[Any, ...], x: Array, noise: Array) -> tuple[tuple[Any, ...], Array]:
    """The discriminator's update, then the generator's; noise (2, batch, numbers), one batch of it a turn."""
    weights, first, second, step, running = carry
    cut = 2 * (len(net.generator) - 1)

    def judging(judge: Weights) -> Array:
        generated = dense(weights[:cut], noise[0])
        return jnp.mean(jax.nn.softplus(-dense(judge, x))) + jnp.mean(jax.nn.softplus(dense(judge, generated)))

    judge, *moments = adam(weights[cut:], jax.grad(judging)(weights[cut:]), first[cut:], second[cut:], step + 1)

    def forging(forger: Weights) -> Array:
        return jnp.mean(jax.nn.softplus(-dense(judge, dense(forger, noise[1]))))

    value, gradients = jax.value_and_grad(forging)(weights[:cut])
    forger, *others = adam(weights[:cut], gradients, first[:cut], second[:cut], step + 1)
    return (forger + judge, others[0] + moments[0], others[1] + moments[1], step + 1, running), value


def steps_of(net: Net, carry: Any, order: Array, x: Array, y: Array, key: Array) -> tuple[Any, Array]:
    """Many steps of some replicas; order (steps, replicas, batch) of samples. The losses are (steps, replicas)."""
    one = partial(update, net)
    in_turn = isinstance(net, Convolutional) and not ON_GPU
    all_replicas = (lambda *given: lax.map(lambda each: one(*each), given)) if in_turn else jax.vmap(one)
    width = net.generator[0] if isinstance(net, Adversarial) else 0
    noise = jax.random.normal(key, (*order.shape[:2], 2, order.shape[2], width))
    gather = jax.vmap(lambda samples, chosen: samples[chosen])

    def step(carry: Any, given: tuple[Array, Array]) -> Any:
        chosen, drawn = given
        return all_replicas(carry, gather(x, chosen), gather(y, chosen), drawn)

    carry, losses = lax.scan(step, carry, (order, noise))
    return carry, losses


class Share:
    """Some replicas: what is carried from step to step, and their samples."""

    def __init__(self, case: Case, seeds: Sequence[int]) -> None:
        self.case = case
        self.count = len(seeds)
        self.rng = np.random.default_rng(seeds[0])
        self.key = jax.random.key(seeds[0])
        x, y = zip(*(made(case, np.random.default_rng(seed)) for seed in seeds), strict=True)
        self.x, self.y = jnp.stack(x), jnp.stack(y)
        weights, running = stacked([initial(case.net, np.random.default_rng(seed)) for seed in seeds])
        noughts = [[jnp.zeros_like(weight) for weight in weights] for _ in range(2)]
        self.carry = (weights, *noughts, jnp.zeros(self.count), running)

    def compiled(self, run: Any, steps: int) -> Any:
        """The program that takes so many steps."""
        order = jax.ShapeDtypeStruct((steps, self.count, self.case.batch), np.int32)
        return run.lower(self.carry, order, self.x, self.y, self.key).compile()

    def advance(self, program: Any, steps: int) -> Losses:
        """(replicas, steps) losses of so many steps."""
        order = batches(self.rng, self.case.samples, self.case.batch, self.count, steps)
        self.key, key = jax.random.split(self.key)
        self.carry, losses = program(self.carry, order, self.x, self.y, key)
        return np.asarray(losses.block_until_ready()).T


def stacked(trees: list[Any]) -> Any:
    """Leaves of several replicas as one leaf (replicas, ...)."""
    return jax.tree.map(lambda *leaves: jnp.stack(leaves), *trees)


class Jax(Contender):
    """All replicas in one program."""

    threads = 1

    def __init__(self, case: Case, seeds: Sequence[int], device: str = "cpu") -> None:
        super().__init__(case, seeds, device)
        count = min(self.threads, len(seeds))
        edges = [len(seeds) * part // count for part in range(count + 1)]
        self.shares = [Share(case, seeds[a:b]) for a, b in pairwise(edges)]
        self.run = jax.jit(partial(steps_of, case.net), donate_argnums=0)
        self.programs: dict[tuple[int, int], Any] = {}
        self.pool = ThreadPoolExecutor(count)

    def advance(self, steps: int) -> Losses:
        """Shares of one size have one program; programs of two sizes are compiled side by side."""
        needed = {(share.count, steps): share for share in self.shares if (share.count, steps) not in self.programs}
        made_now = self.pool.map(lambda share: share.compiled(self.run, steps), needed.values())
        self.programs.update(zip(needed, made_now, strict=True))
        return np.concatenate(list(self.pool.map(lambda s: s.advance(self.programs[s.count, steps], steps), self.shares)))

    def close(self) -> None:
        self.pool.shutdown()


class JaxThreads(Jax):
    """Replicas shared out to Python threads, as many as there are cores."""

    threads = cores()
