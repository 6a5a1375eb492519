// Section 5: the one formula of the sizes, with numbers that can be dragged, and the line of PyTorch.

import { t } from "convlens/i18n/index.js";
import { choice, integer } from "convlens/kinds.js";
import { formulaPanel } from "convlens/lecture/cell_formula.js";
import { allowed, KINDS, lineOfCode } from "convlens/lecture/geometry.js";
import { createGeometrySliders, within } from "convlens/lecture/geometry_sliders.js";
import { outcome } from "convlens/lecture/outcome.js";
import { sizeFormula } from "convlens/lecture/size_formula.js";
import { strip } from "convlens/lecture/strip.js";
import { createChooser } from "convlens/parts/chooser.js";
import { copyButton } from "convlens/parts/copy.js";
import { el } from "convlens/parts/dom.js";
import { makeDraggable } from "convlens/parts/dragging.js";
import { declare } from "convlens/state.js";
import { outputSize } from "convlens/sums/sizes.js";

/** @import { Geometry } from "convlens/lecture/geometry.js" */
/** @import { Section } from "convlens/parts/section.js" */

/** @type {import("convlens/lecture/geometry_sliders.js").Bounds} */
const BOUNDS = { size: [1, 256], kernel: [1, 11], stride: [1, 8], padding: [0, 8], dilation: [1, 6] };

const state = declare("formula", {
  kind: choice("convolution", KINDS),
  size: integer(28, ...BOUNDS.size),
  kernel: integer(3, ...BOUNDS.kernel),
  stride: integer(2, ...BOUNDS.stride),
  padding: integer(1, ...BOUNDS.padding),
  dilation: integer(1, ...BOUNDS.dilation),
});

/** @type {Section} */
export const formula = { id: "formula", state, mount };

/**
 * @param {HTMLElement} body
 * @param {AbortSignal} signal
 */
function mount(body, signal) {
  const kinds = createChooser({
    label: t("sliding.kind"),
    options: KINDS.map((value) => ({ value, text: t(`kind.${value}`) })),
    onChange: (kind) => state.change({ kind }),
  });
  const sliders = createGeometrySliders({ bounds: BOUNDS, onChange: (changes) => state.change(changes) });
  const panel = formulaPanel(t("formula.size"));
  const sentences = el("ul", { class: "sentences" });
  const code = el("code");
  const copy = copyButton({
    text: t("formula.copy"),
    label: t("formula.copyWhich"),
    content: () => code.textContent ?? "",
  });
  const room = el("div", { class: "strip-room" });

  makeDraggable(panel, {
    valueOf: (name) => allowed(state.values.kind, state.values)[/** @type {keyof Geometry} */ (name)],
    onDrag: (name, value) => state.change({ [name]: within(BOUNDS, /** @type {keyof Geometry} */ (name), value) }),
    signal,
  });

  function draw() {
    const { kind } = state.values;
    const geometry = allowed(kind, state.values);
    const { size, kernel, stride, padding, dilation } = geometry;
    kinds.update(kind);
    sliders.update(kind, geometry);
    panel.replaceChildren(sizeFormula(geometry));
    sentences.replaceChildren(...outcome(geometry).map((sentence) => el("li", {}, sentence)));
    code.textContent = lineOfCode(kind, geometry);
    room.replaceChildren(strip(geometry, outputSize(size, kernel, stride, padding, dilation)));
  }

  body.append(
    el("div", { class: "controls" }, kinds.element),
    sliders.element,
    el(
      "div",
      { class: "beside" },
      panel,
      el(
        "div",
        { class: "results" },
        sentences,
        el("div", { class: "panel code" }, el("pre", {}, code), copy),
        el("p", { class: "note" }, t("formula.note")),
      ),
    ),
    el("figure", {}, el("figcaption", { class: "quiet" }, t("strip.caption")), room),
  );
  state.watch(draw, signal);
  draw();
}
