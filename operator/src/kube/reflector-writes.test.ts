import { describe, expect, it } from '@jest/globals';
import { line, names, service, state, stateThen, watching } from '../../test/scripted-watch.ts';

describe('what a write returned', () => {
  it('is kept when it is newer than what is known', async () => {
    const { reflector } = await watching(state('10', service('a', '5')));
    await reflector.synced;
    reflector.remember(service('a', '19'));
    reflector.remember(service('a', '17'));
    expect(reflector.get({ namespace: 'team', name: 'a' })?.metadata.resourceVersion).toBe('19');
  });

  it('comes back as our own, with what was told before it', async () => {
    let send: (text: string) => void = () => undefined;
    const { reflector, until, changes } = await watching(
      stateThen(state('10', service('a', '5')), (response) => {
        send = (text) => response.write(text);
      }),
    );
    await reflector.synced;
    reflector.remember(service('a', '19'));
    send(line('MODIFIED', service('a', '19')));
    await until('a@19');
    send(line('MODIFIED', service('a', '20')));
    await until('a@20');
    expect(changes.map(({ own, previous }) => [own, previous?.metadata.resourceVersion])).toEqual([
      [false, undefined],
      [true, '5'],
      [false, '19'],
    ]);
  });

  it('is news when it comes with a state: others may have written before it', async () => {
    let cut: () => void = () => undefined;
    const { reflector, until, changes } = await watching(
      stateThen(state('10', service('a', '5')), (response) => {
        cut = () => response.end(line('ERROR', { code: 410 }));
      }),
      state('30', service('a', '19')),
    );
    await reflector.synced;
    reflector.remember(service('a', '19'));
    cut();
    await until('a@19');
    expect(changes.at(-1)).toMatchObject({ own: false, replayed: true });
  });

  it('never brings back an object that the watch has told to be gone', async () => {
    const { reflector, until } = await watching(
      stateThen(state('10', service('a', '5')), (response) => {
        response.write(line('DELETED', service('a', '12')));
      }),
    );
    await until('a@12');
    reflector.remember(service('a', '11'));
    expect(reflector.all()).toEqual([]);
  });

  it('never brings back an object that the state shows to be gone, even while it is taken in', async () => {
    const { reflector, others } = await watching(state('10', service('a', '5')));
    others.run = () => {
      reflector.remember(service('b', '9'));
      reflector.remember(service('c', '11'));
    };
    await reflector.synced;
    expect(names(reflector).sort()).toEqual(['a', 'c']);
  });

  it('is not undone by older events that arrive later, not even by the end of a namesake', async () => {
    let send: (text: string) => void = () => undefined;
    const { reflector, until } = await watching(
      stateThen(state('10', service('a', '5')), (response) => {
        send = (text) => response.write(text);
      }),
    );
    await reflector.synced;
    reflector.remember({
      ...service('a', '20'),
      metadata: { ...service('a', '20').metadata, uid: 'new' },
    });
    send(line('MODIFIED', service('a', '15')));
    send(line('DELETED', service('a', '16')));
    await until('a@16');
    expect(reflector.get({ namespace: 'team', name: 'a' })?.metadata.uid).toBe('new');
  });
});
