import { createHash } from 'node:crypto';
import type { Allow, PolicedPod, PortRange } from './rules.ts';

/** Every chain and set of the enforcer starts with this, and nothing else on the machine does. */
export const PREFIX = 'A2ANP-';

/**
 * The table is mangle although this is filtering. kube-proxy's chains in filter FORWARD accept
 * marked packets (every NodePort connection) and stand in front of whatever came before them, which
 * would let traffic past rules that stand behind. mangle sees the same packets after DNAT, an ACCEPT
 * elsewhere cannot bypass it, and nobody else on the node writes to it.
 */
export const TABLE = 'mangle';

const HOOKS = { FORWARD: `${PREFIX}FORWARD`, INPUT: `${PREFIX}INPUT` };
const EGRESS = `${PREFIX}EGRESS`;
const INGRESS = `${PREFIX}INGRESS`;
/** The kernel's limit of a comment, with its terminating zero. */
const COMMENT_LENGTH = 255;

/** Chains by name with their rules, and address sets by name with their CIDRs. */
export interface Program {
  readonly chains: ReadonlyMap<string, readonly string[]>;
  readonly sets: ReadonlyMap<string, readonly string[]>;
}

/** What of the enforcer a kernel holds, rules as `iptables-save` prints them. */
export interface Present {
  readonly chains: readonly string[];
  /** The rules of other chains that lead into ours. */
  readonly jumps: readonly string[];
  readonly rules: readonly string[];
}

/**
 * The program for a model. Chains and sets are named after a hash of their content: alike pods share
 * them, a set never changes while rules use it, and exchanging the chains in one transaction
 * exchanges everything at once.
 *
 * RETURN means "this direction agrees", so that the other direction, and after it the other tables,
 * are still asked; DROP is final.
 */
export function programOf(pods: readonly PolicedPod[]): Program {
  const chains = new Map<string, readonly string[]>();
  const sets = new Map<string, readonly string[]>();
  // A policy takes effect on new connections; what was agreed before, and every reply, goes on.
  const established = '-m conntrack --ctstate RELATED,ESTABLISHED -j RETURN';
  chains.set(HOOKS.FORWARD, [established, `-j ${EGRESS}`, `-j ${INGRESS}`]);
  chains.set(HOOKS.INPUT, [established, `-j ${EGRESS}`]);
  const dispatch = (direction: Direction): string[] =>
    pods.flatMap((pod) => dispatchRules(pod, direction, { chains, sets }));
  chains.set(EGRESS, dispatch(OUTGOING));
  chains.set(INGRESS, dispatch(INCOMING));
  return { chains, sets };
}

/** How many rules a program has, for the log. */
export function ruleCount({ chains }: Program): number {
  return [...chains.values()].reduce((sum, rules) => sum + rules.length, 0);
}

/** Input of `ipset restore -exist` that creates the named sets of a program. */
export function setsText(program: Program, names: readonly string[]): string {
  const lines = names.flatMap((name) => [
    `create ${name} hash:net family inet`,
    ...(program.sets.get(name) ?? []).map((cidr) => `add ${name} ${cidr}`),
  ]);
  return lines.map((line) => `${line}\n`).join('');
}

/**
 * Input of `iptables-restore --noflush` that replaces whatever of the enforcer is present, leftovers
 * of a crashed process included, by the program: one transaction.
 */
export function installText({ chains }: Program, present: Present): string {
  const stale = present.chains.filter((name) => !chains.has(name));
  const jumps = jumpRules();
  const jumpsRight =
    present.jumps.length === jumps.length && jumps.every((rule) => present.jumps.includes(rule));
  return transaction([
    ...[...chains.keys(), ...stale].map((name) => `:${name} - [0:0]`),
    ...(jumpsRight ? [] : present.jumps.map((rule) => rule.replace(/^-A/, '-D'))),
    ...[...chains].flatMap(([name, rules]) => rules.map((rule) => `-A ${name} ${rule}`)),
    ...(jumpsRight ? [] : jumps.map((rule) => rule.replace(/^-A (\S+)/, '-I $1 1'))),
    ...stale.map((name) => `-X ${name}`),
  ]);
}

/** Input of `iptables-restore --noflush` that removes everything present; '' if nothing is. */
export function removeText({ chains, jumps }: Present): string {
  if (chains.length === 0 && jumps.length === 0) return '';
  return transaction([
    ...chains.map((name) => `:${name} - [0:0]`),
    ...jumps.map((rule) => rule.replace(/^-A/, '-D')),
    ...chains.map((name) => `-X ${name}`),
  ]);
}

/** Reads the output of `iptables-save -t mangle`. */
export function presentIn(saved: string): Present {
  const lines = saved.split('\n');
  return {
    chains: lines
      .filter((line) => line.startsWith(`:${PREFIX}`))
      .map((line) => line.slice(1, line.indexOf(' '))),
    jumps: lines.filter(
      (line) => line.startsWith('-A ') && !ownRule(line) && line.includes(` -j ${PREFIX}`),
    ),
    rules: lines.filter(ownRule),
  };
}

interface Direction {
  readonly prefix: string;
  readonly own: string;
  readonly peer: string;
  readonly peerSide: string;
  readonly allows: (pod: PolicedPod) => readonly Allow[] | undefined;
}

const OUTGOING: Direction = {
  prefix: `${PREFIX}E-`,
  own: '-s',
  peer: '-d',
  peerSide: 'dst',
  allows: (pod) => pod.egress,
};

const INCOMING: Direction = {
  prefix: `${PREFIX}I-`,
  own: '-d',
  peer: '-s',
  peerSide: 'src',
  allows: (pod) => pod.ingress,
};

interface Tables {
  readonly chains: Map<string, readonly string[]>;
  readonly sets: Map<string, readonly string[]>;
}

function dispatchRules(pod: PolicedPod, direction: Direction, tables: Tables): string[] {
  const allows = direction.allows(pod);
  if (allows === undefined) return [];
  const rules = [...allows.flatMap((allow) => allowRules(allow, direction, tables)), '-j DROP'];
  const chain = `${direction.prefix}${digest(rules)}`;
  tables.chains.set(chain, rules);
  return [
    // A pod that reaches itself through a Service; the source is rewritten only after FORWARD.
    `-s ${pod.ip}/32 -d ${pod.ip}/32 -j RETURN`,
    `${direction.own} ${pod.ip}/32 ${comment(pod.name)} -j ${chain}`,
  ];
}

function allowRules(
  { because, peers, ports }: Allow,
  direction: Direction,
  { sets }: Tables,
): string[] {
  const parts: string[] = [];
  if (peers !== 'anyone') {
    const set = `${PREFIX}S-${digest(peers)}`;
    sets.set(set, peers);
    parts.push(`-m set --match-set ${set} ${direction.peerSide}`);
  }
  const matches = ports === 'any' ? [''] : ports.map(portMatch);
  return matches.map((match) =>
    [match, ...parts, comment(because), '-j RETURN'].filter((part) => part !== '').join(' '),
  );
}

function portMatch({ protocol, first, last }: PortRange): string {
  const name = protocol.toLowerCase();
  return `-p ${name} -m ${name} --dport ${first}:${last}`;
}

function comment(text: string): string {
  return `-m comment --comment "${text.slice(0, COMMENT_LENGTH)}"`;
}

function ownRule(line: string): boolean {
  return line.startsWith(`-A ${PREFIX}`);
}

function jumpRules(): string[] {
  return Object.entries(HOOKS).map(([hook, chain]) => `-A ${hook} -j ${chain}`);
}

function transaction(lines: readonly string[]): string {
  return [`*${TABLE}`, ...lines, 'COMMIT', ''].join('\n');
}

function digest(lines: readonly string[]): string {
  return createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 12);
}
