/**
 * The first characters of a text, at most `max` of them. What pods and users say may be cut in the middle
 * of a surrogate pair, or never have been whole; the API server refuses an apply with half of one.
 */
export function clipped(text: string, max: number): string {
  return text.slice(0, max).toWellFormed();
}
