import type { V1EnvVar } from '@kubernetes/client-node';
import { quantityValue } from './quantity.ts';

/** Share of the memory limit that the JavaScript heap may use; buffers and code need the rest. */
const HEAP_SHARE = 0.75;

/**
 * Node's heap flag for a memory limit. Without it Node sizes its heap by the node's memory and is
 * killed by the kernel instead of collecting garbage. None when there is no limit.
 */
export function heapOptions(limits: { memory?: string | number }): V1EnvVar[] {
  const bytes = quantityValue(limits.memory);
  if (bytes === undefined) return [];
  const mebibytes = Math.floor((bytes * HEAP_SHARE) / 1024 ** 2);
  return [{ name: 'NODE_OPTIONS', value: `--max-old-space-size=${mebibytes}` }];
}
