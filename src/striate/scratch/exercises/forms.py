"""What `striate exercise start` writes for each exercise: the signature, the shapes, the formula to be found."""

from __future__ import annotations

import re

_CODE = r"""
def fc_forward(x, w, b):
    '''Return (out, cache): out (N, M) = x w + b.

    x (N, D), w (D, M), b (M).
    '''
    raise NotImplementedError

def fc_backward(dout, cache):
    '''Return (dx, dw, db), from dout = dL/dout (N, M).

    Find dL/dx (N, D), dL/dw (D, M), dL/db (M).
    '''
    raise NotImplementedError

def relu_forward(x):
    '''Return (out, cache): out = max(x, 0), of any shape.'''
    raise NotImplementedError

def relu_backward(dout, cache):
    '''Return dx. Find dL/dx in terms of dL/dout.'''
    raise NotImplementedError

def dropout_forward(x, dropout_param):
    '''Return (out, cache): out = x * mask in training, x at test.

    dropout_param: {"p": probability, "mode": "train" or "test"}.
    Find by what the kept cells are multiplied, so that the mean stays.
    '''
    raise NotImplementedError

def dropout_backward(dout, cache):
    '''Return dx. Find dL/dx for the mask of the forward pass.'''
    raise NotImplementedError

def batchnorm_forward(x, gamma, beta, bn_param):
    '''Return (out, cache): out = gamma (x - mu) / sqrt(var + eps) + beta.

    x (N, D), gamma and beta (D). bn_param: {"mode": "train" or "test",
    "eps": 1e-5, "momentum": 0.9, "running_mean": (D), "running_var": (D)}.
    In training mu and var are the batch's, and the running ones, which are
    used at test, become momentum * running + (1 - momentum) * batch.
    '''
    raise NotImplementedError

def batchnorm_backward(dout, cache):
    '''Return (dx, dgamma, dbeta). Find them; mu and var depend on x.'''
    raise NotImplementedError

def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    '''Return (out, cache): batch normalization of images x (N, C, H, W).

    Each channel has one mu and one var, so gamma and beta are (C), and the
    running ones in bn_param, too.
    '''
    raise NotImplementedError

def spatial_batchnorm_backward(dout, cache):
    '''Return (dx, dgamma, dbeta), of the shapes of x, gamma and beta.'''
    raise NotImplementedError

def conv_forward(x, w, b, stride=1, padding=0):
    '''Return (out, cache): the filters laid over the images.

    x (N, C, H, W), w (F, C, U, V), b (F); out (N, F, I, J):
    out[n, f, i, j] = b[f] + sum w[f, c, u, v] x[n, c, i S + u - P, j S + v - P]
    '''
    raise NotImplementedError

def conv_backward(dout, cache):
    '''Return (dx, dw, db), of the shapes of x, w and b. Find them.'''
    raise NotImplementedError

def max_pool_forward(x, pool_height=2, pool_width=2, stride=2):
    '''Return (out, cache): the largest cell of each window of x (N, C, H, W).'''
    raise NotImplementedError

def max_pool_backward(dout, cache):
    '''Return dx (N, C, H, W). Find which cells dL/dout goes to.'''
    raise NotImplementedError

def logistic_loss(x, y):
    '''Return (loss, dx): the mean of -log p(y) for p(1) = 1 / (1 + exp(-x)).

    Scores x (N), labels y (N) 0 and 1, or -1 and +1. Find dL/dx (N).
    '''
    raise NotImplementedError

def svm_loss(x, y):
    '''Return (loss, dx): the mean of max(0, 1 - s x), s = -1 or +1.

    Scores x (N), labels y (N) 0 and 1, or -1 and +1. Find dL/dx (N).
    '''
    raise NotImplementedError

def softmax_loss(x, y):
    '''Return (loss, dx): the mean of -log p[y], p = exp(x) / sum exp(x).

    Scores x (N, K), labels y (N) from 0 to K-1. Find dL/dx (N, K).
    '''
    raise NotImplementedError

def sgd(w, dw, config):
    '''Return (next_w, config): a step of config["learning_rate"] down dw.'''
    raise NotImplementedError

def sgd_momentum(w, dw, config):
    '''Return (next_w, config); momentum 0.9, the velocity is kept in config.'''
    raise NotImplementedError

def rmsprop(w, dw, config):
    '''Return (next_w, config); decay_rate 0.99, epsilon 1e-8, and the mean
    of squared gradients, which is kept in config.
    '''
    raise NotImplementedError

def adam(w, dw, config):
    '''Return (next_w, config); beta1 0.9, beta2 0.999, epsilon 1e-8; m, v
    and t are kept in config.
    '''
    raise NotImplementedError

def tanh_gradient(w, X, y):
    '''Return the gradient (D) of E = (1/N) sum (tanh(w . x_n) - y_n)^2.

    w (D), X (N, D), y (N).
    '''
    raise NotImplementedError

def backprop_example(x, y, W1, W2, W3):
    '''Return (dW1, dW2, dW3) of e = (out - y)^2.

    x (D), without its leading 1; row 0 of each W holds the biases.
    Hidden units are tanh, the output unit is the identity.
    '''
    raise NotImplementedError

def residual_parameters(channels):
    '''Return the number of weights of two 3 x 3 convolutions at this width.'''
    raise NotImplementedError

def bottleneck_parameters(channels):
    '''Return the number of weights of a 1 x 1, 3 x 3, 1 x 1 bottleneck,
    the middle of which has a quarter of the channels.
    '''
    raise NotImplementedError

def batchnorm_shapes(shape):
    '''Return (mean_shape, var_shape) of batch normalization, two tuples.

    shape is (N, C), or (N, H, W, C).
    '''
    raise NotImplementedError

def conv_matrix(W):
    '''Return A (4, 8) of Y = A X, as Y~ = [y11, y12, y21, y22].

    W (2, 2, 3): W[i, j] is the kernel from input channel i to output
    channel j; each of 2 input channels has 4 cells, no padding.
    '''
    raise NotImplementedError

def conv_backward_matrix(W):
    '''Return B (8, 4) of dL/dX = B dL/dY, for the same convolution.'''
    raise NotImplementedError

def conv_backward_kernels(W):
    '''Return V (2, 2, 3): V[j, i] is the kernel from channel j of dL/dY, which
    has 2 zeros added at each end, to channel i of dL/dX.
    '''
    raise NotImplementedError

class LogisticClassifier:
    '''Two classes by the logistic loss; dense, or dense - relu - dense.
PARAMS
    def __init__(self, input_dim=100, hidden_dim=None, weight_scale=1e-3, reg=0.0):
METHODS
class SVM:
    '''Two classes by the hinge loss; dense, or dense - relu - dense.
PARAMS
    def __init__(self, input_dim=100, hidden_dim=None, weight_scale=1e-3, reg=0.0):
METHODS
class SoftmaxClassifier:
    '''K classes by the softmax loss; hidden_dim None means no hidden layer.
PARAMS
    def __init__(self, input_dim=784, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0):
METHODS
class ConvNet:
    '''conv (no padding) - relu - 2x2 max pool - dense - relu - dense - softmax.

    self.params holds W1, b1, W2, b2 and W3, b3.
    The loss gets (reg / 2) * the sum of W^2 over all W, not over b.
    '''

    def __init__(self, input_dim=(1, 28, 28), num_filters=32, filter_size=7, hidden_dim=100,
                 num_classes=10, weight_scale=1e-3, reg=0.0, dtype=np.float32):
METHODS
class Solver:
    '''Train model on data: X_train, y_train, X_val, y_val.

    Options: update_rule "sgd", optim_config, lr_decay, batch_size, num_epochs,
    print_every, verbose. An epoch has N // batch_size steps, and lr_decay
    multiplies the learning rate after each. The best parameters on validation
    data are kept.
    '''

    def __init__(self, model, data, **options):
        self.loss_history = []  # one a step
        self.val_acc_history = []  # one before the first step, and one an epoch
        self.best_val_acc = 0
        raise NotImplementedError

    def train(self):
        raise NotImplementedError
"""
_PARAMS = """
    self.params holds W1, b1 and, with a hidden layer, W2, b2.
    The loss gets (reg / 2) * the sum of W^2 over all W, not over b.
    '''
"""
_METHODS = """        self.params = {}
        raise NotImplementedError

    def loss(self, X, y=None):
        '''Return the scores; or, with labels, (loss, grads by the names of params).'''
        raise NotImplementedError
"""
_WHOLE = _CODE.replace("PARAMS\n", _PARAMS + "\n").replace("METHODS\n", _METHODS + "\n")
FORMS: dict[str, str] = {
    code.split("(")[0].split(":")[0].split()[1]: code.rstrip().replace("'''", '"' * 3) + "\n"
    for code in re.split(r"^(?=def |class )", _WHOLE, flags=re.MULTILINE)[1:]
}
"""Exercise -> its code."""
