// What the sections about the run's network share: the picture and moment they show, and the value that is worked out.

import { choice, integer, integers, text } from "convlens/kinds.js";
import { declare } from "convlens/state.js";

const MOST = 999_999_999;

/** The values that all sections about the network look at; those of one section alone are declared there. */
export const network = declare("network", {
  source: choice("test", ["test", "photo", "drawing"]),
  picture: integer(-1, -1, MOST), // an index of run.test.indices; -1 is the first
  only: integer(-1, -1, 9999), // the class of the test pictures to choose from; -1 is every class
  answers: choice("all", ["all", "wrong"]), // those answered wrongly only
  own: text("", 6000), // a small picture of one's own: its pixels as base64url
  snapshot: integer(-1, -1, 999), // a place in run.snapshots; -1 is the finished network
  learned: integer(-1, -1, 9999), // the convolution whose filters are shown at that moment; -1 is the first
  layer: integer(-1, -1, 9999), // the operation that is open; -1 is the first convolution
  at: integers([-1, -1, -1], -1, 999_999), // channel, row, column of the value that is worked out; -1 is the largest
  training: choice("no", ["no", "yes"]), // dropout as in training
  draw: integer(1, 1, 9999), // which units it silences
  scale: choice("layer", ["layer", "map", "network"]), // of the colours of the layer that is open
});
