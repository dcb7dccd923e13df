import { describe, expect, test } from '@jest/globals';
import { legacyRestRoute, restRoute } from './rest-routes.ts';

describe('the paths of HTTP+JSON', () => {
  test.each([
    { method: 'POST', path: 'message:send', route: { operation: 'SendMessage', pathParams: {} } },
    { method: 'GET', path: 'tasks', route: { operation: 'ListTasks', pathParams: {} } },
    { method: 'GET', path: 'tasks/t1', route: { operation: 'GetTask', pathParams: { id: 't1' } } },
    {
      method: 'POST',
      path: 'tasks/t1:cancel',
      route: { operation: 'CancelTask', pathParams: { id: 't1' } },
    },
    {
      method: 'GET',
      path: 'tasks/t1:subscribe',
      route: { operation: 'SubscribeToTask', pathParams: { id: 't1' } },
    },
    {
      method: 'POST',
      path: 'tasks/t1:subscribe',
      route: { operation: 'SubscribeToTask', pathParams: { id: 't1' } },
    },
    {
      method: 'DELETE',
      path: 'tasks/t1/pushNotificationConfigs/p1',
      route: {
        operation: 'DeleteTaskPushNotificationConfig',
        pathParams: { taskId: 't1', configId: 'p1' },
      },
    },
    {
      method: 'POST',
      path: 'greeter/message:send',
      route: { operation: 'SendMessage', pathParams: {}, tenant: 'greeter' },
    },
    {
      method: 'GET',
      path: 'greeter/tasks/t1',
      route: { operation: 'GetTask', pathParams: { id: 't1' }, tenant: 'greeter' },
    },
    {
      method: 'GET',
      path: 'tasks/tasks',
      route: { operation: 'GetTask', pathParams: { id: 'tasks' } },
    },
  ])('$method $path is an operation of 1.0', ({ method, path, route }) => {
    expect(restRoute(method, path)).toEqual(route);
  });

  test.each([
    { method: 'GET', path: 'message:send', mismatch: 'method-not-allowed' },
    { method: 'PUT', path: 'tasks/t1', mismatch: 'method-not-allowed' },
    { method: 'GET', path: 'x/message:send', mismatch: 'method-not-allowed' },
    { method: 'GET', path: '', mismatch: 'not-found' },
    { method: 'GET', path: 'tasks/', mismatch: 'not-found' },
    { method: 'POST', path: 'tasks/t1:explode', mismatch: 'not-found' },
    { method: 'GET', path: 'a/b/tasks', mismatch: 'not-found' },
  ])('$method $path is $mismatch', ({ method, path, mismatch }) => {
    expect(restRoute(method, path)).toBe(mismatch);
  });

  test.each([
    { method: 'POST', path: 'message:stream', operation: 'message/stream' },
    { method: 'GET', path: 'card', operation: 'agent/getAuthenticatedExtendedCard' },
    { method: 'POST', path: 'tasks/t1:subscribe', operation: 'tasks/resubscribe' },
  ])('$method v1/$path is an operation of 0.3', ({ method, path, operation }) => {
    expect(legacyRestRoute(method, path)).toMatchObject({ operation });
  });

  test('0.3 has no list of tasks', () => {
    expect(legacyRestRoute('GET', 'tasks')).toBe('not-found');
  });
});
