import { describe, expect, it } from '@jest/globals';
import { addresses } from './addresses.ts';
import { podNetworkConfig } from './cni.ts';
import { containerdConfig } from './containerd.ts';
import { apiServerArguments, controllerManagerArguments, etcdArguments } from './control-plane.ts';
import { dockerdConfig } from './docker.ts';
import { kubeProxyArguments } from './kube-proxy.ts';
import { kubeletConfig } from './kubelet.ts';

const plane = {
  group: { records: '/t/records', logs: '/t/logs' },
  certificates: '/t/certificates',
  etcdData: '/t/etcd',
  etcdClientPort: 1,
  etcdPeerPort: 2,
  apiServerIp: '127.0.0.1',
  apiServerPort: 3,
  apiServerFlags: ['--v=2'],
};

describe('the control plane', () => {
  it('keeps etcd on loopback', () => {
    const urls = etcdArguments(plane).filter((each) => each.includes('http'));
    expect(urls).toHaveLength(5);
    for (const url of urls) expect(url).toContain('http://127.0.0.1:');
  });

  it('enforces what a production API server does', () => {
    expect(apiServerArguments(plane)).toEqual(
      expect.arrayContaining([
        '--authorization-mode=Node,RBAC',
        '--enable-admission-plugins=NodeRestriction',
        '--etcd-servers=http://127.0.0.1:1',
        '--kubelet-preferred-address-types=InternalIP',
        '--secure-port=3',
        '--v=2',
      ]),
    );
  });

  it('lets several controller-managers run on one machine', () => {
    const flags = controllerManagerArguments({
      certificates: '/t',
      kubeconfig: '/t/k',
      port: 9,
      pluginFolder: '/t/plugins',
    });
    expect(flags).toEqual(expect.arrayContaining(['--secure-port=9', '--leader-elect=false']));
  });
});

describe('the container runtimes', () => {
  const config = containerdConfig({
    root: '/state/containerd',
    run: '/run/ours',
    socket: '/run/ours/containerd/containerd.sock',
    cniConfiguration: '/state/cni',
  });

  it('run sandboxes without CAP_SYS_RESOURCE', () => {
    expect(config).toContain('restrict_oom_score_adj = true');
  });

  it("stay away from the system's containerd", () => {
    const systemPaths = config.match(/"\/(run|var\/lib)\/containerd[^"]*"/g);
    expect(systemPaths).toBeNull();
  });

  it('leave the firewall and the forwarding setting alone', () => {
    expect(dockerdConfig()).toMatchObject({ iptables: false, 'ip-forward': false });
  });
});

describe('the node', () => {
  it('runs on cgroup v1, keeps images that cannot be pulled again, and hides from the network', () => {
    expect(kubeletConfig('/etc/resolv.conf')).toMatchObject({
      cgroupDriver: 'cgroupfs',
      address: addresses.nodeIp,
      imageGCHighThresholdPercent: 100,
      clusterDNS: [addresses.dnsServiceIp],
      resolvConf: '/etc/resolv.conf',
    });
  });

  it("does not touch the machine's connection tracking", () => {
    expect(kubeProxyArguments('/k')).toEqual(
      expect.arrayContaining(['--conntrack-max-per-core=0', '--proxy-mode=iptables']),
    );
  });

  it('gives pods addresses of the range that policies are enforced for, and host ports', () => {
    const config = JSON.stringify(podNetworkConfig('/run/ours/pod-addresses'));
    expect(config).toContain(`"subnet":"${addresses.podCidr}"`);
    expect(config).toContain('"type":"portmap"');
  });
});
