import type { KubeObject } from '../../src/api/object.ts';
import { kindOf, objectPath } from '../../src/kube/kinds.ts';
import type { Kind } from '../../src/kube/port.ts';
import { eventually } from '../api-server.ts';
import type { Manifest } from '../manifests.ts';
import type { Upstream } from './proxy/upstream.ts';

/** Somebody with kubectl, past the proxy. Every method throws when the API server refuses. */
export class User {
  readonly #upstream: Upstream;
  readonly namespace: string;

  constructor(upstream: Upstream, namespace: string) {
    this.#upstream = upstream;
    this.namespace = namespace;
  }

  /** `kubectl apply --server-side`: what an earlier call stated and this one does not, goes. */
  async apply(...manifests: Manifest[]): Promise<void> {
    for (const manifest of manifests) {
      const path = this.#path(kindOf(manifest), manifest.metadata.name);
      await this.#ask(
        'PATCH',
        `${path}?fieldManager=user&force=true`,
        'application/apply-patch+yaml',
        manifest,
      );
    }
  }

  /** `kubectl scale`. */
  async scale(kind: Kind, name: string, replicas: number): Promise<void> {
    await this.merge(kind, name, { spec: { replicas } }, '/scale');
  }

  /** `kubectl patch --type=merge`. */
  async merge(kind: Kind, name: string, patch: object, subresource = ''): Promise<KubeObject> {
    const path = `${this.#path(kind, name)}${subresource}?fieldManager=somebody`;
    return this.#ask('PATCH', path, 'application/merge-patch+json', patch);
  }

  /** `kubectl patch --type=json`; undefined when the API server refuses. */
  async tryPatch(kind: Kind, name: string, operations: object[]): Promise<KubeObject | undefined> {
    const { status, body } = await this.#upstream.json({
      method: 'PATCH',
      path: `${this.#path(kind, name)}?fieldManager=somebody`,
      headers: { 'content-type': 'application/json-patch+json' },
      body: JSON.stringify(operations),
    });
    return status < 400 ? (body as KubeObject) : undefined;
  }

  /** `kubectl delete`, with `--cascade` as given. */
  async delete(
    kind: Kind,
    name: string,
    propagationPolicy: 'Background' | 'Foreground' | 'Orphan' = 'Background',
  ): Promise<void> {
    await this.#ask('DELETE', this.#path(kind, name), 'application/json', { propagationPolicy });
  }

  /** Waits for the end of an object. */
  async gone(kind: Kind, name: string): Promise<void> {
    await eventually(`the end of ${kind.kind} ${name}`, async () =>
      (await this.get(kind, name)) === undefined ? true : undefined,
    );
  }

  async get(kind: Kind, name: string): Promise<KubeObject | undefined> {
    const { status, body } = await this.#upstream.json({
      method: 'GET',
      path: this.#path(kind, name),
    });
    return status === 404 ? undefined : (body as KubeObject);
  }

  #path(kind: Kind, name: string): string {
    return objectPath(kind, this.namespace, name);
  }

  async #ask(
    method: 'PATCH' | 'DELETE' | 'POST',
    path: string,
    contentType: string,
    content: unknown,
  ): Promise<KubeObject> {
    const { status, body } = await this.#upstream.json({
      method,
      path,
      headers: { 'content-type': contentType },
      body: JSON.stringify(content),
    });
    if (status >= 400) throw new Error(`${method} ${path}: ${JSON.stringify(body)}`);
    return body as KubeObject;
  }
}
