import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { auditEntry, AuditLog, auditPolicy } from './audit.ts';

const line = (user: string, name: string, subresource?: string): string =>
  JSON.stringify({
    verb: 'patch',
    user: { username: user },
    objectRef: { resource: 'a2aservers', name, subresource },
    responseStatus: { code: 200 },
    requestReceivedTimestamp: '2030-01-01T00:00:00.100000Z',
    stageTimestamp: '2030-01-01T00:00:00.125000Z',
  });

describe('auditEntry', () => {
  it('tells a status from the object that has it', () => {
    expect(auditEntry(line('operator', 'a', 'status'))).toEqual({
      user: 'operator',
      verb: 'patch',
      resource: 'a2aservers/status',
      name: 'a',
      code: 200,
      receivedMs: Date.UTC(2030, 0, 1, 0, 0, 0, 100),
      answeredMs: Date.UTC(2030, 0, 1, 0, 0, 0, 125),
    });
    expect(auditEntry(line('operator', 'a'))?.resource).toBe('a2aservers');
  });

  it('passes over a line that is still being written', () => {
    expect(auditEntry(line('operator', 'a').slice(0, 40))).toBeUndefined();
    expect(auditEntry('')).toBeUndefined();
  });
});

describe('AuditLog', () => {
  it('gives what one user did since the mark', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'a2a-audit-'));
    const audit = new AuditLog(folder);
    expect(await audit.since(await audit.mark(), 'operator')).toEqual([]);
    const file = join(folder, 'audit.log');
    await writeFile(file, `${line('operator', 'early')}\n`);
    const mark = await audit.mark();
    const later = ['operator late', 'somebody late'].map((each) => {
      const [user = '', name = ''] = each.split(' ');
      return `${line(user, name)}\n`;
    });
    await writeFile(file, later.join(''), { flag: 'a' });
    expect((await audit.since(mark, 'operator')).map(({ name }) => name)).toEqual(['late']);
    await rm(folder, { recursive: true });
  });
});

it('the policy records nobody but those who are counted', () => {
  const policy = auditPolicy(['operator']);
  expect(policy).toContain('level: Metadata\n    users:\n      - operator');
  expect(policy.trimEnd()).toMatch(/- level: None$/);
});
