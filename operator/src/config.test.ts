import { describe, expect, it } from '@jest/globals';
import { operatorConfig } from './config.ts';
import { podsOf } from './resources/network-rule.ts';

describe("the operator's configuration", () => {
  it('has defaults for everything but the image of servers', () => {
    expect(operatorConfig({ RUNTIME_IMAGE: 'r:1', POD_NAME: 'operator-1' })).toEqual({
      config: {
        settings: {
          runtimeImage: 'r:1',
          clusterDomain: 'cluster.local',
          allowedAnnotationPrefixes: ['cert-manager.io/', 'external-dns.alpha.kubernetes.io/'],
          network: {
            operator: [],
            monitoring: [],
            ingressControllers: [],
            dns: { peers: [podsOf('kube-system', { 'k8s-app': 'kube-dns' })], ports: [53] },
            clusterRanges: [],
          },
        },
        logLevel: 'info',
        opsPort: 8080,
        identity: 'operator-1',
        maxConcurrentRollouts: 5,
        annotatesPods: true,
      },
    });
  });

  it('may work in one namespace, and elect a leader in another', () => {
    const env = { RUNTIME_IMAGE: 'r:1', WATCH_NAMESPACE: 'team', LEASE_NAMESPACE: 'system' };
    expect(operatorConfig(env)).toMatchObject({
      config: {
        watchNamespace: 'team',
        leaseNamespace: 'system',
        settings: { network: { visibleNamespace: 'team' } },
      },
    });
  });

  it("knows the cluster's network", () => {
    const peers = (namespace: string): string => JSON.stringify([podsOf(namespace)]);
    const env = {
      RUNTIME_IMAGE: 'r:1',
      NETWORK_OPERATOR: peers('operators'),
      NETWORK_MONITORING: peers('monitoring'),
      NETWORK_INGRESS_CONTROLLERS: peers('ingress'),
      NETWORK_DNS: peers('dns'),
      NETWORK_DNS_PORTS: '53, 5353',
      NETWORK_CLUSTER_RANGES: '203.0.113.0/24, 2001:db8::/32',
    };
    expect(operatorConfig(env)).toMatchObject({
      config: {
        settings: {
          network: {
            operator: [podsOf('operators')],
            monitoring: [podsOf('monitoring')],
            ingressControllers: [podsOf('ingress')],
            dns: { peers: [podsOf('dns')], ports: [53, 5353] },
            clusterRanges: ['203.0.113.0/24', '2001:db8::/32'],
          },
        },
      },
    });
  });

  it('lists everything that is wrong with it at once', () => {
    const env = {
      CLUSTER_DOMAIN: 'a b',
      LOG_LEVEL: 'loud',
      OPS_PORT: '0',
      WATCH_NAMESPACE: 'a,b',
      LEASE_NAMESPACE: 'A',
      MAX_CONCURRENT_ROLLOUTS: '0.5',
      ANNOTATE_PODS: 'yes',
      NETWORK_DNS_PORTS: '',
      NETWORK_CLUSTER_RANGES: '10.0.0.0/8,0.0.0.0/0',
      NETWORK_MONITORING: '[{}]',
    };
    expect(operatorConfig(env)).toEqual({
      errors: [
        'RUNTIME_IMAGE is missing; set it to the image that servers run',
        'CLUSTER_DOMAIN "a b" is no DNS name; use for example cluster.local',
        'LOG_LEVEL "loud" is unknown; use error, warn, info, debug',
        'OPS_PORT "0" is no port; use a number from 1 to 65535',
        'WATCH_NAMESPACE "a,b" is no namespace; use the name of one, or leave it empty',
        'LEASE_NAMESPACE "A" is no namespace; use the name of one, or leave it empty',
        'MAX_CONCURRENT_ROLLOUTS "0.5" is no number of servers; use 1 or more',
        'ANNOTATE_PODS "yes" is neither true nor false',
        'NETWORK_DNS_PORTS holds what is no port; use for example 53, or 53,5353',
        'NETWORK_CLUSTER_RANGES "10.0.0.0/8,0.0.0.0/0" holds what is no range; use for example 203.0.113.0/24,2001:db8::/32',
        'NETWORK_MONITORING[0] needs namespaceSelector, with podSelector or without, or ipBlock alone',
      ],
    });
  });
});
