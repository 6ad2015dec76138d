"""Right solutions as learners write them, for the tests of the grading: loops, windows, an FFT; and the rest once."""

LOOPS = """
import numpy as np

def fc_forward(x, w, b):
    return x.reshape(len(x), -1) @ w + b, (x, w, b)

def fc_backward(dout, cache):
    x, w, b = cache
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)

def relu_forward(x):
    return np.maximum(0, x), x

def relu_backward(dout, cache):
    return dout * (cache > 0)

def conv_forward(x, w, b, conv_param):
    S, P = conv_param["stride"], conv_param["pad"]
    xp = np.pad(x, ((0, 0), (0, 0), (P, P), (P, P)))
    N, F = len(x), len(w)
    I = (xp.shape[2] - w.shape[2]) // S + 1
    J = (xp.shape[3] - w.shape[3]) // S + 1
    out = np.zeros((N, F, I, J))
    for n in range(N):
        for f in range(F):
            for i in range(I):
                for j in range(J):
                    out[n, f, i, j] = np.sum(xp[n, :, i*S:i*S+w.shape[2], j*S:j*S+w.shape[3]] * w[f]) + b[f]
    return out, (x, w, b, conv_param)

def conv_backward(dout, cache):
    x, w, b, conv_param = cache
    S, P = conv_param["stride"], conv_param["pad"]
    xp = np.pad(x, ((0, 0), (0, 0), (P, P), (P, P)))
    dxp, dw, db = np.zeros_like(xp), np.zeros_like(w), dout.sum(axis=(0, 2, 3))
    for n, f, i, j in np.ndindex(*dout.shape):
        cells = np.s_[n, :, i*S:i*S+w.shape[2], j*S:j*S+w.shape[3]]
        dw[f] += dout[n, f, i, j] * xp[cells]
        dxp[cells] += dout[n, f, i, j] * w[f]
    return dxp[:, :, P:P+x.shape[2], P:P+x.shape[3]], dw, db

def max_pool_forward(x, pool_param):
    h, w, S = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    I, J = (x.shape[2] - h) // S + 1, (x.shape[3] - w) // S + 1
    out = np.zeros((*x.shape[:2], I, J))
    for i in range(I):
        for j in range(J):
            out[:, :, i, j] = x[:, :, i*S:i*S+h, j*S:j*S+w].max(axis=(2, 3))
    return out, (x, pool_param)

def max_pool_backward(dout, cache):
    x, pool_param = cache
    h, w, S = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    dx = np.zeros_like(x)
    for n, c, i, j in np.ndindex(*dout.shape):
        window = x[n, c, i*S:i*S+h, j*S:j*S+w]
        u, v = np.unravel_index(window.argmax(), window.shape)
        dx[n, c, i*S+u, j*S+v] += dout[n, c, i, j]
    return dx

def dropout_forward(x, dropout_param):
    p = dropout_param["p"]
    if dropout_param["mode"] == "test":
        return x, (None, p)
    mask = (np.random.default_rng(dropout_param["seed"]).random(x.shape) < p) / p
    return x * mask, (mask, p)

def dropout_backward(dout, cache):
    mask, p = cache
    return dout if mask is None else dout * mask

def batchnorm_forward(x, gamma, beta, bn_param):
    eps, m = bn_param["eps"], bn_param["momentum"]
    if bn_param["mode"] == "test":
        mu, var = bn_param["running_mean"], bn_param["running_var"]
    else:
        mu, var = x.mean(axis=0), x.var(axis=0)
        bn_param["running_mean"] = m * bn_param["running_mean"] + (1 - m) * mu
        bn_param["running_var"] = m * bn_param["running_var"] + (1 - m) * var
    h = (x - mu) / np.sqrt(var + eps)
    return gamma * h + beta, (h, gamma, var, eps, bn_param["mode"])

def batchnorm_backward(dout, cache):
    h, gamma, var, eps, mode = cache
    dh = dout * gamma
    if mode == "train":
        dx = (dh - dh.mean(axis=0) - h * (dh * h).mean(axis=0)) / np.sqrt(var + eps)
    else:
        dx = dh / np.sqrt(var + eps)
    return dx, (dout * h).sum(axis=0), dout.sum(axis=0)

def logistic_loss(x, y):
    N = len(x)
    s = np.where(y == 1, 1, -1)
    return np.logaddexp(0, -s * x).mean(), (-s * np.exp(-np.logaddexp(0, s * x)) / N).astype(x.dtype)

def svm_loss(x, y):
    N = len(x)
    s = np.where(y == 1, 1, -1)
    return np.maximum(0, 1 - s * x).mean(), (-s * (s * x < 1) / N).astype(x.dtype)

def softmax_loss(x, y):
    N = len(x)
    z = x - x.max(axis=1, keepdims=True)
    p = np.exp(z)
    total = p.sum(axis=1, keepdims=True)
    loss = -(z - np.log(total))[np.arange(N), y].sum() / N
    dx = p / total
    dx[np.arange(N), y] -= 1
    return loss, dx / N

def sgd(w, dw, config=None):
    return w - config["learning_rate"] * dw, config

def sgd_momentum(w, dw, config=None):
    v = 0.9 * config.get("velocity", np.zeros_like(w)) - config["learning_rate"] * dw
    config["velocity"] = v
    return w + v, config

def rmsprop(w, dw, config=None):
    c = 0.99 * config.get("cache", np.zeros_like(w)) + 0.01 * dw**2
    config["cache"] = c
    return w - config["learning_rate"] * dw / (np.sqrt(c) + 1e-8), config

def adam(w, dw, config=None):
    t = config.get("t", 0) + 1
    m = 0.9 * config.get("m", np.zeros_like(w)) + 0.1 * dw
    v = 0.999 * config.get("v", np.zeros_like(w)) + 0.001 * dw**2
    config.update(t=t, m=m, v=v)
    mt, vt = m / (1 - 0.9**t), v / (1 - 0.999**t)
    return w - config["learning_rate"] * mt / (np.sqrt(vt) + 1e-8), config

def tanh_gradient(w, X, y):
    out = np.tanh(X @ w)
    return X.T @ (2 * (out - y) * (1 - out**2)) / len(X)

def backprop_example(x, y, W1, W2, W3):
    x0 = np.r_[1, x]; x1 = np.r_[1, np.tanh(W1.T @ x0)]; x2 = np.r_[1, np.tanh(W2.T @ x1)]
    d3 = 2 * (W3.T @ x2 - y)
    d2 = (1 - x2[1:]**2) * (W3 @ d3)[1:]
    d1 = (1 - x1[1:]**2) * (W2 @ d2)[1:]
    return np.outer(x0, d1), np.outer(x1, d2), np.outer(x2, d3)

def residual_parameters(channels):
    return 2 * 9 * channels**2

def bottleneck_parameters(channels):
    m = channels // 4
    return 2 * channels * m + 9 * m * m

def batchnorm_shapes(shape):
    return (shape[-1],), (shape[-1],)

def conv_matrix(W):
    A = np.zeros((4, 8))
    for i in range(2):
        for j in range(2):
            for k in range(2):
                A[2*j+k, 4*i+k:4*i+k+3] = W[i, j]
    return A

def conv_backward_matrix(W):
    return conv_matrix(W).T

def conv_backward_kernels(W):
    return W.transpose(1, 0, 2)[:, :, ::-1]
"""
MODELS = """
from striate.scratch.models import LogisticClassifier, SVM, SoftmaxClassifier
from striate.scratch.convnet import ConvNet
from striate.scratch.solver import Solver
"""
WINDOWS = """
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view as view

def conv_forward(x, w, b, stride=1, padding=0):
    xp = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    cols = view(xp, w.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    return np.einsum("ncijuv,fcuv->nfij", cols, w) + b[:, None, None], (x, xp, w, cols, stride, padding)

def conv_backward(dout, cache):
    x, xp, w, cols, S, P = cache
    dxp = np.zeros_like(xp)
    for u in range(w.shape[2]):
        for v in range(w.shape[3]):
            at = dxp[:, :, u:u+S*dout.shape[2]:S, v:v+S*dout.shape[3]:S]
            at += np.einsum("nfij,fc->ncij", dout, w[:, :, u, v])
    return dxp[:, :, P:P+x.shape[2], P:P+x.shape[3]], np.einsum("ncijuv,nfij->fcuv", cols, dout), dout.sum((0, 2, 3))
"""
FFT = """
import numpy as np

def _full(a, b):
    shape = (a.shape[-2] + b.shape[-2] - 1, a.shape[-1] + b.shape[-1] - 1)
    return np.fft.rfft2(a, shape), np.fft.rfft2(b, shape), shape

def conv_forward(x, w):
    a, b, shape = _full(x, w[:, :, ::-1, ::-1])
    out = np.fft.irfft2(np.einsum("ncij,fcij->nfij", a, b), shape)
    return out[:, :, w.shape[2]-1:x.shape[2], w.shape[3]-1:x.shape[3]], (x, w)

def conv_backward(dout, cache):
    x, w = cache
    a, b, shape = _full(dout, w)
    dx = np.fft.irfft2(np.einsum("nfij,fcij->ncij", a, b), shape)
    a, b, shape = _full(x, dout[:, :, ::-1, ::-1])
    dw = np.fft.irfft2(np.einsum("ncij,nfij->fcij", a, b), shape)
    return dx, dw[:, :, dout.shape[2]-1:x.shape[2], dout.shape[3]-1:x.shape[3]]
"""
