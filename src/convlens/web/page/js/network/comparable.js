// Which of PyTorch's values can be compared with the page's while dropout is as in training.

/** @import { Run } from "convlens/run.js" */
/** @import { Tensor } from "convlens/sums/tensors.js" */

/**
 * PyTorch evaluates: what comes after a dropout that silences units here is another number there.
 * @param {Run} run
 * @param {Map<number, Tensor>} torch          by the operation's id
 * @param {Map<number, Uint8Array>} masks      of dropout
 * @returns {Map<number, Tensor>}
 */
export function comparable({ operations }, torch, masks) {
  const changed = new Set([...masks.keys()].filter((id) => operations[id].options?.p > 0));
  for (const { id, inputs } of operations) if (inputs.some((input) => changed.has(input))) changed.add(id);
  return new Map([...torch].filter(([id]) => !changed.has(id)));
}
