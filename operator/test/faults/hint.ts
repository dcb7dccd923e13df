/** What the schema does not say about a leaf. */
export interface Hint {
  /** Begins the paths that it is about. */
  path: string;
  reason: string;
  /** Two values, where those that the schema suggests will not do. */
  values?: readonly [unknown, unknown];
  /** What else the spec needs (undefined removes something from the usual one). */
  beside?: object;
}
