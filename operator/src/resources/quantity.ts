const QUANTITY = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([KMGTPE]i)|([numkMGTPE])|[eE]([+-]?\d+))?$/;
const BINARY = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const DECIMAL: Record<string, number> = {
  n: -9,
  u: -6,
  m: -3,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};

/**
 * Numeric value of a Kubernetes quantity (`500m`, `1.5Gi`, `1e3`), in base units. Undefined when it
 * is absent or no quantity. The API server rewrites quantities ("1000m" → "1"), so they are compared
 * by value and never as text.
 */
export function quantityValue(quantity: string | number | undefined): number | undefined {
  if (quantity === undefined) return undefined;
  const match = QUANTITY.exec(String(quantity));
  if (match === null) return undefined;
  const [, digits = '', binary, decimal, exponent] = match;
  if (binary !== undefined) return Number(digits) * 1024 ** (BINARY.indexOf(binary) + 1);
  const power = decimal === undefined ? Number(exponent ?? 0) : (DECIMAL[decimal] ?? 0);
  return Number(`${digits}e${power}`);
}
