// A frame over a part of a picture, wherever the picture is shown and however large.

/**
 * @param {HTMLElement} frame    positioned in the same place as the picture
 * @param {{left: number, top: number, right: number, bottom: number}} part    in the picture's pixels, the last ones
 *   not included
 * @param {{width: number, height: number}} picture
 */
export function layFrame(frame, { left, top, right, bottom }, { width, height }) {
  frame.style.left = `${(100 * left) / width}%`;
  frame.style.top = `${(100 * top) / height}%`;
  frame.style.width = `${(100 * (right - left)) / width}%`;
  frame.style.height = `${(100 * (bottom - top)) / height}%`;
}
