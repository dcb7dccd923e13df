import { isIPv4 } from 'node:net';

/** An IPv4 block; `base` is the unsigned 32-bit number of its first address. */
export interface Cidr {
  readonly base: number;
  readonly bits: number;
}

/**
 * Reads `a.b.c.d/n` or a single address; host bits are cleared. Anything else, IPv6 included, is
 * undefined: the cluster is IPv4 only, so such a block matches none of its traffic.
 */
export function parseCidr(text: string): Cidr | undefined {
  const [address = '', suffix = '32'] = text.split('/');
  const bits = Number(suffix);
  if (!isIPv4(address) || !/^\d+$/.test(suffix) || bits > 32) return undefined;
  const number = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return { base: number - (number % sizeOf(bits)), bits };
}

/** The inverse of parseCidr; a single address carries its `/32` too, so that texts compare. */
export function formatCidr({ base, bits }: Cidr): string {
  const octets = [24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256);
  return `${octets.join('.')}/${bits}`;
}

/** Whether every address of `inner` lies in `outer`. */
export function contains(outer: Cidr, inner: Cidr): boolean {
  return (
    outer.bits <= inner.bits &&
    inner.base >= outer.base &&
    inner.base < outer.base + sizeOf(outer.bits)
  );
}

/**
 * The blocks that make up `block` without the `excluded` ones. Writing an ipBlock with `except` as
 * plain blocks keeps the union of several peers a union: an exception of one must not cut another.
 */
export function subtract(block: Cidr, excluded: readonly Cidr[]): Cidr[] {
  if (excluded.some((hole) => contains(hole, block))) return [];
  const inside = excluded.filter((hole) => contains(block, hole));
  if (inside.length === 0) return [block];
  const bits = block.bits + 1;
  const halves = [
    { base: block.base, bits },
    { base: block.base + sizeOf(bits), bits },
  ];
  return halves.flatMap((half) => subtract(half, inside));
}

function sizeOf(bits: number): number {
  return 2 ** (32 - bits);
}
