import type { ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import {
  line,
  list,
  names,
  refuse,
  service,
  state,
  stateThen,
  versions,
  watching,
} from '../../test/scripted-watch.ts';

describe('the reflector', () => {
  it('takes the state as a stream, and follows it without asking again', async () => {
    const { reflector, until, requests, changes } = await watching(
      stateThen(state('10', service('a', '5')), (response) => {
        response.write(line('ADDED', service('b', '11')));
        response.write(line('DELETED', service('a', '12')));
      }),
    );
    await until('a@12');
    expect(names(reflector)).toEqual(['b']);
    expect(requests).toHaveLength(1);
    expect(Object.fromEntries(requests[0]?.searchParams ?? [])).toMatchObject({
      watch: 'true',
      sendInitialEvents: 'true',
      resourceVersionMatch: 'NotOlderThan',
      allowWatchBookmarks: 'true',
    });
    expect(changes.map(({ replayed, deleted }) => ({ replayed, deleted }))).toEqual([
      { replayed: true, deleted: false },
      { replayed: false, deleted: false },
      { replayed: false, deleted: true },
    ]);
  });

  it('is synced only when the state is complete, and begins anew when it is cut before', async () => {
    const { reflector, told } = await watching(
      (_, response) => response.end(line('ADDED', service('half', '5'))),
      state('10', service('a', '5')),
    );
    await reflector.synced;
    expect(told).toEqual(['a@5']);
  });

  it('lists page by page where the API server does not stream the state', async () => {
    const { reflector, until, requests } = await watching(
      refuse,
      (_, response) =>
        response.end(
          JSON.stringify({
            metadata: { resourceVersion: '10', continue: 'more' },
            items: [service('a', '1')],
          }),
        ),
      list('10', service('b', '2')),
      (_, response) => {
        response.write(line('ADDED', service('c', '11')));
      },
    );
    await until('c@11');
    expect(names(reflector)).toEqual(['a', 'b', 'c']);
    expect(requests[2]?.searchParams.get('continue')).toBe('more');
    expect(requests[3]?.searchParams.get('resourceVersion')).toBe('10');
  });

  it('goes on from the last event or bookmark when the connection is cut', async () => {
    let cut: () => void = () => undefined;
    const { until, requests } = await watching(
      stateThen(state('10'), (response) => {
        response.write(line('ADDED', service('a', '42')));
        response.write(line('BOOKMARK', { metadata: { resourceVersion: '50' } }));
        response.write(line('ADDED', service('b', '51')));
        cut = () => response.destroy();
      }),
      (_, response) => {
        response.write(line('ADDED', service('c', '52')));
      },
    );
    await until('b@51');
    cut();
    await until('c@52');
    expect(versions(requests)).toEqual([null, '51']);
  });

  it.each([
    {
      reason: 'the watch is refused',
      gone: (_: URL, response: ServerResponse) =>
        response.writeHead(410).end('{"reason":"Expired"}'),
    },
    {
      reason: 'the watch says so in mid-stream',
      gone: (_: URL, response: ServerResponse) =>
        response.end(line('ERROR', { code: 410, message: 'too old resource version' })),
    },
  ])('takes a state, not older than what it knows, when $reason', async ({ gone }) => {
    const { reflector, until, told, requests } = await watching(
      stateThen(state('10', service('a', '5'), service('b', '6')), (response) => response.end()),
      gone,
      state('90', service('b', '80')),
    );
    await until('b@80');
    expect(names(reflector)).toEqual(['b']);
    // Once when it was seen, once when it was found to be gone.
    expect(told.filter((entry) => entry === 'a@5')).toHaveLength(2);
    expect(versions(requests)).toEqual([null, '10', '10']);
  });

  it('does not believe a state that is older than what it has seen', async () => {
    const { reflector, until, told } = await watching(
      stateThen(state('10', service('a', '5')), (response) => {
        response.write(line('DELETED', service('a', '12')));
        response.end(line('ERROR', { code: 410 }));
      }),
      state('9', service('a', '5')),
      state('13', service('b', '13')),
    );
    await until('b@13');
    expect(names(reflector)).toEqual(['b']);
    expect(told.filter((entry) => entry.startsWith('a'))).toHaveLength(2);
  });

  it('accepts the past from an API server that insists on it: it was restored from a backup', async () => {
    const { reflector, until, requests } = await watching(
      stateThen(state('1000', service('a', '900')), (response) =>
        response.end(line('ERROR', { code: 410 })),
      ),
      ...Array.from({ length: 9 }, () => state('9', service('a', '5'))),
      state('9', service('a', '5')),
    );
    await until('a@5');
    expect(reflector.get({ namespace: 'team', name: 'a' })?.metadata.resourceVersion).toBe('5');
    expect(versions(requests).at(-1)).toBeNull();
  });

  it('is never seen without what exists, even when it takes in the past', async () => {
    const past = Array.from({ length: 60 }, (_, index) => service(`s-${index}`, '5'));
    const { reflector, until, others } = await watching(
      stateThen(
        state('1000', ...past.map(({ metadata: { name } }) => service(name, '900'))),
        (response) => response.end(line('ERROR', { code: 410 })),
      ),
      ...Array.from({ length: 10 }, () => state('9', ...past)),
    );
    await reflector.synced;
    const sizes = new Set<number>();
    others.run = () => sizes.add(reflector.all().length);
    await until('s-59@5');
    expect([...sizes]).toEqual([60]);
  });

  it('asks again no sooner than the API server wants', async () => {
    const { reflector, pausesMs } = await watching(
      (_, response) => response.writeHead(429, { 'retry-after': '30' }).end('{}'),
      state('10', service('a', '5')),
    );
    await reflector.synced;
    expect(pausesMs).toEqual([30_000]);
  });

  it('tries again when the first look fails, and is synced only then', async () => {
    const { reflector, until } = await watching(
      (_, response) => response.writeHead(503).end('{}'),
      state('10', service('a', '5')),
    );
    await reflector.synced;
    await until('a@5');
    expect(reflector.get({ namespace: 'team', name: 'a' })).toBeDefined();
  });

  it('lets others have their turn while it takes in a large state', async () => {
    const services = Array.from({ length: 120 }, (_, index) => service(`s-${index}`, '5'));
    const { reflector, told, others } = await watching(state('10', ...services));
    const turns: number[] = [];
    others.run = () => turns.push(told.length);
    await reflector.synced;
    // Twice while it arrives, and before every batch that is told.
    expect(turns).toEqual([0, 0, 0, 50, 100]);
    expect(reflector.all()).toHaveLength(120);
  });

  it('never lets managedFields into the cache', async () => {
    const noisy = {
      ...service('a', '5'),
      metadata: { ...service('a', '5').metadata, managedFields: [1] },
    };
    const { reflector } = await watching(state('10', noisy));
    await reflector.synced;
    expect(reflector.get({ namespace: 'team', name: 'a' })?.metadata).not.toHaveProperty(
      'managedFields',
    );
  });
});

describe('a handler that fails', () => {
  it('is told again, and nothing counts as seen before', async () => {
    const { reflector, until, told } = await watching(
      stateThen(state('10', service('a', '5')), (response) => {
        response.write(line('ADDED', service('b', '11')));
        response.write(line('ADDED', service('c', '12')));
      }),
      (_, response) => {
        response.write(line('ADDED', service('b', '11')));
        response.write(line('ADDED', service('c', '12')));
      },
    );
    let failures = 1;
    reflector.onChange(({ object }) => {
      if (object.metadata.name === 'b' && failures-- > 0) throw new Error('a bug');
    });
    await until('c@12');
    expect(told).toEqual(['a@5', 'b@11', 'b@11', 'c@12']);
    expect(names(reflector)).toEqual(['a', 'b', 'c']);
  });

  it('is told again of what a state shows to be gone', async () => {
    const { reflector, until, told } = await watching(
      stateThen(state('10', service('a', '5')), (response) =>
        response.end(line('ERROR', { code: 410 })),
      ),
      state('20', service('b', '15')),
      state('21', service('b', '15')),
    );
    let failures = 1;
    reflector.onChange(({ deleted }) => {
      if (deleted && failures-- > 0) throw new Error('a bug');
    });
    await until('b@15');
    expect(told).toEqual(['a@5', 'a@5', 'a@5', 'b@15']);
    expect(names(reflector)).toEqual(['b']);
  });
});
