/** How to reach the model proxy. */
export interface ConnectionSettings {
  origin: string;
  /** Connections at a time; further calls wait in line. */
  maxConcurrentCalls: number;
  /** Certificate authorities (PEM) instead of the built-in ones. */
  ca?: string;
}
