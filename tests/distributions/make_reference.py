#!/usr/bin/env python3
"""Reference values for the distributions, computed with 800 digits (Debian's python3-mpmath) and rounded once to double.

Writes reference.csv beside this file: case,quantity,arguments,value
  arguments: name=value pairs separated by ';', vectors separated by spaces, matrices row by row.
Extreme arguments are deliberate: far tails, tiny and huge scales, logits of hundreds.
"""
import pathlib
import random

from mpmath import mp, mpf, log, log1p, exp, pi, matrix, sqrt

mp.dps = 800  # 1 + e^-700 needs more than 300
rng = random.Random(20130)
rows = []
num = lambda x: repr(float(x))
vec = lambda v: " ".join(num(x) for x in v)


def add(case, quantity, value, **args):
    rows.append(f"{case},{quantity},{';'.join(f'{k}={v}' for k, v in args.items())},{num(value)}")


def softplus(x):
    return log1p(exp(-abs(x))) + (x if x > 0 else 0)


def lse(v):
    m = max(v)
    return m + log(sum(exp(x - m) for x in v))


# Normal
for mu, sigma, x in [(0, 1, 0), (0, 1, 40), (-3.5, 0.01, -3.52), (1e3, 1e-6, 1e3), (2.5, 1e6, -7e6), (0.1, 2, 0.1)] + [
    (rng.gauss(0, 3), exp(rng.gauss(0, 2)), rng.gauss(0, 5)) for _ in range(20)
]:
    mu, sigma, x = (mpf(float(t)) for t in (mu, sigma, x))
    add("normal", "log_prob", -((x - mu) / sigma) ** 2 / 2 - log(sigma) - log(2 * pi) / 2, loc=num(mu), scale=num(sigma), x=num(x))
    add("normal", "entropy", log(2 * pi * mp.e) / 2 + log(sigma), loc=num(mu), scale=num(sigma))
for _ in range(24):
    m1, m2 = (mpf(rng.gauss(0, 2)) for _ in "ab")
    s1, s2 = (mpf(float(exp(rng.gauss(0, 2)))) for _ in "ab")
    add("normal", "kl", log(s2 / s1) + (s1**2 + (m1 - m2) ** 2) / (2 * s2**2) - mpf(1) / 2, loc_q=num(m1), scale_q=num(s1), loc_p=num(m2), scale_p=num(s2))
# nearly equal: cancellation
for d in (1e-3, 1e-6, 1e-8):
    m1, s1, m2, s2 = mpf(1), mpf(2), mpf(1 + d), mpf(2 * (1 + d))
    add("normal", "kl", log(s2 / s1) + (s1**2 + (m1 - m2) ** 2) / (2 * s2**2) - mpf(1) / 2, loc_q=num(m1), scale_q=num(s1), loc_p=num(m2), scale_p=num(s2))

# MultivariateNormal with scale_tril
for n in (1, 2, 3, 5):
    for _ in range(3):
        L1, L2 = matrix(n, n), matrix(n, n)
        for L in (L1, L2):
            for i in range(n):
                for j in range(i):
                    L[i, j] = mpf(rng.gauss(0, 1))
                L[i, i] = mpf(float(exp(rng.gauss(0, 0.7))))
        m1, m2, x = (matrix([mpf(rng.gauss(0, 2)) for _ in range(n)]) for _ in range(3))
        flat = lambda L: vec(L[i, j] for i in range(n) for j in range(n))
        z = mp.lu_solve(L1, x - m1)
        logdet = lambda L: sum(log(L[i, i]) for i in range(n))
        quad = lambda v: sum(v[i] ** 2 for i in range(n))
        add("mvn", "log_prob", -quad(z) / 2 - logdet(L1) - n * log(2 * pi) / 2, loc=vec(m1), scale_tril=flat(L1), x=vec(x))
        add("mvn", "entropy", n * log(2 * pi * mp.e) / 2 + logdet(L1), loc=vec(m1), scale_tril=flat(L1))
        M = mp.lu_solve(L2, L1[:, 0]) if n == 1 else None
        tr = sum(quad(mp.lu_solve(L2, L1[:, j])) for j in range(n))
        kl = logdet(L2) - logdet(L1) + (tr + quad(mp.lu_solve(L2, m1 - m2)) - n) / 2
        add("mvn", "kl", kl, loc_q=vec(m1), scale_tril_q=flat(L1), loc_p=vec(m2), scale_tril_p=flat(L2))

# Bernoulli by logit
for l in [0, 1, -1, 20, -20, 40, -40, 300, -300, 745, -745] + [rng.gauss(0, 4) for _ in range(10)]:
    l = mpf(float(l))
    for x in (0, 1):
        add("bernoulli", "log_prob", x * l - softplus(l), logit=num(l), x=x)
    p = 1 / (1 + exp(-l))
    add("bernoulli", "entropy", softplus(l) - l * p, logit=num(l))
for _ in range(10):
    l, k = mpf(rng.gauss(0, 5)), mpf(rng.gauss(0, 5))
    p = 1 / (1 + exp(-l))
    add("bernoulli", "kl", p * (l - k) + softplus(k) - softplus(l), logit_q=num(l), logit_p=num(k))

# Categorical by logits
for scale in (1, 5, 100, 700):
    for n in (2, 3, 7):
        a = [mpf(rng.gauss(0, 1) * scale) for _ in range(n)]
        b = [mpf(rng.gauss(0, 1) * scale) for _ in range(n)]
        la, lb = lse(a), lse(b)
        for k in range(n):
            add("categorical", "log_prob", a[k] - la, logits=vec(a), x=k)
        add("categorical", "entropy", -sum(exp(x - la) * (x - la) for x in a), logits=vec(a))
        add("categorical", "kl", sum(exp(x - la) * ((x - la) - (y - lb)) for x, y in zip(a, b)), logits_q=vec(a), logits_p=vec(b))

out = pathlib.Path(__file__).with_name("reference.csv")
out.write_text("case,quantity,arguments,value\n" + "\n".join(rows) + "\n")
print(len(rows), "rows")
