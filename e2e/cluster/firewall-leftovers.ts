import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run, succeeds } from './command.ts';
import { paths } from './paths.ts';

/** The chains that kube-proxy and kubelet, the CNI plugins, and our policy enforcer make. */
const ourChain = /^(KUBE-|CNI-|A2ANP-)/;
const ourSetPrefix = 'A2ANP-';

const families = ['iptables', 'ip6tables'] as const;
type Family = (typeof families)[number];

type TablesByFamily = Readonly<Record<Family, readonly string[]>>;

interface Table {
  readonly name: string;
  readonly chains: readonly string[];
  /** Name, policy and counters of each chain. */
  readonly declarations: readonly string[];
  readonly rules: readonly string[];
}

/** The tables of the output of `iptables-save`. */
export function parseTables(saved: string): Table[] {
  return saved
    .split(/^\*/m)
    .slice(1)
    .map((part) => {
      const lines = part.split('\n');
      const starting = (sign: string): string[] => lines.filter((line) => line.startsWith(sign));
      return {
        name: lines[0] ?? '',
        declarations: starting(':').map((line) => line.slice(1)),
        chains: starting(':').map((line) => line.slice(1).split(' ')[0] ?? ''),
        rules: starting('-A '),
      };
    });
}

/** A rule of somebody else's chain that leads into one of ours. */
function leadsToUs(rule: string): boolean {
  const chain = rule.split(' ')[1] ?? '';
  const target = / -[jg] (\S+)/.exec(rule)?.[1] ?? '';
  return !ourChain.test(chain) && ourChain.test(target);
}

/**
 * Input for `iptables-restore --noflush` that removes our chains and the jumps to them and leaves
 * everything else as it is; empty when nothing is ours.
 */
export function removalOf(saved: string): string {
  const parts = parseTables(saved).flatMap(({ name, chains, rules }) => {
    const ours = chains.filter((chain) => ourChain.test(chain));
    if (ours.length === 0) return [];
    const jumps = rules.filter(leadsToUs).map((rule) => rule.replace(/^-A/, '-D'));
    // Declaring a chain empties it, which breaks the references among our own before they are deleted.
    const emptied = ours.map((chain) => `:${chain} - [0:0]`);
    return [`*${name}`, ...emptied, ...jumps, ...ours.map((chain) => `-X ${chain}`), 'COMMIT'];
  });
  return parts.length === 0 ? '' : `${parts.join('\n')}\n`;
}

/** The tables that hold no rule, no policy but ACCEPT, and no chain beside the built-in ones. */
export function emptyTables(saved: string): string[] {
  const untouched = /^(INPUT|OUTPUT|FORWARD|PREROUTING|POSTROUTING) ACCEPT/;
  return parseTables(saved)
    .filter(
      ({ declarations, rules }) =>
        rules.length === 0 && declarations.every((each) => untouched.test(each)),
    )
    .map(({ name }) => name);
}

const record = join(paths.state, 'firewall-tables.json');

/** Remembers which tables exist before the cluster's first rule, so that `down` leaves no other. */
export async function recordFirewall(): Promise<void> {
  const known = await readFile(record, 'utf8').catch(() => undefined);
  if (known !== undefined) return;
  const tables: Record<Family, string[]> = { iptables: [], ip6tables: [] };
  for (const family of families) {
    tables[family] = parseTables(await run(`${family}-save`, [])).map(({ name }) => name);
  }
  await mkdir(paths.state, { recursive: true });
  await writeFile(record, JSON.stringify(tables));
}

async function recordedTables(): Promise<TablesByFamily | undefined> {
  const text = await readFile(record, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as TablesByFamily);
}

async function removeEmptyTables(family: Family, before: readonly string[]): Promise<void> {
  // iptables itself cannot delete a table. With the legacy kernel interface nft does not see any, and fails.
  const nftFamily = family === 'iptables' ? 'ip' : 'ip6';
  for (const table of emptyTables(await run(`${family}-save`, []))) {
    if (!before.includes(table)) await succeeds('nft', ['delete', 'table', nftFamily, table]);
  }
}

/** Removes every iptables rule and ipset of the cluster. Needs its processes to be gone. */
export async function removeFirewall(): Promise<void> {
  const before = await recordedTables();
  for (const family of families) {
    if (!(await succeeds(`${family}-save`, []))) continue;
    const removal = removalOf(await run(`${family}-save`, []));
    if (removal !== '') await run(`${family}-restore`, ['--noflush'], { input: removal });
    if (before !== undefined) await removeEmptyTables(family, before[family]);
  }
  const sets = await run('ipset', ['list', '-name']).catch(() => '');
  for (const set of sets.split('\n').filter((name) => name.startsWith(ourSetPrefix))) {
    await run('ipset', ['destroy', set]);
  }
}
