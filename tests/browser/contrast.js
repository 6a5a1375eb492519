// Every piece of visible text whose contrast with what is painted behind it is too low (WCAG 2.2, AA): 3 for large
// text, 4.5 for the rest. Returns [text, contrast] pairs.
() => {
  const parse = (colour) => {
    const numbers = colour.match(/-?[\d.]+(e-?\d+)?/g).map(Number);
    // color-mix() is reported as color(srgb r g b), in units of 0 to 1.
    const [r, g, b] = colour.startsWith("color(") ? numbers.map((n) => 255 * n) : numbers;
    return { rgb: [r, g, b], alpha: numbers.length > 3 ? numbers[3] : 1 };
  };
  const luminance = ({ rgb }) => {
    const [r, g, b] = rgb.map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const background = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = parse(getComputedStyle(e).backgroundColor);
      if (colour.alpha > 0) return colour;
    }
    throw new Error("the page has no background");
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const faults = [];
  let seen = 0;
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility() || element.closest("title, desc")) continue;
    const style = getComputedStyle(element);
    const colour = parse(element.namespaceURI.endsWith("svg") ? style.fill : style.color);
    const [light, dark] = [luminance(colour), luminance(background(element))].sort((a, b) => b - a);
    const contrast = (light + 0.05) / (dark + 0.05);
    seen += 1;
    if (contrast < (parseFloat(style.fontSize) >= 24 ? 3 : 4.5)) faults.push([walker.currentNode.data.trim(), contrast]);
  }
  return { seen, faults };
}
