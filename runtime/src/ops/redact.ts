/** Shapes of credentials that libraries put into error messages. */
const SECRETS: readonly [pattern: RegExp, replacement: string][] = [
  [/\b(sk-[A-Za-z0-9_-]{4})[A-Za-z0-9_-]+/g, '$1…'],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g, '[token]'],
  [/\b(Bearer|Basic)\s+\S+/gi, '$1 [redacted]'],
  [/(\w+:\/\/)[^\s/@:]*:[^\s/@]+@/g, '$1[redacted]@'],
  // Only as in a query or in JSON: our own sentences say "SECRET: …" too.
  [/((?:api[-_]?key|password|secret|token)(?:=|["']\s*:\s*["']))[^\s"',&]+/gi, '$1[redacted]'],
];

/** A text without what looks like a credential. */
export function redacted(text: string): string {
  return SECRETS.reduce((sum, [pattern, replacement]) => sum.replace(pattern, replacement), text);
}
