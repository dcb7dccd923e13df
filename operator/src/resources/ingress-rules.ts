import { HTTP_PORT } from '../../../runtime/src/contract/layout.ts';
import type { Inputs } from './inputs.ts';
import { ruleFor, tcp } from './network-rule.ts';
import type { NetworkRule } from './network-rule.ts';

/** Who may reach the pods: callers on the A2A port, operator and monitoring on the metrics port. */
export function ingressRules({
  server,
  settings,
}: Pick<Inputs, 'server' | 'settings'>): NetworkRule[] {
  const { networkPolicy, metrics } = server.spec;
  const { operator, monitoring } = settings.network;
  return [
    ...ruleFor(networkPolicy.from ?? [], {
      ports: [tcp(HTTP_PORT)],
      reason: `spec.networkPolicy.from, port ${HTTP_PORT}`,
    }),
    ...ingressControllerRule({ server, settings }),
    ...ruleFor(operator, {
      ports: [tcp(metrics.port)],
      reason: `the operator, which asks pods for their status, port ${metrics.port}`,
    }),
    ...ruleFor(metrics.enabled ? monitoring : [], {
      ports: [tcp(metrics.port)],
      reason: `monitoring, by the operator's configuration, port ${metrics.port}`,
    }),
  ];
}

/**
 * Whether an Ingress is in use and nobody has said who its controllers are: they may be anybody, and an Ingress
 * that is asked for has to lead somewhere.
 */
export function isOpenToAll({ server, settings }: Pick<Inputs, 'server' | 'settings'>): boolean {
  return server.spec.ingress.enabled && settings.network.ingressControllers.length === 0;
}

function ingressControllerRule(inputs: Pick<Inputs, 'server' | 'settings'>): NetworkRule[] {
  if (!inputs.server.spec.ingress.enabled) return [];
  const ports = [tcp(HTTP_PORT)];
  if (isOpenToAll(inputs)) {
    const reason = `spec.ingress -> every namespace, because the operator's configuration names no ingress controllers, port ${HTTP_PORT}`;
    return ruleFor([{ namespaceSelector: {} }], { ports, reason });
  }
  return ruleFor(inputs.settings.network.ingressControllers, {
    ports,
    reason: `spec.ingress -> ingress controllers of the operator's configuration, port ${HTTP_PORT}`,
  });
}
