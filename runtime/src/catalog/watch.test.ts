import { mkdtemp, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { catalog } from './catalog.ts';
import { readFolder } from './folder.ts';
import { watchFolder } from './watch.ts';
import { systemClock } from '../ops/clock.ts';
import { manualClock, settled } from '../../test/manual-clock.ts';
import { until } from '../../test/start-app.ts';
import { testTelemetry } from '../../test/telemetry.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'watch-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** What the kubelet does: a new folder, and `..data` points to it in one step. */
async function mount(version: string, files: Record<string, string>): Promise<void> {
  await mkdir(join(dir, version));
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, version, name), text);
  await symlink(version, join(dir, '..data_tmp'));
  await rename(join(dir, '..data_tmp'), join(dir, '..data'));
  for (const name of Object.keys(files)) {
    await symlink(join('..data', name), join(dir, name)).catch(() => undefined);
  }
}

test('a mounted ConfigMap is read through its links, and without what begins with a dot', async () => {
  await mount('..1', { 'a.json': 'one', 'b.txt': 'ignored' });
  expect(await readFolder(dir)).toEqual({ 'a.json': 'one' });
});

test.each([
  { reason: 'a folder in its place (EISDIR)', spoil: (path: string) => mkdir(path) },
  { reason: 'a link to itself (ELOOP)', spoil: (path: string) => symlink(path, path) },
])('a file that cannot be read leaves the fleet as it is: $reason', async ({ spoil }) => {
  const clock = manualClock();
  const telemetry = testTelemetry();
  const agents = catalog({ publicUrl: 'http://p', model: 'm' }, clock, {
    log: telemetry.log,
    onChange: () => undefined,
  });
  const manifest = (name: string): string =>
    `kind: AgentDefinition\nmetadata: { name: ${name} }\nspec: { description: d }`;
  await writeFile(join(dir, 'a.yaml'), manifest('a'));
  await writeFile(join(dir, 'b.yaml'), manifest('b'));
  await agents.load(await readFolder(dir));
  await rm(join(dir, 'a.yaml'));
  await spoil(join(dir, 'a.yaml'));
  const stop = watchFolder(dir, async () => agents.load(await readFolder(dir)), {
    clock,
    log: telemetry.log,
  });
  await until(() => telemetry.text().includes('the agents folder cannot be read'));
  expect(agents.all().map(({ name }) => name)).toEqual(['a', 'b']);
  stop();
});

test('a link that leads nowhere is a file that has vanished', async () => {
  await symlink('gone', join(dir, 'a.json'));
  expect(await readFolder(dir)).toEqual({});
});

test('an update of a mounted ConfigMap is seen at once', async () => {
  await mount('..1', { 'a.json': 'one' });
  const seen: unknown[] = [];
  const stop = watchFolder(dir, async () => void seen.push(await readFolder(dir)), {
    clock: systemClock,
    log: testTelemetry().log,
  });
  await until(() => seen.length > 0);
  await mount('..2', { 'a.json': 'two' });
  await until(() => JSON.stringify(seen.at(-1)) === '{"a.json":"two"}');
  stop();
});

test('a folder that is not there yet is awaited, and complained about once', async () => {
  const clock = manualClock();
  const telemetry = testTelemetry();
  let exists = false;
  let loads = 0;
  const stop = watchFolder(
    dir,
    () => {
      if (!exists) return Promise.reject(new Error('ENOENT'));
      loads++;
      return Promise.resolve();
    },
    { clock, log: telemetry.log },
  );
  await settled();
  await clock.advance(3000);
  expect(telemetry.lines).toHaveLength(1);
  exists = true;
  await clock.advance(1000);
  expect(loads).toBe(1);
  stop();
  expect(clock.pending()).toBe(0);
});

test('a change while the folder is being read is not left to the next look now and then', async () => {
  const clock = manualClock();
  let loads = 0;
  let goOn: (() => void) | undefined;
  const stop = watchFolder(
    dir,
    async () => {
      loads++;
      if (loads !== 2) return;
      await writeFile(join(dir, 'a.json'), 'while it is read');
      await new Promise<void>((resolve) => (goOn = resolve));
    },
    { clock, log: testTelemetry().log },
  );
  await until(() => clock.pending() === 1);
  await clock.advance(10_000);
  expect(loads).toBe(2);
  // The change is noticed when it has a timer of its own.
  await until(() => clock.pending() === 1 && goOn !== undefined);
  goOn?.();
  await settled();
  await clock.advance(200);
  expect(loads).toBe(3);
  stop();
});

test('the folder is looked at now and then, in case an event is lost', async () => {
  const clock = manualClock();
  let loads = 0;
  const stop = watchFolder(
    dir,
    () => {
      loads++;
      return Promise.resolve();
    },
    {
      clock,
      log: testTelemetry().log,
    },
  );
  await settled();
  await clock.advance(10_000);
  expect(loads).toBe(2);
  stop();
});
