import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { PREFIX, TABLE, installText, presentIn, removeText, setsText } from './iptables.ts';
import type { Present, Program } from './iptables.ts';

/** Long enough for a lock that kube-proxy holds, short enough to be noticed. */
const COMMAND_TIMEOUT_MS = 10_000;
/** The kernel lets go of a set some milliseconds after the last rule that used it. */
const SET_RELEASE_ATTEMPTS = 40;
const SET_RELEASE_WAIT_MS = 50;

/** Runs a command to its end and gives its standard output; a failure throws with what it said. */
export type Run = (command: readonly string[], input?: string) => Promise<string>;

/** The packet filter of one network namespace. Not reentrant: one call at a time. */
export interface Firewall {
  /**
   * Brings the kernel to the program; true if something was written. An unchanged program is
   * compared with the kernel only on `verify`, which repairs what others have damaged.
   * Throws when a command fails; the rules from before are then still in force.
   */
  readonly apply: (program: Program, options: { verify: boolean }) => Promise<boolean>;
  /** Removes every chain, jump and set, also those of an earlier process. */
  readonly remove: () => Promise<void>;
}

/** A firewall that speaks through `run`: the host's own tools, or those inside a namespace. */
export function createFirewall(run: Run): Firewall {
  let applied: { program: string; kernel: string } | undefined;
  return {
    apply: async (program, { verify }) => {
      const wanted = fingerprint(program);
      const unchanged = applied?.program === wanted;
      if (unchanged && !verify) return false;
      if (unchanged && applied?.kernel === (await kernelState(run))) return false;
      // A failure half way leaves an unknown kernel: the next call must not trust this one's record.
      applied = undefined;
      await install(run, program);
      applied = { program: wanted, kernel: await kernelState(run) };
      return true;
    },
    remove: async () => {
      applied = undefined;
      const text = removeText(await readPresent(run));
      if (text !== '') await restore(run, text);
      const held = await destroySets(run, await readSets(run));
      if (held.length > 0) throw new Error(`sets still in use: ${held.join(' ')}`);
    },
  };
}

/** Runs commands on this machine, each behind `prefix`, for example `ip netns exec NAME`. */
export function runner(prefix: readonly string[] = []): Run {
  return (command, input = '') =>
    new Promise((resolve, reject) => {
      const [file = '', ...args] = [...prefix, ...command];
      const child = spawn(file, args, { timeout: COMMAND_TIMEOUT_MS, killSignal: 'SIGKILL' });
      let output = '';
      let complaint = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
      // The command may end before it has read everything; its exit status says why.
      child.stdin.on('error', () => undefined);
      child.on('error', reject);
      child.on('close', (code, signal) => {
        if (code === 0) resolve(output);
        else reject(new Error(`${command.join(' ')}: ${signal ?? code ?? ''} ${complaint.trim()}`));
      });
      child.stdin.end(input);
    });
}

async function install(run: Run, program: Program): Promise<void> {
  const names = [...program.sets.keys()];
  // With -exist this also completes a set that a crash left half filled.
  if (names.length > 0) await run(['ipset', 'restore', '-exist'], setsText(program, names));
  await restore(run, installText(program, await readPresent(run)));
  const stale = (await readSets(run)).filter((name) => !program.sets.has(name));
  // One that somebody holds for longer does no harm, and is tried again with the next change.
  await destroySets(run, stale);
}

async function destroySets(run: Run, names: readonly string[]): Promise<readonly string[]> {
  let held = names;
  for (let left = SET_RELEASE_ATTEMPTS; held.length > 0 && left > 0; left -= 1) {
    if (left < SET_RELEASE_ATTEMPTS) await delay(SET_RELEASE_WAIT_MS);
    held = await destroyOnce(run, held);
  }
  return held;
}

async function destroyOnce(run: Run, names: readonly string[]): Promise<string[]> {
  const held: string[] = [];
  for (const name of names) {
    await run(['ipset', 'destroy', name]).catch(() => held.push(name));
  }
  return held;
}

async function restore(run: Run, text: string): Promise<void> {
  await run(['iptables-restore', '--wait', '5', '--noflush'], text);
}

async function readPresent(run: Run): Promise<Present> {
  return presentIn(await run(['iptables-save', '-t', TABLE]));
}

async function readSets(run: Run): Promise<string[]> {
  const names = await run(['ipset', 'list', '-name']);
  return names.split('\n').filter((name) => name.startsWith(PREFIX));
}

async function kernelState(run: Run): Promise<string> {
  const [present, sets] = await Promise.all([readPresent(run), readSets(run)]);
  return JSON.stringify([present, sets.sort()]);
}

function fingerprint({ chains, sets }: Program): string {
  return JSON.stringify([[...chains], [...sets.keys()]]);
}
