import { createHash } from 'node:crypto';

/**
 * Revision of an agents folder: 16 hex characters that change when any file is added, removed or
 * edited. The operator computes it from what it applied and the runtime from what it read, so equal
 * revisions mean that a pod has seen exactly this content.
 */
export function agentsRevision(files: Readonly<Record<string, string>>): string {
  const hash = createHash('sha256');
  for (const name of Object.keys(files).sort()) {
    hash.update(`${name}\0${String(Buffer.byteLength(files[name] ?? ''))}\0${files[name] ?? ''}`);
  }
  return hash.digest('hex').slice(0, 16);
}

/** Revision of one file of the folder: 16 hex characters that change with its text. */
export function fileRevision(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
