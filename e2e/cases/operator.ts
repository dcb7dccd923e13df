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
  /** Name of the pod that holds the Lease; empty when none does. */
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
    async leader() {
      const holder = ['-o', 'jsonpath={.spec.holderIdentity}', '--ignore-not-found'];
      const identity = await kubectl('get', 'lease', 'a2a-operator', ...holder);
      // The identity begins with the pod's name; a restarted container may have another end of it.
      const names = (await kubectl('get', 'pods', '-l', LABEL, '-o', 'name')).split('\n');
      const pods = names.map((one) => one.replace('pod/', '')).filter((one) => one !== '');
      return pods.find((one) => identity.startsWith(one)) ?? '';
    },
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

const LABEL = 'app.kubernetes.io/component=controller';
