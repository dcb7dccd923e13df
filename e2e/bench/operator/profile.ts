import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** What V8's profiler writes, as far as it is read here. */
export interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
  timeDeltas: number[];
}

/** Time that a function spent in itself. */
export interface HotFunction {
  name: string;
  ms: number;
}

/** Not functions but V8's names for waiting, and for time in its own and the system's code. */
const WAITING = '(idle)';

/** The functions that took most time themselves, waiting left out, longest first. */
export function hotFunctions(profile: CpuProfile, count: number): HotFunction[] {
  const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const msByName = new Map<string, number>();
  for (const [index, sample] of profile.samples.entries()) {
    const name = names.get(sample) ?? '';
    const ms = (profile.timeDeltas[index] ?? 0) / 1000;
    msByName.set(name, (msByName.get(name) ?? 0) + ms);
  }
  return [...msByName]
    .map(([name, ms]) => ({ name, ms }))
    .filter(({ name }) => name !== WAITING)
    .sort((a, b) => b.ms - a.ms)
    .slice(0, count);
}

function nameOf({
  functionName,
  url,
  lineNumber,
}: CpuProfile['nodes'][number]['callFrame']): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  return url === '' ? name : `${name}  ${basename(url)}:${lineNumber + 1}`;
}

/** The only profile of a folder. @throws Error when the operator has not written one. */
export async function profileIn(folder: string): Promise<CpuProfile> {
  const file = (await readdir(folder)).find((name) => name.endsWith('.cpuprofile'));
  if (file === undefined) throw new Error('the operator has written no profile');
  return JSON.parse(await readFile(join(folder, file), 'utf8')) as CpuProfile;
}
