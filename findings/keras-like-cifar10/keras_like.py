"""Do the defaults of Keras change how well the course's net does? With and without batch normalization, each both ways."""

import striate as st

BASE = st.Recipe(
    data="cifar10",
    net="convnet-cs7150",
    optimizer="adam",
    lr=1e-4,
    schedule="inverse-time",
    decay=1e-6,
    batch_size=32,
    epochs=10,
    train_images=2000,
)
KERAS = {"epsilon": 1e-7, "epsilon_form": "keras", "initial_weights": "glorot"}  # what --like keras sets
NORM = {"norm": "batch", "lr": 1e-3}
KERAS_NORM = {**KERAS, **NORM, "norm_epsilon": 1e-3, "norm_momentum": 0.01}


def study(base: st.Recipe) -> st.Study:
    """Return two pairs of arms: the defaults of Striate, which are PyTorch's, and those of Keras."""
    arms = (
        st.Arm("baseline"),
        st.Arm("baseline like Keras", KERAS),
        st.Arm("BN x10", NORM),
        st.Arm("BN x10 like Keras", KERAS_NORM),
    )
    claims = tuple(
        st.Better(
            f"{arm} like Keras",
            f"The defaults of Keras raise the test accuracy of {arm}",
            treatment=(f"{arm} like Keras",),
            control=arm,
            measure="test",
            margin=0.005,
        )
        for arm in ("baseline", "BN x10")
    )
    return st.Study(
        "keras-like", "Do the defaults of Keras change what the course's net reaches?", base, arms, claims, (0, 1, 2)
    )
