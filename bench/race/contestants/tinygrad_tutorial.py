"""tinygrad's MNIST tutorial on Fashion-MNIST: Keras' network, Adam, 7000 compiled steps of 128 random pictures."""

import track
from tinygrad import Context, Tensor, TinyJit, nn

STEPS = 7000
BATCH = 128


class Model:
    def __init__(self):
        self.l1 = nn.Conv2d(1, 32, kernel_size=(3, 3))
        self.l2 = nn.Conv2d(32, 64, kernel_size=(3, 3))
        self.l3 = nn.Linear(1600, 10)

    def __call__(self, x):
        x = self.l1(x).relu().max_pool2d((2, 2))
        x = self.l2(x).relu().max_pool2d((2, 2))
        return self.l3(x.flatten(1).dropout(0.5))


Tensor.manual_seed(track.SEED)
train_images, train_labels, test_images, test_labels = track.load()
x_train, x_test = (Tensor(images[:, None]) for images in (train_images, test_images))
y_train, y_test = Tensor(train_labels), Tensor(test_labels)
model = Model()
optimizer = nn.optim.Adam(nn.state.get_parameters(model))


@TinyJit
def step():
    with Context(TRAINING=1):  # for the dropout
        samples = Tensor.randint(BATCH, high=x_train.shape[0])
        optimizer.zero_grad()
        loss = model(x_train[samples]).sparse_categorical_crossentropy(y_train[samples]).backward()
        optimizer.step()
        return loss


steps_per_epoch = 3 if track.TRIAL else len(train_images) // BATCH
for number in range(1, track.rounds(STEPS // steps_per_epoch) * steps_per_epoch + 1):
    step()
    if number % steps_per_epoch == 0:
        track.report(lambda: (model(x_test).argmax(axis=1) == y_test).mean().item())
