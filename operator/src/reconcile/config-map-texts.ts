import type { ConfigMapText } from '../../../runtime/src/contract/references.ts';
import type { AgentDefinition } from '../api/agentdefinition.ts';
import { keyOf } from '../api/object.ts';
import type { KubeObject, ObjectRef } from '../api/object.ts';
import type { Cache, Kube } from '../kube/port.ts';
import type { ConfigMap } from './caches.ts';

/** What agents refer to, as it is now. */
export interface Texts {
  textOf: ConfigMapText;
  /** Changes whenever a text may have changed. */
  versions: readonly string[];
}

/** A ConfigMap at one version, without what nobody reads. */
interface Read {
  ref: ObjectRef;
  uid: string;
  resourceVersion: string;
  data: Record<string, string>;
}

/**
 * Texts of users' ConfigMaps. Only their metadata is watched, because a cluster's ConfigMaps may be
 * large and nearly all of them are none of our business; a referenced one is read once a version.
 */
export class ConfigMapTexts {
  readonly #metadata: Cache<KubeObject>;
  readonly #kube: Pick<Kube, 'get'>;
  /** Texts as they were read, by key of their ConfigMap. */
  readonly #read = new Map<string, Read>();

  constructor(metadata: Cache<KubeObject>, kube: Pick<Kube, 'get'>) {
    this.#metadata = metadata;
    this.#kube = kube;
  }

  /** Reads what the agents refer to. Rejects when the API server does not answer. */
  async of(namespace: string, agents: readonly AgentDefinition[]): Promise<Texts> {
    const names = new Set(agents.flatMap((agent) => referencedConfigMap(agent) ?? []));
    const texts = new Map<string, Record<string, string>>();
    const versions: string[] = [];
    for (const name of names) {
      const found = await this.#current(namespace, name);
      if (found === undefined) continue;
      texts.set(name, found.data);
      versions.push(`${found.uid}@${found.resourceVersion}`);
    }
    return { textOf: ({ name, key }) => ownText(texts.get(name), key), versions };
  }

  async #current(namespace: string, name: string): Promise<Read | undefined> {
    const ref = { namespace, name };
    const seen = this.#metadata.get(ref);
    if (seen === undefined) return undefined;
    const known = this.#read.get(keyOf(ref));
    if (known?.resourceVersion === seen.metadata.resourceVersion) return known;
    const live = (await this.#kube.get(this.#metadata.kind, ref)) as ConfigMap | undefined;
    this.#forgetGone();
    if (live === undefined) return undefined;
    const { uid = '', resourceVersion = '' } = live.metadata;
    const read = { ref, uid, resourceVersion, data: live.data ?? {} };
    this.#read.set(keyOf(ref), read);
    return read;
  }

  /** Names that change with every text are never asked for again. */
  #forgetGone(): void {
    for (const [key, { ref }] of this.#read) {
      if (this.#metadata.get(ref) === undefined) this.#read.delete(key);
    }
  }
}

/** Users choose the key: `toString` must not be found in every ConfigMap. */
function ownText(data: Readonly<Record<string, string>> = {}, key: string): string | undefined {
  return Object.hasOwn(data, key) ? data[key] : undefined;
}

/** Name of the ConfigMap that an agent's instructions come from, if they do. */
export function referencedConfigMap({ spec }: AgentDefinition): string | undefined {
  return spec.instructions?.configMapKeyRef?.name;
}
