// Bytes in the letters of an address: base64url.

/** @param {Uint8Array} bytes */
export function toLetters(bytes) {
  const letters = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/**
 * @param {string} word
 * @returns {Uint8Array<ArrayBuffer> | undefined} undefined where the word is none of those
 */
export function fromLetters(word) {
  if (!/^[\w-]+$/.test(word)) return undefined;
  try {
    return Uint8Array.from(atob(word.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
}
