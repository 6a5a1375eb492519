// Where the page's files come from: the server that it was opened from, or, in an exported file, the page itself.
//
// An exported file carries each of them as <script type="application/octet-stream;base64" id="samples/cat.png">, or
// packed, with the type `application/gzip;base64`.

/** Whether the page is an exported file: then there is no server to ask. */
export const isExported = location.protocol === "file:" || document.getElementById("data/run.json") !== null;

/**
 * @param {string} path    relative to the page: `samples/cat.png`
 * @returns {Promise<Blob>} rejects with a sentence
 */
export async function fileOf(path) {
  const embedded = document.getElementById(path);
  if (embedded) return unpacked(embedded);
  if (isExported) throw new Error(`${path} is not in this file.`);
  return (await answerOf(fetch(`./${path}`))).blob();
}

/**
 * Send something to the server; an exported file has none.
 * @param {string} path    relative to the page: `code/check`
 * @param {BodyInit} body
 * @returns {Promise<Response>} rejects with a sentence
 */
export async function post(path, body) {
  if (isExported) throw new Error(`${path} needs convlens, which this file does without.`);
  return answerOf(fetch(`./${path}`, { method: "POST", body }));
}

/** @param {Promise<Response>} asked */
async function answerOf(asked) {
  const answer = await asked.catch(() => {
    throw new Error("convlens does not answer: has it been ended? Start convlens open again.");
  });
  if (answer.ok) return answer;
  const { error } = await answer.json().catch(() => ({ error: `${answer.url}: ${answer.status}` }));
  throw new Error(error);
}

/**
 * What to say of something that went wrong.
 * @param {unknown} error
 */
export function sentenceOf(error) {
  return error instanceof Error ? error.message : String(error);
}

/** @param {HTMLElement} script */
async function unpacked(script) {
  const data = Uint8Array.from(atob(script.textContent.trim()), (letter) => letter.charCodeAt(0));
  if (!script.getAttribute("type")?.startsWith("application/gzip")) return new Blob([data]);
  return new Response(new Blob([data]).stream().pipeThrough(new DecompressionStream("gzip"))).blob();
}
