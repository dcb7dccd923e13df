import { describe, expect, it } from '@jest/globals';
import { KubeConfig } from '@kubernetes/client-node';
import { kubeconfig } from './kubeconfig.ts';

describe('kubeconfig', () => {
  it('is understood by a client and refers to no file', () => {
    const config = new KubeConfig();
    config.loadFromString(
      kubeconfig({
        server: 'https://10.245.1.1:6443',
        user: 'admin',
        authority: 'ca',
        certificate: 'cert',
        key: 'key',
      }),
    );
    expect(config.getCurrentCluster()).toMatchObject({
      server: 'https://10.245.1.1:6443',
      caData: Buffer.from('ca').toString('base64'),
    });
    expect(config.getCurrentUser()).toMatchObject({
      name: 'admin',
      certData: Buffer.from('cert').toString('base64'),
      keyData: Buffer.from('key').toString('base64'),
    });
  });
});
