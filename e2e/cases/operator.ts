import { auditedAccount } from '../cluster/audit/policy.ts';
import type { ClusterAccess } from '../platform/access.ts';
import type { KubeObject, Pod } from './story.ts';

/** As many replicas as the chart installs. */
export const OPERATOR_REPLICAS = 2;

/** A pod of the operator. */
export type OperatorPod = KubeObject & Pod;

/** The operator's Deployment, as the cluster's administrator handles it. */
export interface Operator {
  namespace: string;
  /** kubectl in its namespace. */
  kubectl(...args: string[]): Promise<string>;
  /** Its pods that are not on their way out. */
  pods(): Promise<OperatorPod[]>;
  /** Who holds the Lease: a pod's name, `_`, and what tells one start of it from the next; or nothing. */
  leader(): Promise<string>;
  /** Scales to nothing; no pod is left when this ends. */
  stop(): Promise<void>;
  /** Scales to what the chart installs; all are ready when this ends. */
  start(): Promise<void>;
}

export function operatorOf(cluster: ClusterAccess): Operator {
  const { namespace, name } = auditedAccount;
  const deployment = `deployment/${name}`;
  const kubectl: Operator['kubectl'] = (...args) => cluster.kubectl('-n', namespace, ...args);
  return {
    namespace,
    kubectl,
    async pods() {
      const json = await kubectl('get', 'pods', '-l', LABEL, '-o', 'json');
      const { items } = JSON.parse(json) as { items: OperatorPod[] };
      return items.filter(({ metadata }) => !('deletionTimestamp' in metadata));
    },
    leader: () =>
      kubectl(
        ...['get', 'lease', 'a2a-operator', '--ignore-not-found'],
        ...['-o', 'jsonpath={.spec.holderIdentity}'],
      ),
    async stop() {
      await kubectl('scale', deployment, '--replicas=0');
      await kubectl('wait', '--for=delete', 'pod', '-l', LABEL, '--timeout=60s');
    },
    async start() {
      await kubectl('scale', deployment, `--replicas=${OPERATOR_REPLICAS}`);
      await kubectl('rollout', 'status', deployment, '--timeout=90s');
    },
  };
}

/** The pod of an identity in the Lease. */
export function podOf(identity: string): string {
  return identity.split('_', 1)[0] ?? '';
}

const LABEL = 'app.kubernetes.io/component=controller';
