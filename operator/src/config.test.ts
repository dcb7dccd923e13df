import { describe, expect, it } from '@jest/globals';
import { operatorConfig } from './config.ts';

describe("the operator's configuration", () => {
  it('has defaults for everything but the image of servers', () => {
    expect(operatorConfig({ RUNTIME_IMAGE: 'r:1' })).toEqual({
      config: {
        settings: {
          runtimeImage: 'r:1',
          clusterDomain: 'cluster.local',
          allowedAnnotationPrefixes: ['cert-manager.io/', 'external-dns.alpha.kubernetes.io/'],
        },
        logLevel: 'info',
        opsPort: 8080,
      },
    });
  });

  it('lists everything that is wrong with it at once', () => {
    const env = { CLUSTER_DOMAIN: 'a b', LOG_LEVEL: 'loud', OPS_PORT: '0' };
    expect(operatorConfig(env)).toEqual({
      errors: [
        'RUNTIME_IMAGE is missing; set it to the image that servers run',
        'CLUSTER_DOMAIN "a b" is no DNS name; use for example cluster.local',
        'LOG_LEVEL "loud" is unknown; use error, warn, info, debug',
        'OPS_PORT "0" is no port; use a number from 1 to 65535',
      ],
    });
  });
});
