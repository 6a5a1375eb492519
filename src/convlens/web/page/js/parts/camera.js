// The camera of this machine as grey pictures, one after the other. No picture leaves the page.
//
//   const camera = createCamera({ longest: 160, onPicture: (grey) => ..., onFail: () => ..., signal });
//   camera.run(true);      // asks the person, and the light goes on
//   camera.run(false);     // the light goes out

import { decode } from "convlens/parts/samples.js";

/** @import { Grey } from "convlens/parts/samples.js" */

const BETWEEN = 60; // milliseconds: the filter and the screen need their time, too

/**
 * @param {object} options
 * @param {number} options.longest                   the longer side of a picture
 * @param {(grey: Grey) => void} options.onPicture
 * @param {() => void} options.onFail                there is no camera, or the person does not want it
 * @param {AbortSignal} options.signal
 */
export function createCamera({ longest, onPicture, onFail, signal }) {
  let isWanted = false;
  let turn = 0; // of the stream that is wanted: one that is granted too late ends at once

  async function start() {
    turn += 1;
    const mine = turn;
    const isDue = () => isWanted && mine === turn && !signal.aborted;
    const video = document.createElement("video");
    video.muted = true;
    /** @type {MediaStream | undefined} */
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { width: 320, height: 240 } });
      video.srcObject = stream;
      await video.play();
      while (isDue()) {
        onPicture(await decode(video, longest));
        await new Promise((resolve) => setTimeout(resolve, BETWEEN));
      }
    } catch {
      if (isDue()) onFail();
    }
    for (const track of stream?.getTracks() ?? []) track.stop();
  }

  return {
    /** @param {boolean} wanted */
    run(wanted) {
      if (wanted === isWanted) return;
      isWanted = wanted;
      if (wanted) void start();
    },
  };
}
