"""scikit-learn's HistGradientBoostingClassifier on the pixels; the argument is its number of rounds of trees."""

import sys

import track
from sklearn.ensemble import HistGradientBoostingClassifier

x_train, y_train, x_test, y_test = track.load()
x_train, x_test = (images.reshape(len(images), -1) for images in (x_train, x_test))
classifier = HistGradientBoostingClassifier(max_iter=track.rounds(int(sys.argv[1])), random_state=track.SEED)
classifier.fit(x_train, y_train)
track.report(lambda: classifier.score(x_test, y_test))
