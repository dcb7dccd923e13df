import type { NetworkPeer } from './network-rule.ts';

/** This host, loopback, private (RFC 1918), carrier-grade NAT (RFC 6598), link-local, multicast. */
const NOT_PUBLIC_IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '224.0.0.0/4',
];

/** Loopback, unique local (RFC 4193), link-local, multicast. */
const NOT_PUBLIC_IPV6 = ['::1/128', 'fc00::/7', 'fe80::/10', 'ff00::/8'];

/**
 * Every address of the internet, where hosts are that only their names tell. A cluster whose pods, nodes
 * or Services have public addresses says so by its ranges, and those are left out as well.
 */
export function publicAddresses(clusterRanges: readonly string[]): [NetworkPeer, NetworkPeer] {
  const isIpv6 = (range: string): boolean => range.includes(':');
  const ipv4 = clusterRanges.filter((range) => !isIpv6(range));
  const ipv6 = clusterRanges.filter(isIpv6);
  return [
    { ipBlock: { cidr: '0.0.0.0/0', except: [...new Set([...NOT_PUBLIC_IPV4, ...ipv4])] } },
    { ipBlock: { cidr: '::/0', except: [...new Set([...NOT_PUBLIC_IPV6, ...ipv6])] } },
  ];
}
