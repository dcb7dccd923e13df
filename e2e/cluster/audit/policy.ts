import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { folders } from '../paths.ts';

/** The ServiceAccount whose requests are logged: the operator's, as the platform installs it. */
export const auditedAccount = { namespace: 'a2a-operator-system', name: 'a2a-operator' } as const;

/** Where the API server writes them, one JSON object a line. */
export const auditLog = join(folders.audit, 'audit.log');

const policyFile = join(folders.configuration, 'audit-policy.yaml');

/** That account's requests without their bodies, and nobody else's: nothing else becomes slower. */
export function auditPolicy(): string {
  const user = `system:serviceaccount:${auditedAccount.namespace}:${auditedAccount.name}`;
  return stringify({
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: [{ level: 'Metadata', users: [user] }, { level: 'None' }],
  });
}

/** Flags of the API server for it. The log takes 80 MB at most, some 60,000 requests. */
export const auditFlags: readonly string[] = [
  `--audit-policy-file=${policyFile}`,
  `--audit-log-path=${auditLog}`,
  '--audit-log-maxsize=20',
  '--audit-log-maxbackup=3',
];

/** Writes the policy, without which the API server does not start with these flags. */
export async function ensureAuditPolicy(): Promise<void> {
  await mkdir(folders.configuration, { recursive: true });
  await mkdir(folders.audit, { recursive: true });
  await writeFile(policyFile, auditPolicy());
}
