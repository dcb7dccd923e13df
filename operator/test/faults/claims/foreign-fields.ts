import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../../src/api/object.ts';
import { kindOf } from '../../../src/kube/kinds.ts';
import { FIELD_MANAGER } from '../../../src/names.ts';
import { eventually } from '../../api-server.ts';
import { WHOLE } from '../whole.ts';
import { foreignEdits, pointer, valueAt } from '../foreign-edits.ts';
import type { FieldPath, ForeignEdit } from '../foreign-edits.ts';
import type { LiveObject } from '../state.ts';
import type { World } from '../world.ts';

/** Fields that stay as somebody made them, or that nobody can make otherwise. */
const LEFT_OUT: readonly { field: RegExp; reason: string }[] = [
  { field: /^\/(apiVersion|kind|metadata\/(name|namespace))$/, reason: 'they identify the object' },
  { field: /^\/metadata\/ownerReferences/, reason: 'whose an object is has a claim of its own' },
  { field: /^Secret .*\/data\//, reason: 'the operator never reads the values of Secrets' },
  { field: /^Secret .*\/type$/, reason: 'immutable' },
  { field: /^ConfigMap demo-config-\S+ \/(data|immutable)/, reason: 'the settings are immutable' },
  { field: /^Deployment .*\/spec\/selector/, reason: 'immutable' },
  {
    field: /^Deployment .*\/spec\/template\/metadata\/labels\/app.kubernetes.io~1(name|instance)$/,
    reason: 'the selector has to match them',
  },
  {
    field: /^Deployment .*\/spec\/strategy\/type$/,
    reason: 'the other strategy allows no rollingUpdate beside it',
  },
  {
    field: /^Deployment .*\/spec\/template\/spec\/volumes\/\d+\/name$/,
    reason: 'a mount would have no volume',
  },
  {
    field: /^Service demo-metrics \/spec\/(clusterIP|type)$/,
    reason: 'a headless Service can neither get an address nor be of another type',
  },
];

/** Of a Deployment's hundred fields, `make test` edits every ninth. */
const SAMPLED_OF_DEPLOYMENT = 9;

/** Edits every field that the operator owns in an object, one after the other, and waits for each repair. */
export async function everyFieldIsRestored(world: World, object: LiveObject): Promise<void> {
  const identity = `${object.kind} ${object.metadata.name}`;
  const isLeftOut = ({ path }: ForeignEdit): boolean =>
    LEFT_OUT.some(({ field }) =>
      [pointer(path), `${identity} ${pointer(path)}`].some((text) => field.test(text)),
    );
  const every = object.kind === 'Deployment' && !WHOLE ? SAMPLED_OF_DEPLOYMENT : 1;
  const edits = foreignEdits(object, FIELD_MANAGER)
    .filter((edit) => !isLeftOut(edit))
    .filter((_, index) => index % every === 0);
  if (edits.length === 0) throw new Error(`${identity} has no field of ours`);
  const unchanged: string[] = [];
  for (const edit of edits) {
    if (!(await changed(world, object, edit))) unchanged.push(pointer(edit.path));
    else await restored(world, object, edit.path);
  }
  if (unchanged.length > 0) {
    throw new Error(`no other value was accepted for ${unchanged.join(', ')}; say why in LEFT_OUT`);
  }
}

/** Puts the first value into the field that the API server takes; false when it takes none. */
async function changed(
  { user }: World,
  object: LiveObject,
  { path, values }: ForeignEdit,
): Promise<boolean> {
  const { name } = object.metadata;
  const before = valueAt(object, path);
  for (const value of values) {
    const operation = { op: 'replace', path: pointer(path), value };
    const stored = await user.tryPatch(kindOf(object), name, [operation]);
    if (stored !== undefined && !isDeepStrictEqual(valueAt(stored, path), before)) return true;
  }
  return false;
}

/** Waits for the field to be as it was, and takes away what server-side apply leaves of somebody's items. */
async function restored({ user }: World, object: LiveObject, path: FieldPath): Promise<void> {
  const kind = kindOf(object);
  const { name } = object.metadata;
  const what = `${object.kind} ${name} ${pointer(path)} being restored`;
  const live = (await eventually(what, async () => {
    const found = await user.get(kind, name);
    return found !== undefined && contains(found, lastingOf(object)) ? found : undefined;
  })) as LiveObject;
  if (object.spec === undefined || isDeepStrictEqual(live.spec, object.spec)) return;
  await user.tryPatch(kind, name, [{ op: 'replace', path: '/spec', value: object.spec }]);
}

function lastingOf({ metadata, spec, data }: LiveObject): object {
  const { labels, annotations, ownerReferences } = metadata;
  const kept = { ...annotations };
  delete kept['deployment.kubernetes.io/revision'];
  return { metadata: { labels, annotations: kept, ownerReferences }, spec, data };
}

/** Whether everything of `part` is in `whole`; lists may have more items than wanted, anywhere. */
function contains(whole: unknown, part: unknown): boolean {
  if (part === undefined) return true;
  if (Array.isArray(part)) {
    return Array.isArray(whole) && part.every((item) => whole.some((one) => contains(one, item)));
  }
  if (typeof part !== 'object' || part === null) return whole === part;
  if (typeof whole !== 'object' || whole === null) return false;
  return Object.entries(part).every(([name, value]) =>
    contains((whole as Record<string, unknown>)[name], value),
  );
}

/** The objects of the world that a server controls. */
export function childrenOf(objects: readonly LiveObject[], server = 'demo'): LiveObject[] {
  return objects.filter(({ metadata }) => isControlledBy(metadata, server));
}

function isControlledBy({ ownerReferences = [] }: KubeObject['metadata'], server: string): boolean {
  return ownerReferences.some(({ kind, name }) => kind === 'A2AServer' && name === server);
}
