// Numbers that change while they are dragged to the left and right: those with the attribute data-drag in an element.
//
//   makeDraggable(panel, { valueOf: (name) => state.values[name], onDrag: (name, value) => ..., signal });
//
// The element listens, not the number: a formula is drawn anew with every change. Whoever uses it offers sliders for
// the same numbers, for the keyboard.

const STEP = 10; // pixels

/**
 * @param {HTMLElement} element
 * @param {object} options
 * @param {(name: string) => number} options.valueOf
 * @param {(name: string, value: number) => void} options.onDrag    with a value that may be out of range
 * @param {AbortSignal} options.signal
 */
export function makeDraggable(element, { valueOf, onDrag, signal }) {
  /** @type {{name: string, from: number, value: number} | null} */
  let drag = null;
  element.addEventListener(
    "pointerdown",
    (event) => {
      const found = event.target instanceof Element ? event.target.closest("[data-drag]") : null;
      const name = found?.getAttribute("data-drag");
      if (!name || event.button !== 0) return;
      event.preventDefault(); // no text is selected
      drag = { name, from: event.clientX, value: valueOf(name) };
      element.setPointerCapture(event.pointerId);
      element.classList.add("dragging");
    },
    { signal },
  );
  element.addEventListener(
    "pointermove",
    (event) => {
      if (drag) onDrag(drag.name, drag.value + Math.round((event.clientX - drag.from) / STEP));
    },
    { signal },
  );
  const end = () => {
    drag = null;
    element.classList.remove("dragging");
  };
  element.addEventListener("pointerup", end, { signal });
  element.addEventListener("pointercancel", end, { signal });
}
