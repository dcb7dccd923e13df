import { RELEASE_NAMESPACE } from './chart.ts';
import type { ChartObject } from './chart.ts';

/** The operator's Deployment, as far as tests look at it. */
export interface Deployment extends ChartObject {
  spec: {
    selector: { matchLabels: Record<string, string> };
    template: { metadata: { labels: Record<string, string> }; spec: PodSpec };
  };
}
interface PodSpec {
  serviceAccountName: string;
  containers: [
    { ports: [{ name: string }]; env: { name: string; value?: string; valueFrom?: object }[] },
  ];
}

/** The account that the chart makes for the operator. */
export const ACCOUNT = {
  kind: 'ServiceAccount',
  name: 'a2a-operator',
  namespace: RELEASE_NAMESPACE,
};

/** An object that has to be among those that were rendered. */
export function named(kind: string, name: string, objects: readonly ChartObject[]): ChartObject {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (found === undefined) throw new Error(`${kind} ${name} was not rendered`);
  return found;
}

export function deploymentIn(objects: readonly ChartObject[]): Deployment {
  return named('Deployment', 'a2a-operator', objects) as Deployment;
}

/** Environment variables of the operator; those from fields as `field:<path>`. */
export function environment(objects: readonly ChartObject[]): Record<string, string> {
  const { env } = deploymentIn(objects).spec.template.spec.containers[0];
  return Object.fromEntries(
    env.map(({ name, value, valueFrom }) => {
      const path = (valueFrom as { fieldRef: { fieldPath: string } } | undefined)?.fieldRef;
      return [name, value ?? `field:${path?.fieldPath ?? ''}`];
    }),
  );
}
