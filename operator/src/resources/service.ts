import type { V1Service } from '@kubernetes/client-node';
import { childNames, labels, selectorLabels } from '../names.ts';
import type { Inputs } from './inputs.ts';
import type { Manifest } from './manifest.ts';
import { ownedMeta } from './server-object.ts';

/** What callers and Ingresses reach. It has no metrics port, so that an Ingress user never gets there. */
export function service({ server }: Inputs): Manifest<V1Service> {
  const { name } = server.metadata;
  const { type, port, annotations, appProtocol } = server.spec.service;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: ownedMeta(server, childNames.service(name), annotations),
    spec: {
      type,
      selector: selectorLabels(name),
      ports: [
        {
          name: 'http',
          port,
          targetPort: 'http',
          protocol: 'TCP',
          ...(appProtocol !== undefined && { appProtocol }),
        },
      ],
    },
  };
}

/** Headless, for Prometheus: every pod's metrics by its own address. */
export function metricsService({ server }: Inputs): Manifest<V1Service> {
  const { name } = server.metadata;
  const metadata = ownedMeta(server, childNames.metricsService(name));
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      ...metadata,
      labels: { ...labels(name), 'app.kubernetes.io/component': 'metrics' },
    },
    spec: {
      type: 'ClusterIP',
      clusterIP: 'None',
      publishNotReadyAddresses: true,
      selector: selectorLabels(name),
      ports: [
        {
          name: 'metrics',
          port: server.spec.metrics.port,
          targetPort: 'metrics',
          protocol: 'TCP',
        },
      ],
    },
  };
}
