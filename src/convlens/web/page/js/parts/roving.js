// The focus in a table: the Tab key comes to one cell of it, the arrow keys, Home and End go on from there, as in a
// spreadsheet. A cell is what takes the focus, or has it inside.
//
//   rove(table, () => cells, signal);
//   makeTabStop(cells, 0, 0);

/**
 * @param {HTMLElement} table
 * @param {() => HTMLElement[][]} cells    as they are now, row by row
 * @param {AbortSignal} signal
 */
export function rove(table, cells, signal) {
  table.addEventListener("keydown", (event) => step(event, cells()), { signal });
  table.addEventListener(
    "focusin",
    ({ target }) => {
      const at = placeOf(cells(), target);
      if (at) makeTabStop(cells(), ...at);
    },
    { signal },
  );
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
 * @param {KeyboardEvent} event
 * @param {HTMLElement[][]} cells
 */
function step(event, cells) {
  const [r, c] = placeOf(cells, event.target) ?? [-1, -1];
  if (r < 0 || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
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
 * @param {HTMLElement[][]} cells
 * @param {EventTarget | null} target
 * @returns {[number, number] | null} row and column
 */
function placeOf(cells, target) {
  if (!(target instanceof Node)) return null;
  const row = cells.findIndex((line) => line.some((cell) => cell.contains(target)));
  return row < 0 ? null : [row, cells[row].findIndex((cell) => cell.contains(target))];
}

/**
 * What takes the focus in a cell; nothing in a table that is only to look at.
 * @param {HTMLElement | undefined} cell
 * @returns {HTMLElement | null}
 */
function inside(cell) {
  if (cell instanceof HTMLButtonElement) return cell;
  return cell?.querySelector("input, button, [tabindex]") ?? null;
}
