import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  currentBootId,
  ensureProcess,
  isSameProcess,
  logOf,
  parseStat,
  recordedProcesses,
  stopProcess,
  waitForProcess,
} from './processes.ts';
import type { ProcessGroup } from './processes.ts';

const numbers = Array.from({ length: 30 }, (_, index) => index + 4).join(' ');

describe('parseStat', () => {
  it.each([
    ['an ordinary name', `7 (etcd) S ${numbers}`],
    ['a name with spaces and parentheses', `7 (a) R (b) S ${numbers}`],
  ])('finds state and start time after %s', (_, text) => {
    expect(parseStat(text)).toEqual({ state: 'S', startTicks: '22' });
  });
});

describe('isSameProcess', () => {
  const record = {
    name: 'n',
    pid: 7,
    startTicks: '22',
    bootId: 'b',
    command: [],
    configuration: '',
  };

  it.each([
    ['the same', `7 (n) S ${numbers}`, 'b', true],
    ['a reused pid', `7 (n) S ${numbers.replace(' 22 ', ' 23 ')}`, 'b', false],
    ['another boot', `7 (n) S ${numbers}`, 'c', false],
    ['dead, but not yet collected by its parent', `7 (n) Z ${numbers}`, 'b', false],
  ])('%s', (_, stat, bootId, expected) => {
    expect(isSameProcess(record, stat, bootId)).toBe(expected);
  });
});

describe('a group of processes', () => {
  let folder: string;
  let group: ProcessGroup;
  const sleeper = { name: 'sleeper', file: 'sleep', args: ['600'] };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'a2a-processes-'));
    group = { records: join(folder, 'records'), logs: join(folder, 'logs') };
  });

  afterEach(async () => {
    for (const { name } of await recordedProcesses(group)) await stopProcess(group, name);
    await rm(folder, { recursive: true });
  });

  const pidOf = async (): Promise<number | undefined> => (await recordedProcesses(group))[0]?.pid;

  it('starts once, however often it is asked', async () => {
    expect(await ensureProcess(group, sleeper)).toBe(true);
    const pid = await pidOf();
    expect(await ensureProcess(group, sleeper)).toBe(false);
    expect(await pidOf()).toBe(pid);
  });

  it.each([
    ['command line', { args: ['601'] }],
    ['configuration', { configuration: 'changed' }],
  ])('replaces a process whose %s changed', async (_, change) => {
    await ensureProcess(group, sleeper);
    const pid = await pidOf();
    expect(await ensureProcess(group, { ...sleeper, ...change })).toBe(true);
    expect(await pidOf()).not.toBe(pid);
  });

  it('never signals a stranger that has the recorded pid by now', async () => {
    await ensureProcess(group, sleeper);
    const [record] = await recordedProcesses(group);
    const file = join(group.records, 'stranger.json');
    await writeFile(file, JSON.stringify({ ...record, name: 'stranger', startTicks: '1' }));
    await stopProcess(group, 'stranger');
    expect(await readFile(`/proc/${record?.pid ?? 0}/stat`, 'utf8')).toContain('sleep');
    expect((await recordedProcesses(group)).map(({ name }) => name)).toEqual(['sleeper']);
  });

  it('kills what does not end politely', async () => {
    const stubborn = {
      name: 'stubborn',
      file: 'sh',
      args: ['-c', 'trap "" TERM; echo up; while :; do sleep 0.05; done'],
    };
    await ensureProcess(group, stubborn);
    const up = async (): Promise<boolean> =>
      (await readFile(logOf(group, 'stubborn'), 'utf8')).includes('up');
    await waitForProcess(group, 'stubborn', up, 5);
    await stopProcess(group, 'stubborn', 0.2);
    expect(await recordedProcesses(group)).toEqual([]);
  });

  it('gives up waiting at once for a process that has ended, and names its log', async () => {
    await ensureProcess(group, { name: 'short', file: 'sh', args: ['-c', 'echo why; exit 1'] });
    await expect(
      waitForProcess(group, 'short', () => Promise.resolve(false), 60),
    ).rejects.toMatchObject({
      message: 'short ended while starting',
      logFile: logOf(group, 'short'),
    });
  });

  it('says that a program is missing', async () => {
    const missing = { name: 'missing', file: '/nowhere/program', args: [] };
    await expect(ensureProcess(group, missing)).rejects.toThrow('missing does not start');
  });

  it('records the boot, which makes records of earlier boots worthless', async () => {
    await ensureProcess(group, sleeper);
    expect((await recordedProcesses(group))[0]?.bootId).toBe(await currentBootId());
  });
});
