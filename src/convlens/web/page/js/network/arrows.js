// Arrow keys within a table of buttons: one of them at a time is in the order of the Tab key.

/**
 * @param {HTMLElement} table
 * @param {HTMLElement[][]} buttons    rows of equal length
 * @param {AbortSignal} signal
 */
export function followArrows(table, buttons, signal) {
  const enter = (/** @type {HTMLElement | undefined} */ button) => {
    if (!button) return;
    for (const one of buttons.flat()) one.tabIndex = -1;
    button.tabIndex = 0;
  };
  enter(buttons[0]?.[0]);
  table.addEventListener("focusin", ({ target }) => enter(buttons.flat().find((button) => button === target)), {
    signal,
  });
  table.addEventListener(
    "keydown",
    (event) => {
      const row = buttons.findIndex((line) => line.some((button) => button === event.target));
      const column = buttons[row]?.findIndex((button) => button === event.target) ?? -1;
      /** @type {Record<string, [number, number]>} */
      const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
      const move = moves[event.key];
      if (!move || column < 0) return;
      event.preventDefault();
      buttons[row + move[0]]?.[column + move[1]]?.focus();
    },
    { signal },
  );
}
