const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/** How deep arrays and objects of a JSON text are nested. Linear in the text, whatever it is. */
export function jsonDepth(text: string): number {
  let deepest = 0;
  let level = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) at = endOfString(text, at + 1);
    else if (OPENING.has(character)) deepest = Math.max(deepest, ++level);
    else if (CLOSING.has(character)) level--;
  }
  return deepest;
}

/** Where the string that began before `from` has its closing quote. */
function endOfString(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) {
    at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  }
  return at;
}
