import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { withLock } from './machine-lock.ts';
import { identityOf } from './processes.ts';

describe('withLock', () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'a2a-lock-'));
    file = join(folder, 'lock');
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('lets one in at a time, and the next one after a failure too', async () => {
    let inside = 0;
    const work = async (): Promise<number> => {
      inside += 1;
      const seen = inside;
      await Promise.resolve();
      inside -= 1;
      if (seen !== 1) throw new Error('two at once');
      return seen;
    };
    const failing = withLock(() => Promise.reject(new Error('x')), { file });
    await expect(failing).rejects.toThrow('x');
    await expect(
      Promise.all([withLock(work, { file }), withLock(work, { file })]),
    ).resolves.toEqual([1, 1]);
  });

  it.each([
    ['was killed', JSON.stringify({ pid: 1, startTicks: '0', bootId: 'earlier' })],
    ['was killed while taking it', ''],
  ])('takes over the lock of a process that %s', async (_, content) => {
    await writeFile(file, content);
    await expect(withLock(() => Promise.resolve('in'), { file, seconds: 5 })).resolves.toBe('in');
  });

  it('names the process that does not let go', async () => {
    await writeFile(file, JSON.stringify(await identityOf(process.pid)));
    await expect(withLock(() => Promise.resolve(), { file, seconds: 0.2 })).rejects.toThrow(
      `process ${process.pid} is bringing`,
    );
  });
});
