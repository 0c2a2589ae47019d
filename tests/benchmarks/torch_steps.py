#!/usr/bin/env python3
"""PyTorch's time for one training step of the models of training_steps/, by the same formulas, and for the
gradients of objectives/.

A step is noise, forward, backward and Adam. Prints rows like those of bench:
    torch,<case>,<dtype>,<threads>,<median microseconds>          eager mode
    torch-trace,<case>,<dtype>,<threads>,<median microseconds>    the forward pass as a TorchScript trace
    torch-compile,<case>,<dtype>,<threads>,<median microseconds>  through torch.compile, with Adam in one fused pass
    torch-matmul,<n>,<dtype>,<threads>,<GFLOP/s>                  product of two n x n matrices

On Debian: apt-get install python3-torch libopenblas0-pthread (without the second PyTorch multiplies matrices by an
unoptimised BLAS, and any comparison is unfair to it). --compile takes PyTorch 2 (Debian 13), and python3-setuptools,
libtorch-dev and g++ beside it.
"""
import argparse
import ctypes
import math
import re
import statistics
import sys
import time

try:
    import torch
    import torch.nn.functional as F
except ImportError:
    print("torch_steps.py: found no PyTorch; on Debian: apt-get install python3-torch libopenblas0-pthread",
          file=sys.stderr)
    sys.exit(2)


class Network(torch.nn.Module):
    """y = W2 tanh(W1 x + b1) + b2, or with one tanh layer more."""

    def __init__(self, *widths):
        super().__init__()
        layers = [torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:])]
        self.hidden = torch.nn.ModuleList(layers[:-1])
        self.last = layers[-1]

    def forward(self, x):
        for layer in self.hidden:
            x = torch.tanh(layer(x))
        return self.last(x)


class Vae(torch.nn.Module):
    """1/B sum_b KL(q(z|x_b) || N(0,I)) - log N(x_b; decoder(z_b), 1), z_b drawn from q(z|x_b)."""

    def __init__(self, B, D, H, L):
        super().__init__()
        self.batch, self.latent = B, L
        self.encoder, self.decoder = Network(D, H, H, 2 * L), Network(L, H, H, D)
        self.x = torch.randn(B, D)
        self.constant = 0.5 * D * math.log(2 * math.pi)

    def forward(self):
        mean, log_scale = torch.split(self.encoder(self.x), self.latent, dim=1)
        scale = torch.exp(log_scale)
        z = mean + scale * torch.randn_like(scale)
        kl = torch.sum(0.5 * (mean * mean + scale * scale - 1) - log_scale)
        squares = 0.5 * torch.sum(torch.square(self.x - self.decoder(z)))
        return (kl + squares) / self.batch + self.constant


def random_episodes(B, T, A, O):
    """Observations [T,B], and one-hot observations and actions [T,B,...]."""
    observations, actions = torch.randint(O, (T, B)), torch.randint(A, (T, B))
    real = torch.get_default_dtype()
    return observations, F.one_hot(observations, O).to(real), F.one_hot(actions, A).to(real)


def draw_and_divergence(q, p, latent):
    """s = m_q + s_q noise and the sum of KL(q || p), from the networks' outputs (means, log scales)."""
    q_mean, q_log = torch.split(q, latent, dim=1)
    p_mean, p_log = torch.split(p, latent, dim=1)
    q_scale = torch.exp(q_log)
    s = q_mean + q_scale * torch.randn_like(q_scale)
    ratio = (torch.square(q_scale) + torch.square(q_mean - p_mean)) * torch.exp(-2 * p_log)
    return s, torch.sum(p_log - q_log + 0.5 * (ratio - 1))


class Filter(torch.nn.Module):
    """1/B sum_b sum_k KL(q(s_k|s_{k-1},a,o) || p(s_k|s_{k-1},a)) - log p(o_k|s_k), s_k drawn from q."""

    def __init__(self, B, T, A, O, H, L):
        super().__init__()
        self.batch, self.steps, self.latent = B, T, L
        self.posterior = Network(L + A + O, H, 2 * L)
        self.transition = Network(L + A, H, 2 * L)
        self.emission = Network(L, H, O)
        self.observations, self.o, self.a = random_episodes(B, T, A, O)
        self.s0 = torch.zeros(B, L)

    def forward(self):
        s, loss = self.s0, 0.0
        for k in range(self.steps):
            sa = torch.cat((s, self.a[k]), 1)
            q = self.posterior(torch.cat((sa, self.o[k]), 1))
            s, kl = draw_and_divergence(q, self.transition(sa), self.latent)
            loss = loss + kl + F.cross_entropy(self.emission(s), self.observations[k], reduction="sum")
        return loss / self.batch


class Rssm(torch.nn.Module):
    """h_k = GRU([s_{k-1},a], h_{k-1}); 1/B sum_b sum_k KL(q(s_k|h_k,o) || p(s_k|h_k)) - log p(o_k|h_k,s_k)."""

    def __init__(self, B, T, A, O, H, L):
        super().__init__()
        self.batch, self.steps, self.latent = B, T, L
        self.cell = torch.nn.GRUCell(L + A, H)
        self.posterior = Network(H + O, H, 2 * L)
        self.prior = Network(H, H, 2 * L)
        self.emission = Network(H + L, H, O)
        self.observations, self.o, self.a = random_episodes(B, T, A, O)
        self.s0, self.h0 = torch.zeros(B, L), torch.zeros(B, H)

    def forward(self):
        s, h, loss = self.s0, self.h0, 0.0
        for k in range(self.steps):
            h = self.cell(torch.cat((s, self.a[k]), 1), h)
            q = self.posterior(torch.cat((h, self.o[k]), 1))
            s, kl = draw_and_divergence(q, self.prior(h), self.latent)
            logits = self.emission(torch.cat((h, s), 1))
            loss = loss + kl + F.cross_entropy(logits, self.observations[k], reduction="sum")
        return loss / self.batch


class GaussianMixture(torch.nn.Module):
    """Minus the log-density of n points under a mixture with a Wishart prior: objectives/gaussian_mixture.h."""

    def __init__(self, n, d, K):
        super().__init__()
        def parameter(*shape):
            return torch.nn.Parameter(torch.randn(*shape))
        self.alpha, self.means = parameter(K), parameter(K, d)
        self.q, self.below = parameter(K, d), parameter(K, d * (d - 1) // 2)
        self.x = torch.randn(n, d)
        self.rows, self.columns = torch.tril_indices(d, d, -1)
        self.constant = -0.5 * n * d * math.log(2 * math.pi) + K * (
            0.5 * d * (d + 1) * math.log(2) + 0.25 * d * (d - 1) * math.log(math.pi)
            + sum(math.lgamma((d + 2 - j) / 2) for j in range(1, d + 1)))

    def forward(self):
        factors = torch.diag_embed(torch.exp(self.q))
        factors = factors.index_put((slice_of(factors), self.rows, self.columns), self.below)
        away = torch.matmul(self.x[None] - self.means[:, None], factors.transpose(1, 2))
        densities = (self.alpha + self.q.sum(1))[:, None] - 0.5 * away.square().sum(2)
        total = torch.logsumexp(densities, 0).sum() - len(self.x) * torch.logsumexp(self.alpha, 0)
        prior = 0.5 * (torch.exp(self.q).square().sum() + self.below.square().sum())
        return -(total + prior + self.constant)


def slice_of(stack):
    """All matrices of a stack, as an index."""
    return torch.arange(len(stack))[:, None]


class ElementwiseLstm(torch.nn.Module):
    """Memories whose weights are vectors: objectives/elementwise_lstm.h."""

    def __init__(self, layers, length, width):
        super().__init__()
        self.weights = torch.nn.Parameter(torch.randn(layers, 4, width))
        self.biases = torch.nn.Parameter(torch.randn(layers, 4, width))
        self.ends = torch.nn.Parameter(torch.randn(3, width))
        self.states, self.data = torch.randn(layers, 2, width), torch.randn(length, width)

    def forward(self):
        states = [tuple(s.unbind(0)) for s in self.states.unbind(0)]
        layers = [(w.unbind(0), b.unbind(0)) for w, b in zip(self.weights.unbind(0), self.biases.unbind(0))]
        a, b, d = self.ends.unbind(0)
        data, total = self.data.unbind(0), 0.0
        for x, target in zip(data, data[1:]):
            x = a * x
            for l, (w, bias) in enumerate(layers):
                h, c = states[l]
                f, i = torch.sigmoid(w[0] * x + bias[0]), torch.sigmoid(w[1] * h + bias[1])
                o, g = torch.sigmoid(w[2] * x + bias[2]), torch.tanh(w[3] * h + bias[3])
                c = f * c + i * g
                x = o * torch.tanh(c)
                states[l] = (x, c)
            y = b * x + d
            total = total + torch.dot(target, y - torch.log(torch.exp(y).sum() + 2))
        return -total / ((len(data) - 1) * self.data.shape[1])


# The sizes of cases.cpp.
OBJECTIVES = {
    "lstm-l2-c1024": lambda: ElementwiseLstm(layers=2, length=1024, width=14),
    "gmm-d2-k5": lambda: GaussianMixture(n=1000, d=2, K=5),
    "gmm-d10-k25": lambda: GaussianMixture(n=1000, d=10, K=25),
    "gmm-d64-k25": lambda: GaussianMixture(n=1000, d=64, K=25),
    "gmm-d128-k25": lambda: GaussianMixture(n=1000, d=128, K=25),
}
CASES = {
    "vae-small": lambda: Vae(B=64, D=2, H=32, L=2),
    "vae-medium": lambda: Vae(B=128, D=64, H=128, L=8),
    "vae-large": lambda: Vae(B=256, D=784, H=512, L=32),
    "filter-small": lambda: Filter(B=16, T=16, A=3, O=2, H=32, L=4),
    "filter-medium": lambda: Filter(B=32, T=32, A=3, O=6, H=64, L=8),
    "filter-large": lambda: Filter(B=64, T=64, A=5, O=20, H=256, L=32),
    "rssm-medium": lambda: Rssm(B=32, T=32, A=3, O=6, H=64, L=8),
    "rssm-large": lambda: Rssm(B=50, T=50, A=5, O=20, H=200, L=30),
}


def median_seconds(function, seconds, warm_up):
    for _ in range(warm_up):
        function()
    times, stop = [], time.perf_counter() + seconds
    while time.perf_counter() < stop or len(times) < 5:
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def time_step(case, seconds, mode):
    """Microseconds of one step, or of one gradient of an objective."""
    torch.manual_seed(1)
    model = (CASES.get(case) or OBJECTIVES[case])()
    fused = {"fused": True} if mode == "compile" else {}
    adam = torch.optim.Adam(model.parameters(), lr=1e-3, **fused) if case in CASES else None
    if mode == "trace":
        loss = torch.jit.trace(model, (), check_trace=False)
    else:
        loss = torch.compile(model) if mode == "compile" else model

    def step():
        for parameter in model.parameters():
            parameter.grad = None
        loss().backward()
        if adam:
            adam.step()

    return 1e6 * median_seconds(step, seconds, warm_up=5)  # a trace compiles itself in its first calls


def time_matmul(n, seconds):
    """GFLOP/s."""
    a, b, c = torch.randn(n, n), torch.randn(n, n), torch.empty(n, n)
    repeats = 1 if n >= 512 else (512 // n) ** 2

    def products():
        for _ in range(repeats):
            torch.mm(a, b, out=c)

    return 2e-9 * n**3 * repeats / median_seconds(products, seconds, warm_up=2)


def about():
    """PyTorch's version and that of the BLAS it has loaded."""
    torch.mm(torch.ones(2, 2), torch.ones(2, 2))
    blas = "an unknown BLAS"
    try:
        with open("/proc/self/maps") as maps:
            libraries = set(re.findall(r"/\S*(?:openblas|mkl_core|blis|libblas|atlas)\S*", maps.read()))
        openblas = sorted(path for path in libraries if "libopenblas" in path)
        if openblas:
            config = ctypes.CDLL(openblas[0]).openblas_get_config
            config.restype = ctypes.c_char_p
            version = config().decode().split()
            blas = f"{version[0]} {version[1]} (kernels {version[-2]})" if len(version) > 3 else "OpenBLAS"
        elif libraries:
            blas = ", ".join(sorted(path.rsplit("/", 1)[-1] for path in libraries))
    except OSError:
        pass
    return f"PyTorch {torch.__version__}, {blas}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--case", choices=[*CASES, *OBJECTIVES], action="append", help="only this case; may be repeated")
    parser.add_argument("--dtype", choices=["float64", "float32"], default="float64")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=2.0, help="how long to time each case")
    modes = parser.add_mutually_exclusive_group()
    modes.add_argument("--trace", action="store_true", help="trace the forward pass")
    modes.add_argument("--compile", action="store_true", help="compile forward and backward (PyTorch 2)")
    parser.add_argument("--matmul", type=int, action="append", metavar="N",
                        help="instead: the rate of this product")
    parser.add_argument("--about", action="store_true", help="versions of PyTorch and its BLAS")
    arguments = parser.parse_args()
    if arguments.about:
        print(about())
        return
    torch.set_num_threads(arguments.threads)
    torch.set_default_dtype(getattr(torch, arguments.dtype))
    tail = f"{arguments.dtype},{arguments.threads}"
    if arguments.matmul:
        with torch.no_grad():
            for n in arguments.matmul:
                print(f"torch-matmul,{n},{tail},{time_matmul(n, arguments.seconds):.1f}", flush=True)
        return
    if arguments.compile and not hasattr(torch, "compile"):
        parser.error(f"--compile: found PyTorch {torch.__version__}, expected 2 or later")
    mode = "trace" if arguments.trace else "compile" if arguments.compile else "eager"
    program = "torch" if mode == "eager" else f"torch-{mode}"
    for case in arguments.case or CASES:
        microseconds = time_step(case, arguments.seconds, mode)
        print(f"{program},{case},{tail},{microseconds:.1f}", flush=True)


if __name__ == "__main__":
    main()
