import type { KubeObject } from '../api/object.ts';
import { agentsConfigMaps } from './agents-config-map.ts';
import { apiKeySecret } from './api-key-secret.ts';
import { deployment } from './deployment.ts';
import { ingress } from './ingress.ts';
import type { Inputs } from './inputs.ts';
import { networkPolicy } from './network-policy.ts';
import { podDisruptionBudget } from './pod-disruption-budget.ts';
import { runtimeConfigMap } from './runtime-config-map.ts';
import { withAppliedHash } from './server-object.ts';
import { serviceAccount } from './service-account.ts';
import { metricsService, service } from './service.ts';

/** Everything a server owns, in the order in which it is applied: what pods need comes before them. */
export function desiredState(inputs: Inputs): KubeObject[] {
  return [
    serviceAccount(inputs),
    apiKeySecret(inputs),
    ...agentsConfigMaps(inputs),
    runtimeConfigMap(inputs),
    service(inputs),
    metricsService(inputs),
    podDisruptionBudget(inputs),
    networkPolicy(inputs),
    deployment(inputs),
    ingress(inputs),
  ]
    .filter((object) => object !== undefined)
    .map(withAppliedHash);
}
