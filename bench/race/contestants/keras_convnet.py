"""Keras' example "Simple MNIST convnet" on Fashion-MNIST; KERAS_BACKEND says on what it runs."""

import keras
import track
from keras import layers

keras.utils.set_random_seed(track.SEED)
x_train, y_train, x_test, y_test = track.load()
x_train, x_test = (images[..., None].astype("float32") / 255 for images in (x_train, x_test))
y_train, y_test = (keras.utils.to_categorical(labels, 10) for labels in (y_train, y_test))

model = keras.Sequential(
    [
        keras.Input(shape=(28, 28, 1)),
        layers.Conv2D(32, kernel_size=(3, 3), activation="relu"),
        layers.MaxPooling2D(pool_size=(2, 2)),
        layers.Conv2D(64, kernel_size=(3, 3), activation="relu"),
        layers.MaxPooling2D(pool_size=(2, 2)),
        layers.Flatten(),
        layers.Dropout(0.5),
        layers.Dense(10, activation="softmax"),
    ]
)
model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])


class Report(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        track.report(lambda: model.evaluate(x_test, y_test, verbose=0)[1])


model.fit(
    x_train,
    y_train,
    batch_size=128,
    epochs=track.rounds(15),
    validation_split=0.1,
    verbose=2,
    callbacks=[Report()],
)
