import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditedAccount } from '../../cluster/audit/policy.ts';
import type { ClusterAccess } from '../../platform/access.ts';

const { namespace, name } = auditedAccount;

interface Image {
  repository: string;
  tag: string;
}

/** Values of the release, as far as stories set them. */
export interface Values {
  image: Image;
  runtimeImage: Image;
  network?: { monitoring?: object[] };
  admissionPolicy?: { enabled: boolean };
}

/** The operator's release that all stories share, as its administrator handles it. */
export interface Release {
  /** What was given beside the chart's own values. */
  values(): Promise<Values>;
  /** Installs or upgrades, with these values only, and waits until the operator is ready. */
  upgrade(chart: string, values: Values): Promise<string>;
  uninstall(): Promise<string>;
}

export function releaseOf(cluster: ClusterAccess): Release {
  const where = ['--namespace', namespace];
  return {
    async values() {
      return JSON.parse(
        await cluster.helm('get', 'values', name, ...where, '-o', 'json'),
      ) as Values;
    },
    async upgrade(chart, values) {
      const folder = await mkdtemp(join(tmpdir(), 'a2a-values-'));
      const file = join(folder, 'values.json');
      await writeFile(file, JSON.stringify(values));
      const given = ['--reset-values', '--values', file, '--wait', '--timeout', '120s'];
      try {
        return await cluster.helm('upgrade', '--install', name, chart, ...where, ...given);
      } finally {
        await rm(folder, { recursive: true });
      }
    },
    uninstall: () => cluster.helm('uninstall', name, ...where, '--wait', '--timeout', '90s'),
  };
}
