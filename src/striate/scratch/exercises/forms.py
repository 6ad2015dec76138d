"""What `striate exercise start` writes for each exercise: the signature, the shapes, the formula to be found."""

from __future__ import annotations

from textwrap import indent

_FUNCTIONS: tuple[tuple[str, str], ...] = (
    ("fc_forward(x, w, b)", "Return (out, cache): out (N, M) = x w + b.\n\nx (N, D), w (D, M), b (M)."),
    ("fc_backward(dout, cache)", "Return (dx, dw, db), from dout = dL/dout (N, M).\n\nFind dL/dx (N, D), dL/dw (D, M), dL/db (M)."),
    ("relu_forward(x)", "Return (out, cache): out = max(x, 0), of any shape."),
    ("relu_backward(dout, cache)", "Return dx. Find dL/dx in terms of dL/dout."),
    ("dropout_forward(x, dropout_param)", 'Return (out, cache): out = x * mask in training, x at test.\n\ndropout_param: {"p": probability, "mode": "train" or "test"}.\nFind by what the kept cells are multiplied, so that the mean stays.'),
    ("dropout_backward(dout, cache)", "Return dx. Find dL/dx for the mask of the forward pass."),
    ("batchnorm_forward(x, gamma, beta, bn_param)", 'Return (out, cache): out = gamma (x - mu) / sqrt(var + eps) + beta.\n\nx (N, D), gamma and beta (D). bn_param: {"mode": "train" or "test",\n"eps": 1e-5, "momentum": 0.9, "running_mean": (D), "running_var": (D)}.\nIn training mu and var are the batch\'s, and the running ones, which are\nused at test, become momentum * running + (1 - momentum) * batch.'),
    ("batchnorm_backward(dout, cache)", "Return (dx, dgamma, dbeta). Find them; mu and var depend on x."),
    ("conv_forward(x, w, b, stride=1, padding=0)", "Return (out, cache): the filters laid over the images.\n\nx (N, C, H, W), w (F, C, U, V), b (F); out (N, F, I, J):\nout[n, f, i, j] = b[f] + sum w[f, c, u, v] x[n, c, i S + u - P, j S + v - P]"),
    ("conv_backward(dout, cache)", "Return (dx, dw, db), of the shapes of x, w and b. Find them."),
    ("max_pool_forward(x, pool_height=2, pool_width=2, stride=2)", "Return (out, cache): the largest cell of each window of x (N, C, H, W)."),
    ("max_pool_backward(dout, cache)", "Return dx (N, C, H, W). Find which cells dL/dout goes to."),
    ("logistic_loss(x, y)", "Return (loss, dx): the mean of -log p(y) for p(1) = 1 / (1 + exp(-x)).\n\nScores x (N), labels y (N) 0 and 1, or -1 and +1. Find dL/dx (N)."),
    ("svm_loss(x, y)", "Return (loss, dx): the mean of max(0, 1 - s x), s = -1 or +1.\n\nScores x (N), labels y (N) 0 and 1, or -1 and +1. Find dL/dx (N)."),
    ("softmax_loss(x, y)", "Return (loss, dx): the mean of -log p[y], p = exp(x) / sum exp(x).\n\nScores x (N, K), labels y (N) from 0 to K-1. Find dL/dx (N, K)."),
    ("sgd(w, dw, config)", 'Return (next_w, config): a step of config["learning_rate"] down dw.'),
    ("sgd_momentum(w, dw, config)", 'Return (next_w, config); momentum 0.9, the velocity is kept in config.'),
    ("rmsprop(w, dw, config)", "Return (next_w, config); decay_rate 0.99, epsilon 1e-8, and the mean\nof squared gradients, which is kept in config."),
    ("adam(w, dw, config)", "Return (next_w, config); beta1 0.9, beta2 0.999, epsilon 1e-8; m, v\nand t are kept in config."),
    ("tanh_gradient(w, X, y)", "Return the gradient (D) of E = (1/N) sum (tanh(w . x_n) - y_n)^2.\n\nw (D), X (N, D), y (N)."),
    ("backprop_example(x, y, W1, W2, W3)", "Return (dW1, dW2, dW3) of e = (out - y)^2.\n\nx (D), without its leading 1; row 0 of each W holds the biases.\nHidden units are tanh, the output unit is the identity."),
    ("residual_parameters(channels)", "Return the number of weights of two 3 x 3 convolutions at this width."),
    ("bottleneck_parameters(channels)", "Return the number of weights of a 1 x 1, 3 x 3, 1 x 1 bottleneck,\nthe middle of which has a quarter of the channels."),
    ("batchnorm_shapes(shape)", "Return (mean_shape, var_shape) of batch normalization, two tuples.\n\nshape is (N, C), or (N, H, W, C)."),
    ("conv_matrix(W)", "Return A (4, 8) of Y = A X, as Y~ = [y11, y12, y21, y22].\n\nW (2, 2, 3): W[i, j] is the kernel from input channel i to output\nchannel j; each of 2 input channels has 4 cells, no padding."),
    ("conv_backward_matrix(W)", "Return B (8, 4) of dL/dX = B dL/dY, for the same convolution."),
    ("conv_backward_kernels(W)", "Return V (2, 2, 3): V[j, i] is the kernel from channel j of dL/dY, which\nhas 2 zeros added at each end, to channel i of dL/dX."),
)  # fmt: skip
_CLASSES: tuple[tuple[str, str, str], ...] = (
    ("LogisticClassifier", "input_dim=100, hidden_dim=None, weight_scale=1e-3, reg=0.0", "Two classes by the logistic loss; dense, or dense - relu - dense."),
    ("SVM", "input_dim=100, hidden_dim=None, weight_scale=1e-3, reg=0.0", "Two classes by the hinge loss; dense, or dense - relu - dense."),
    ("SoftmaxClassifier", "input_dim=784, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0", "K classes by the softmax loss; hidden_dim None is no hidden layer."),
    ("ConvNet", "input_dim=(1, 28, 28), num_filters=32, filter_size=7, hidden_dim=100,\n                 num_classes=10, weight_scale=1e-3, reg=0.0, dtype=np.float32", "conv (no padding) - relu - 2x2 max pool - dense - relu - dense - softmax."),
)  # fmt: skip


def _function(head: str, text: str) -> str:
    closing = '\n    """' if "\n" in text else '"""'
    body = indent(f'"""{text}', "    ") + closing
    return f"def {head}:\n{body}\n    raise NotImplementedError\n"


def _model(name: str, options: str, text: str) -> str:
    pairs = "W1, b1, W2, b2 and W3, b3" if name == "ConvNet" else "W1, b1 and, with a hidden layer, W2, b2"
    return (
        f'class {name}:\n    """{text}\n\n    self.params holds {pairs}.\n'
        '    The loss gets (reg / 2) * the sum of W^2 over all W, not over b.\n    """\n\n'
        f"    def __init__(self, {options}):\n        self.params = {{}}\n        raise NotImplementedError\n\n"
        '    def loss(self, X, y=None):\n        """Return the scores; or, with labels, (loss, grads by the names of params)."""\n'
        "        raise NotImplementedError\n"
    )


_SOLVER = '''class Solver:
    """Train model on data: X_train, y_train, X_val, y_val.

    Options: update_rule "sgd", optim_config, lr_decay, batch_size, num_epochs,
    print_every, verbose. An epoch has N // batch_size steps, and lr_decay
    multiplies the learning rate after each. The best parameters on validation
    data are kept.
    """

    def __init__(self, model, data, **options):
        self.loss_history = []  # one a step
        self.val_acc_history = []  # one before the first step, and one an epoch
        self.best_val_acc = 0
        raise NotImplementedError

    def train(self):
        raise NotImplementedError
'''
FORMS: dict[str, str] = {head.partition("(")[0]: _function(head, text) for head, text in _FUNCTIONS}
FORMS |= {name: _model(name, options, text) for name, options, text in _CLASSES} | {"Solver": _SOLVER}
"""Exercise -> its code."""
