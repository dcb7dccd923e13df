import { BlockList, isIP } from 'node:net';

/** Addresses that begin with the same bits (CIDR). */
export interface AddressRange {
  first: string;
  /** How many bits are the same; 0: all addresses of the family. */
  bits: number;
  family: 'ipv4' | 'ipv6';
  /** Whether another range lies in this one and is smaller. */
  contains(other: AddressRange): boolean;
}

/** The range that a text says, for example 10.0.0.0/8; undefined when it says none. */
export function rangeOf(text: unknown): AddressRange | undefined {
  const [, first = '', length = ''] = /^([^/]+)\/(\d{1,3})$/.exec(String(text)) ?? [];
  const version = isIP(first);
  const bits = Number(length);
  if (version === 0 || bits > (version === 4 ? 32 : 128)) return undefined;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(first, bits, family);
  return {
    first,
    bits,
    family,
    contains: (other) => other.bits > bits && list.check(other.first, other.family),
  };
}
