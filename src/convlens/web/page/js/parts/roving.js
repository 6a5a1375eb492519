// The focus in a grid: the Tab key comes to one cell of it, the arrow keys, Home and End go on from there.

/**
 * Move the focus with the arrow keys, as in a spreadsheet.
 * @param {KeyboardEvent} event
 * @param {HTMLElement[][]} cells
 */
export function step(event, cells) {
  const target = event.target instanceof Element ? event.target.closest(".cell") : null;
  const r = cells.findIndex((row) => row.some((cell) => cell === target));
  if (r < 0 || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const c = cells[r].findIndex((cell) => cell === target);
  /** @type {Record<string, [number, number]>} */
  const moves = {
    ArrowUp: [r - 1, c],
    ArrowDown: [r + 1, c],
    ArrowLeft: [r, c - 1],
    ArrowRight: [r, c + 1],
    Home: [r, 0],
    End: [r, cells[r].length - 1],
  };
  const to = moves[event.key];
  if (!to) return;
  event.preventDefault();
  inside(cells[to[0]]?.[to[1]])?.focus();
}

/**
 * Make a cell the one that the Tab key comes to.
 * @param {HTMLElement[][]} cells
 * @param {number} row       from the first one that is drawn
 * @param {number} column
 */
export function makeTabStop(cells, row, column) {
  for (const cell of cells.flat()) inside(cell)?.setAttribute("tabindex", "-1");
  inside(cells[row]?.[column])?.setAttribute("tabindex", "0");
}

/**
 * What takes the focus in a cell; nothing in a table that is only to look at.
 * @param {HTMLElement | undefined} cell
 * @returns {HTMLElement | null}
 */
function inside(cell) {
  return cell?.querySelector("input, button, [tabindex]") ?? null;
}
