// The sections about a run's network, once it is known whether there is one.

import { createConfusion } from "convlens/network/confusion.js";
import { createCurves } from "convlens/network/curves.js";
import { createEpochs } from "convlens/network/epochs.js";
import { createMaps } from "convlens/network/maps.js";
import { showTestPicture } from "convlens/network/own.js";
import { absent, failed } from "convlens/network/telling.js";
import { createUnit } from "convlens/network/unit.js";
import { createView } from "convlens/network/view.js";
import { loadRun, loadWeights } from "convlens/run.js";
import { sentenceOf } from "convlens/source.js";

/** @import { Section } from "convlens/parts/section.js" */

/**
 * @param {(section: string) => void} goTo    brings a section into view
 * @returns {Promise<Section[]>}
 */
export async function networkSections(goTo) {
  try {
    const run = await loadRun();
    if (!run) return [absent];
    const view = createView(run, await loadWeights(run));
    const look = (/** @type {number} */ index) => {
      showTestPicture(index);
      goTo("network");
    };
    return [
      createMaps(run, view),
      createUnit(run, view),
      createEpochs(run, view),
      createCurves(run),
      createConfusion(run, look),
    ];
  } catch (error) {
    return [failed(sentenceOf(error))];
  }
}
