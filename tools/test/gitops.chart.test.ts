import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { binaryPath, buildBinaries } from '../../e2e/cluster/binaries.ts';

const STATUSES = 'operator/test/statuses';
const SCRIPT = 'config/argo-cd/health.lua';

interface Health {
  status: string;
  message: string;
}
interface Judged {
  argoCd: Health;
  flux: Health;
}

let binary: string;
beforeAll(async () => {
  await buildBinaries(['gitops']);
  binary = await binaryPath('gitops-health');
}, 300_000);

/** What Argo CD, by our script, and Flux make of an object. */
function judged(object: object): Judged {
  const input = JSON.stringify(object);
  const { status, stdout, stderr } = spawnSync(binary, [SCRIPT], { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Judged;
}

const recorded = (name: string): object =>
  parse(readFileSync(`${STATUSES}/${name}.yaml`, 'utf8')) as object;

const CASES: readonly [name: string, argoCd: string, flux: string, says: string][] = [
  ['server-new', 'Progressing', 'InProgress', 'has not looked at this generation yet'],
  ['server-edited', 'Progressing', 'InProgress', 'has not looked at this generation yet'],
  ['server-ready', 'Healthy', 'Current', 'serve this generation'],
  ['server-lacking', 'Healthy', 'Current', '1/2: assistant: spec.instructions.variables.who'],
  ['server-rolling-out', 'Progressing', 'InProgress', 'RollingOut: '],
  ['server-waiting', 'Progressing', 'InProgress', 'SecretNotFound: '],
  ['server-stalled', 'Degraded', 'Failed', 'InvalidSpec: spec.service.annotations'],
  ['server-scaled-to-zero', 'Suspended', 'Current', 'spec.replicas is 0'],
  ['agent-new', 'Progressing', 'InProgress', 'has not looked at this generation yet'],
  ['agent-edited', 'Progressing', 'InProgress', 'has not looked at this generation yet'],
  ['agent-ready', 'Healthy', 'Current', 'accepted, resolved and served'],
  ['agent-suspended', 'Suspended', 'Current', 'spec.suspend is true'],
  ['agent-not-selected', 'Progressing', 'InProgress', 'NotSelected: no A2AServer'],
  ['agent-not-served', 'Progressing', 'InProgress', 'NotServed: '],
  ['agent-waiting', 'Progressing', 'InProgress', 'ConfigMapNotFound: '],
  // kstatus looks at Ready alone: Flux waits until its own time is over, and shows the message.
  ['agent-invalid', 'Degraded', 'InProgress', 'InvalidSpec: spec.instructions.variables.who'],
];

describe('a recorded status', () => {
  it.each(CASES)('%s is %s for Argo CD and %s for Flux', (name, argoCd, flux, says) => {
    const seen = judged(recorded(name));
    expect([seen.argoCd.status, seen.flux.status]).toEqual([argoCd, flux]);
    expect(seen.argoCd.message).toContain(says);
  });

  it('has a case', () => {
    const files = readdirSync(STATUSES).map((file) => file.replace('.yaml', ''));
    expect(CASES.map(([name]) => name).sort()).toEqual(files.sort());
  });
});

describe('a status that nobody could record', () => {
  it.each([
    ['without a status', {}],
    ['without conditions', { status: { observedGeneration: 1 } }],
  ])('%s is Progressing for Argo CD', (_, status) => {
    const object = { ...recorded('server-ready'), status: undefined, ...status };
    expect(judged(object).argoCd.status).toBe('Progressing');
  });
});

describe("Argo CD's settings", () => {
  it('hold the script for each Kind', () => {
    const { data } = parse(readFileSync('config/argo-cd/argocd-cm.gen.yaml', 'utf8')) as {
      data: Record<string, string>;
    };
    const script = readFileSync(SCRIPT, 'utf8');
    const setting = (kind: string): string =>
      `resource.customizations.health.a2a-operator.io_${kind}`;
    expect(data).toEqual({ [setting('A2AServer')]: script, [setting('AgentDefinition')]: script });
  });
});
