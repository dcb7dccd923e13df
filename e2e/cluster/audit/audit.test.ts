import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { rightsDifference } from './difference.ts';
import { grantsOf } from './granted.ts';
import { auditPolicy } from './policy.ts';
import { deniedRequests, parseAuditLog, usedPermissions } from './used.ts';
import { writesTo } from './writes.ts';

const account = { namespace: 'system', name: 'operator' };
const subject = { kind: 'ServiceAccount', ...account };
const pods = { apiGroups: [''], resources: ['pods', 'pods/log'], verbs: ['get'] };

function event(verb: string, fields: object = {}, code = 200): string {
  return `${JSON.stringify({
    verb,
    requestURI: '/apis/apps/v1/namespaces/x/deployments/demo?force=true',
    requestReceivedTimestamp: '2026-01-01T00:00:00.000000Z',
    objectRef: { apiGroup: 'apps', resource: 'deployments' },
    responseStatus: { code, message: 'deployments.apps is forbidden' },
    ...fields,
  })}\n`;
}
const used = (log: string): string[] =>
  usedPermissions(parseAuditLog(log)).map(({ apiGroup, resource, verb }) =>
    [apiGroup, resource, verb].join(' '),
  );

describe('the audit policy', () => {
  it('logs only the operator', () => {
    expect(parse(auditPolicy())).toMatchObject({
      rules: [
        { level: 'Metadata', users: ['system:serviceaccount:a2a-operator-system:a2a-operator'] },
        { level: 'None' },
      ],
    });
  });
});

describe('a request in the audit log', () => {
  it.each([
    ['is its verb', event('watch'), ['apps deployments watch']],
    ['that applied is a patch', event('patch'), ['apps deployments patch']],
    [
      'that applied something new is a creation too',
      event('patch', {}, 201),
      ['apps deployments patch', 'apps deployments create'],
    ],
    [
      'on the core group has none',
      event('list', { objectRef: { resource: 'pods' } }),
      [' pods list'],
    ],
    [
      'on a subresource names it',
      event('patch', { objectRef: { apiGroup: 'a', resource: 'b', subresource: 'status' } }),
      ['a b/status patch'],
    ],
    ['on no resource needs no right of ours', event('get', { objectRef: undefined }), []],
    ['that is not written yet is left out', `${event('get')}{"verb":"li`, ['apps deployments get']],
  ])('%s', (_, log, permissions) => {
    expect(used(log)).toEqual(permissions);
  });

  it('that was refused is quoted, unless the namespace was going', () => {
    const message = 'unable to create new content in namespace x because it is being terminated';
    const log =
      event('patch', {}, 403) + event('patch', { responseStatus: { code: 403, message } });
    expect(deniedRequests(parseAuditLog(log))).toEqual([
      'patch /apis/apps/v1/namespaces/x/deployments/demo: deployments.apps is forbidden',
    ]);
  });

  it('that was refused without a sentence counts, unless the right was there', () => {
    const refused = (decision: string): string =>
      event('patch', {
        responseStatus: { code: 403 },
        annotations: { 'authorization.k8s.io/decision': decision },
      });
    expect(deniedRequests(parseAuditLog(refused('allow')))).toEqual([]);
    expect(deniedRequests(parseAuditLog(refused('forbid')))).toEqual([
      'patch /apis/apps/v1/namespaces/x/deployments/demo: no reason given',
    ]);
  });
});

describe('a write in the audit log', () => {
  const here = { namespace: 'x', name: 'demo' };
  const extra = { 'authentication.kubernetes.io/pod-name': ['operator-0'] };
  const log = [
    event('get', { objectRef: { resource: 'services', ...here } }),
    event('patch', { objectRef: { resource: 'services', ...here }, user: { extra } }),
    event('patch', { objectRef: { resource: 'a2as', subresource: 'status', ...here } }),
    event('create', { objectRef: { resource: 'events', namespace: 'x' } }),
    event('delete', { objectRef: { resource: 'services', ...here, namespace: 'y' } }),
  ].join('');

  it('names the pod and the object; reads, Events and other namespaces are left out', () => {
    expect(writesTo('x', parseAuditLog(log))).toEqual([
      { pod: 'operator-0', what: 'patch services/demo' },
      { pod: '', what: 'patch a2as/status/demo' },
    ]);
  });
});

describe('what is granted', () => {
  const roles = [
    { kind: 'ClusterRole', metadata: { name: 'all' }, rules: [pods] },
    { kind: 'Role', metadata: { name: 'all', namespace: 'system' }, rules: null },
    { kind: 'Role', metadata: { name: 'some', namespace: 'other' }, rules: [pods] },
  ];
  const bound = (kind: string, name: string, namespace?: string, subjects = [subject]): object => ({
    metadata: { name: 'binding', ...(namespace !== undefined && { namespace }) },
    roleRef: { kind, name },
    subjects,
  });
  it.each([
    ['by a ClusterRole', bound('ClusterRole', 'all'), 2],
    ['by a ClusterRole in a namespace', bound('ClusterRole', 'all', 'other'), 2],
    ['by a Role', bound('Role', 'some', 'other'), 2],
    ['by a Role of another namespace', bound('Role', 'some', 'system'), 0],
    ['by a Role without rules', bound('Role', 'all', 'system'), 0],
    [
      'to somebody else',
      bound('ClusterRole', 'all', undefined, [{ ...subject, name: 'another' }]),
      0,
    ],
  ])('%s is found', (_, binding, count) => {
    const grants = grantsOf(account, roles, [binding as Parameters<typeof grantsOf>[2][number]]);
    expect(grants).toHaveLength(count);
  });
});

describe('the difference', () => {
  const permission = { apiGroup: '', resource: 'pods', verb: 'get' };
  const grant = { ...permission, role: 'Role/x' };

  it('is nothing when all that is granted was used', () => {
    expect(rightsDifference([grant, grant], [permission], [])).toBe('');
  });

  it('names what is granted and idle, with its role', () => {
    expect(rightsDifference([grant], [], [])).toBe(
      'granted, but never requested: take it out of the chart, or use it here:\n  core/pods get   (Role/x)',
    );
  });

  it('names what is used by another right', () => {
    const list = { ...permission, verb: 'list' };
    expect(rightsDifference([grant], [permission, list, list], [])).toBe(
      'requested, but not granted by a role of the operator: add it to the chart:\n  core/pods list',
    );
  });

  it('believes that admission asks, and wants that granted', () => {
    const asked = [{ ...permission, reason: 'a plugin' }];
    expect(rightsDifference([grant], [], asked)).toBe('');
    expect(rightsDifference([], [], asked)).toContain('core/pods get');
  });
});
