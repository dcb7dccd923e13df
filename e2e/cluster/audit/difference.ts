import type { Grant } from './granted.ts';
import { permissionText } from './permission.ts';
import type { Permission } from './permission.ts';

/** A permission that admission asks for, so that no request of the audit log shows it. */
export interface AskedByAdmission extends Permission {
  /** Who asks, and when. */
  reason: string;
}

/**
 * Where rights and requests differ, as a table for people; empty when they do not.
 *
 * @param askedByAdmission counts as used; an entry that is not granted is a difference as well.
 */
export function rightsDifference(
  granted: readonly Grant[],
  used: readonly Permission[],
  askedByAdmission: readonly AskedByAdmission[],
): string {
  const needed = new Set([...used, ...askedByAdmission].map(permissionText));
  const allowed = new Set(granted.map(permissionText));
  const idle = granted
    .filter((grant) => !needed.has(permissionText(grant)))
    .map((grant) => `${permissionText(grant)}   (${grant.role})`);
  const missing = [...needed].filter((text) => !allowed.has(text));
  return [
    ...section('granted, but never requested: take it out of the chart, or use it here', idle),
    ...section(
      'requested, but not granted by a role of the operator: add it to the chart',
      missing,
    ),
  ].join('\n');
}

function section(title: string, rows: readonly string[]): string[] {
  if (rows.length === 0) return [];
  return [`${title}:`, ...[...new Set(rows)].sort().map((row) => `  ${row}`)];
}
