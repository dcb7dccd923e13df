import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { versionOf } from '../api/object.ts';
import type { KubeObject } from '../api/object.ts';
import { Store } from './store.ts';

const object = (
  name: string,
  version: number,
  labels: string[] = [],
  namespace = 'team',
): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name,
    namespace,
    resourceVersion: String(version),
    labels: Object.fromEntries(labels.map((label) => [label, ''])),
  },
});
const labelsOf = ({ metadata }: KubeObject): string[] => Object.keys(metadata.labels ?? {});
const aStore = (): Store<KubeObject> => new Store({ label: labelsOf });

describe('the store', () => {
  it('finds objects by key, namespace and index', () => {
    const store = aStore();
    const a = object('a', 1, ['x', 'y']);
    const b = object('b', 2, ['y']);
    const other = object('a', 3, ['x'], 'other');
    for (const each of [a, b, other]) store.put(each);
    expect(store.get('team/a')).toBe(a);
    expect(store.list('team')).toEqual([a, b]);
    expect(store.by('label', 'x')).toEqual([a, other]);
    expect(store.by('label', 'z')).toEqual([]);
    expect(store.all()).toEqual([a, b, other]);
  });

  it('has no index that was not asked for', () => {
    expect(() => aStore().by('colour', 'red')).toThrow('"colour"');
  });

  it('compares versions as numbers, however long they are', () => {
    const store = aStore();
    store.put(object('a', 9));
    store.put(object('a', 10));
    expect(store.get('team/a')?.metadata.resourceVersion).toBe('10');
    const long = { metadata: { resourceVersion: '18446744073709551615' } };
    expect(versionOf(long)).toBe(18446744073709551615n);
    expect(versionOf({ metadata: {} })).toBe(0n);
  });

  it('gives out lists that nobody spoils for others', () => {
    const store = aStore();
    store.put(object('a', 1));
    (store.list('team') as KubeObject[]).pop();
    store.all().pop();
    expect(store.list('team')).toHaveLength(1);
    expect(store.all()).toHaveLength(1);
  });
});

const names = ['a', 'b', 'c'];
const labels = ['x', 'y', 'z'];
const namespaces = ['team', 'other'];
const anObject = fc
  .record({
    name: fc.constantFrom(...names),
    version: fc.integer({ min: 1, max: 12 }),
    labels: fc.subarray(labels),
    namespace: fc.constantFrom(...namespaces),
  })
  .map(({ name, version, labels: of, namespace }) => object(name, version, of, namespace));
const step = fc.record({ do: fc.constantFrom('put', 'delete'), object: anObject });

/** The store in the simplest words: a list that is looked through every time. */
class Model {
  objects: KubeObject[] = [];

  put(next: KubeObject): void {
    const known = this.#same(next);
    if (known !== undefined && version(known) > version(next)) return;
    this.objects = [...this.objects.filter((each) => each !== known), next];
  }

  delete(gone: KubeObject): void {
    const known = this.#same(gone);
    if (known === undefined || version(known) > version(gone)) return;
    this.objects = this.objects.filter((each) => each !== known);
  }

  #same({ metadata: { name, namespace } }: KubeObject): KubeObject | undefined {
    return this.objects.find(
      ({ metadata }) => metadata.name === name && metadata.namespace === namespace,
    );
  }
}

const version = ({ metadata }: KubeObject): number => Number(metadata.resourceVersion);
const sorted = (objects: readonly KubeObject[]): KubeObject[] =>
  objects.toSorted((a, b) => (keyed(a) < keyed(b) ? -1 : 1));
const keyed = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;

describe('the store, whatever is put and deleted in whatever order', () => {
  it('holds what a plain list would, in every index', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const store = aStore();
        const model = new Model();
        for (const { do: deed, object: one } of steps) {
          store[deed](one);
          model[deed](one);
          expect(sorted(store.all())).toEqual(sorted(model.objects));
          for (const each of model.objects) expect(store.get(keyed(each))).toBe(each);
          for (const namespace of namespaces) {
            const there = model.objects.filter(({ metadata }) => metadata.namespace === namespace);
            expect(sorted(store.list(namespace))).toEqual(sorted(there));
          }
          for (const label of labels) {
            const labelled = model.objects.filter((each) => labelsOf(each).includes(label));
            expect(sorted(store.by('label', label))).toEqual(sorted(labelled));
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
