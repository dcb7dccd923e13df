/**
 * The rules against real packets, in network namespaces of their own. Every cell that a policy
 * denies is first shown to pass without it. Needs root.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  cases,
  denyEgress,
  denyIngress,
  onWeb,
  POD_CIDR,
  describeCell,
  direct,
  model,
  namespaces,
  pods,
  policy,
  service,
} from './data-plane-cases.ts';
import type { Cell } from './data-plane-cases.ts';
import { fakeKubeconfig } from './fake-api.ts';
import { createFirewall } from './firewall.ts';
import type { Firewall } from './firewall.ts';
import { programOf } from './iptables.ts';
import type { Program } from './iptables.ts';
import type { ApiCall } from './netns-agent.ts';
import { ADDRESSES, createLab } from './netns-lab.ts';
import type { Lab } from './netns-lab.ts';
import type { NetworkPolicy } from './objects.ts';
import { verdict } from './verdict.ts';

jest.setTimeout(20_000);
/** An answer crosses two veths in under a millisecond; the rest is for a busy machine. */
const SILENCE_MS = 400;
const ANSWER_MS = 5_000;

let lab: Lab;
let firewall: Firewall;

beforeAll(async () => {
  lab = await createLab();
});

afterAll(async () => {
  // Absent if its making failed, which has cleaned up after itself.
  await (lab as Lab | undefined)?.dispose();
});

describe('packets', () => {
  beforeAll(async () => {
    firewall = createFirewall(lab.run('node'));
    // The first frames of a fresh bridge may be lost; a cell must not be denied by that.
    await Promise.all(cases.flatMap(({ cells }) => cells).map(expectPasses));
  });

  it.each(cases)('$reason', async ({ policies, cells }) => {
    await install([]);
    await Promise.all(cells.map(expectPasses));
    await install(policies);
    const seen = await Promise.all(
      cells.map(async (cell) => {
        const waitMs = cell.passes ? ANSWER_MS : SILENCE_MS;
        return [describeCell(cell), (await lab.probe(cell.from, cell.dial, waitMs)) !== ''];
      }),
    );
    expect(seen).toEqual(cells.map((cell) => [describeCell(cell), cell.passes]));
  });

  it.each(cases)('the pure verdict agrees: $reason', ({ policies, cells }) => {
    for (const cell of cells) {
      const from = cell.from === 'node' ? 'node' : ADDRESSES[cell.from];
      const { address: to, port } = cell.arrives;
      const said = verdict(model(policies), { from, to, port, protocol: cell.dial.protocol });
      expect([describeCell(cell), said === 'allowed']).toEqual([describeCell(cell), cell.passes]);
    }
  });

  it('a connection that was open before the policy goes on, a new one does not', async () => {
    await install([]);
    const { dial } = service('client', 'web');
    expect(await lab.ask('client', { do: 'hold', target: dial, waitMs: ANSWER_MS })).toBe(
      'web:8080',
    );
    await install([denyIngress]);
    expect(await lab.ask('client', { do: 'exchange', waitMs: ANSWER_MS })).toBe('web:8080');
    expect(await lab.probe('client', dial, SILENCE_MS)).toBe('');
  });

  it('SCTP is filtered by port', async () => {
    const listener = spawn(
      'ip',
      ['netns', 'exec', lab.namespaceOf('web'), 'socat', '-u', 'IP4-RECV:132', 'STDOUT'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let received = '';
    listener.stdout.setEncoding('latin1').on('data', (text: string) => (received += text));
    const failed = new Promise<never>((_resolve, reject) => listener.once('error', reject));
    try {
      await install([]);
      await Promise.race([
        failed,
        until(async () => {
          await sendSctp(7777, 'ready');
          return received.includes('ready');
        }),
      ]);
      await sendSctp(7778, 'open');
      await until(() => received.includes('open'));
      await install([
        policy('sctp', { ...onWeb, ingress: [{ ports: [{ port: 7777, protocol: 'SCTP' }] }] }),
      ]);
      await sendSctp(7778, 'closed');
      await until(async () => {
        await sendSctp(7777, 'later');
        return received.includes('later');
      });
      expect(received).not.toContain('closed');
    } finally {
      listener.kill('SIGKILL');
    }
  });
});

describe('the firewall', () => {
  beforeAll(() => {
    firewall = createFirewall(lab.run('node'));
  });

  it('writes nothing when nothing changed', async () => {
    const program = programFor([denyIngress, denyEgress]);
    await firewall.apply(program, { verify: false });
    expect(await firewall.apply(program, { verify: false })).toBe(false);
    expect(await firewall.apply(program, { verify: true })).toBe(false);
  });

  it('repairs what somebody else has damaged', async () => {
    await install([denyIngress]);
    const cell = direct('client', 'web', 8080);
    await lab.run('node')(['iptables', '-t', 'mangle', '-F', 'FORWARD']);
    await expectPasses(cell);
    expect(await firewall.apply(programFor([denyIngress]), { verify: true })).toBe(true);
    expect(await lab.probe(cell.from, cell.dial, SILENCE_MS)).toBe('');
  });

  it('is never open in between while rules are exchanged', async () => {
    const allowDb = policy('allow', { ...onWeb, ingress: [{ from: [{ podSelector: {} }] }] });
    const programs = [programFor([denyIngress]), programFor([denyIngress, allowDb])];
    const cell = direct('client', 'web', 5353, 'UDP');
    await install([denyIngress]);
    const exchanging = new AbortController();
    const attempts = (async () => {
      const answers: string[] = [];
      while (!exchanging.signal.aborted) answers.push(await lab.probe(cell.from, cell.dial, 2));
      return answers;
    })();
    for (let round = 0; round < 12; round += 1) {
      for (const program of programs) await firewall.apply(program, { verify: false });
    }
    exchanging.abort();
    const answers = await attempts;
    expect(answers.length).toBeGreaterThan(20);
    expect(answers.filter((answer) => answer !== '')).toEqual([]);
    await install([]);
    await expectPasses(cell);
  });

  it('a new process takes over what a crashed one has left, without a trace of it', async () => {
    const leftBehind = policy('left', { ...onWeb, ingress: [{ from: [{ podSelector: {} }] }] });
    await install([leftBehind]);
    const before = await traces();
    const next = createFirewall(lab.run('node'));
    await next.apply(programFor([denyEgress]), { verify: false });
    const after = await traces();
    expect(before).toContain('shop/left');
    expect(before).toContain('A2ANP-S-');
    expect(after).not.toContain('shop/left');
    expect(after).not.toContain('A2ANP-S-');
    expect(after.match(/-A FORWARD -j A2ANP-FORWARD/g)).toHaveLength(1);
  });

  it('removes everything, also twice', async () => {
    await install([denyIngress, denyEgress]);
    await firewall.remove();
    expect(await traces()).toBe('');
    await firewall.remove();
  });
});

describe('the program', () => {
  const PODS = '/api/v1/pods';
  const POLICIES = '/apis/networking.k8s.io/v1/networkpolicies';
  const closedCell = direct('client', 'web', 8080);
  let folder: string;
  let program: Enforcer;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'a2anp-'));
    const port = Number(await onApi({ call: 'start' }));
    await writeFile(join(folder, 'kubeconfig'), fakeKubeconfig(port));
    for (const object of pods) await onApi({ call: 'put', path: PODS, object });
    for (const object of namespaces) {
      await onApi({ call: 'put', path: '/api/v1/namespaces', object });
    }
    await createFirewall(lab.run('node')).remove();
    program = startProgram(folder);
    await until(() => program.events('applied').length === 1);
  });

  afterEach(() => {
    expect((program as Enforcer | undefined)?.complaints() ?? '').toBe('');
  });

  afterAll(async () => {
    (program as Enforcer | undefined)?.child.kill('SIGKILL');
    await rm(folder, { recursive: true });
  });

  it('enforces a new policy, and its deletion, within a second', async () => {
    await expectPasses(closedCell);
    const putAt = Date.now();
    await onApi({ call: 'put', path: POLICIES, object: denyIngress });
    await until(() => program.events('applied').length === 2);
    expect(Date.now() - putAt).toBeLessThan(1_000);
    expect(program.events('applied').at(-1)).toMatchObject({ policies: 1, pods: 3, policed: 2 });
    expect(await lab.probe('client', closedCell.dial, SILENCE_MS)).toBe('');
    await onApi({ call: 'remove', path: POLICIES, object: denyIngress });
    await until(() => program.events('applied').length === 3);
    await expectPasses(closedCell);
  });

  it('polices a pod that comes later, and does not write for a heartbeat', async () => {
    await onApi({ call: 'put', path: POLICIES, object: denyIngress });
    await onApi({ call: 'remove', path: PODS, object: pods[0] ?? denyIngress });
    await until(() => program.events('applied').at(-1)?.policed === 1);
    await expectPasses(closedCell);
    for (const object of pods) await onApi({ call: 'put', path: PODS, object });
    await until(() => program.events('applied').at(-1)?.policed === 2);
    expect(await lab.probe('client', closedCell.dial, SILENCE_MS)).toBe('');
    const written = program.events('applied').length;
    for (const object of pods) await onApi({ call: 'put', path: PODS, object });
    await onApi({ call: 'put', path: POLICIES, object: denyEgress });
    await until(() => program.events('applied').at(-1)?.policies === 2);
    expect(program.events('applied')).toHaveLength(written + 1);
  });

  it('catches up after broken watches', async () => {
    await onApi({ call: 'cutWatches' });
    await onApi({ call: 'remove', path: POLICIES, object: denyIngress });
    await until(() => program.events('applied').at(-1)?.policies === 1);
    expect(program.events('watch broken').length).toBeGreaterThan(0);
    await expectPasses(closedCell);
  });

  it('leaves its rules in force when killed, and takes them over at the next start', async () => {
    await onApi({ call: 'put', path: POLICIES, object: denyIngress });
    await until(() => program.events('applied').at(-1)?.policies === 2);
    await program.end('SIGKILL');
    expect(await lab.probe('client', closedCell.dial, SILENCE_MS)).toBe('');
    await onApi({ call: 'remove', path: POLICIES, object: denyIngress });
    program = startProgram(folder);
    await until(() => program.events('applied').length === 1);
    await expectPasses(closedCell);
    expect(await traces()).not.toContain('deny-ingress');
  });

  it('removes everything on SIGTERM and exits with 0', async () => {
    expect(await traces()).not.toBe('');
    expect(await program.end('SIGTERM')).toBe(0);
    expect(await traces()).toBe('');
    await Promise.all(cases.flatMap(({ cells }) => cells).map(expectPasses));
  });
});

interface Enforcer {
  readonly child: ChildProcess;
  readonly events: (name: string) => Record<string, unknown>[];
  readonly complaints: () => string;
  readonly end: (signal: NodeJS.Signals) => Promise<number | null>;
}

function startProgram(folder: string): Enforcer {
  const script = join(import.meta.dirname, 'main.ts');
  const flags = ['--kubeconfig', join(folder, 'kubeconfig'), '--pod-cidr', POD_CIDR];
  const child = spawn(
    'ip',
    ['netns', 'exec', lab.namespaceOf('node'), process.execPath, script, ...flags],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const lines: Record<string, unknown>[] = [];
  let complaints = '';
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(JSON.parse(line) as Record<string, unknown>);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return {
    child,
    events: (name) => lines.filter(({ event }) => event === name),
    complaints: () => complaints,
    end: (signal) => {
      child.kill(signal);
      return exited;
    },
  };
}

async function onApi(call: ApiCall): Promise<string> {
  return lab.ask('node', { do: 'api', ...call });
}

async function install(policies: readonly NetworkPolicy[]): Promise<void> {
  await firewall.apply(programFor(policies), { verify: false });
}

function programFor(policies: readonly NetworkPolicy[]): Program {
  return programOf(model(policies));
}

async function expectPasses(cell: Cell): Promise<void> {
  const place = Object.entries(ADDRESSES).find(([, ip]) => ip === cell.arrives.address)?.[0] ?? '';
  const answer = await lab.probe(cell.from, cell.dial, ANSWER_MS);
  expect([describeCell(cell), answer]).toEqual([
    describeCell(cell),
    `${place}:${cell.arrives.port}`,
  ]);
}

/** Everything in the node's kernel that bears the enforcer's prefix. */
async function traces(): Promise<string> {
  const run = lab.run('node');
  const rules = await run(['iptables-save']);
  const sets = await run(['ipset', 'list', '-name']);
  return `${rules}\n${sets}`
    .split('\n')
    .filter((line) => line.includes('A2ANP'))
    .join('\n');
}

/** A packet with an SCTP header, made by hand: the kernel under test may lack SCTP sockets. */
async function sendSctp(port: number, text: string): Promise<void> {
  const header = Buffer.alloc(12);
  header.writeUInt16BE(0x1111, 0);
  header.writeUInt16BE(port, 2);
  const chunk = Buffer.from([1, 0, 0, 4 + text.length, ...Buffer.from(text)]);
  const packet = Buffer.concat([header, chunk]).toString('latin1');
  await lab.run('client')(['socat', '-u', 'STDIN', `IP4-SENDTO:${ADDRESSES.web}:132`], packet);
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`never true: ${String(condition)}`);
    await delay(5);
  }
}
