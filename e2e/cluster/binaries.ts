import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rename } from 'node:fs/promises';
import { arch } from 'node:os';
import { join } from 'node:path';
import { ClusterError } from './cluster-error.ts';
import { run, runToLog } from './command.ts';
import { folders, sourceFolder } from './paths.ts';
import { reportProgress } from './progress.ts';

export interface Binary {
  readonly name: string;
  /** The Go package of its `main`. */
  readonly package: string;
  /** Measured cold on two cores; only tells people how long to wait. */
  readonly expectedSeconds: number;
}

/** Binaries of one Go module of `modules/`: they share one selection of versions. */
export interface Family {
  readonly name: string;
  readonly binaries: readonly Binary[];
  /** Not part of the cluster: built when it is asked for by name, by the suite that uses it. */
  readonly onlyByName?: boolean;
}

const kubernetes = (name: string, expectedSeconds: number): Binary => ({
  name,
  package: `k8s.io/kubernetes/cmd/${name}`,
  expectedSeconds,
});

export const families: readonly Family[] = [
  { name: 'pause', binaries: [{ name: 'pause', package: '.', expectedSeconds: 1 }] },
  {
    name: 'etcd',
    binaries: [{ name: 'etcd', package: 'go.etcd.io/etcd/server/v3', expectedSeconds: 35 }],
  },
  {
    name: 'kubernetes',
    binaries: [
      kubernetes('kube-apiserver', 245),
      kubernetes('kubectl', 25),
      kubernetes('kubelet', 60),
      kubernetes('kube-controller-manager', 30),
      kubernetes('kube-scheduler', 6),
      kubernetes('kube-proxy', 9),
    ],
  },
  {
    name: 'helm',
    binaries: [{ name: 'helm', package: 'helm.sh/helm/v3/cmd/helm', expectedSeconds: 110 }],
  },
  {
    name: 'contour',
    binaries: [
      {
        name: 'contour',
        package: 'github.com/projectcontour/contour/cmd/contour',
        expectedSeconds: 100,
      },
    ],
  },
  {
    name: 'coredns',
    binaries: [{ name: 'coredns', package: 'github.com/coredns/coredns', expectedSeconds: 160 }],
  },
  {
    // Pretends nodes and pods, for tests of more servers than this machine could run.
    name: 'kwok',
    onlyByName: true,
    binaries: [{ name: 'kwok', package: 'sigs.k8s.io/kwok/cmd/kwok', expectedSeconds: 95 }],
  },
  {
    // What Argo CD and Flux make of our statuses.
    name: 'gitops',
    onlyByName: true,
    binaries: [{ name: 'gitops-health', package: '.', expectedSeconds: 15 }],
  },
  {
    // Debian's is too old for the file in config/compose.
    name: 'compose',
    onlyByName: true,
    binaries: [
      { name: 'docker-compose', package: 'github.com/docker/compose/v5/cmd', expectedSeconds: 60 },
    ],
  },
];

const buildEnvironment = { CGO_ENABLED: '0', GOTOOLCHAIN: 'local', GOFLAGS: '-buildvcs=false' };

/** What decides the content of a family's binaries. */
export interface BuildInputs {
  /** Name → text of the files of its module. */
  readonly files: Readonly<Record<string, string>>;
  readonly goVersion: string;
  readonly platform: string;
  readonly flags: readonly string[];
}

/** The cache key of a family: equal inputs, equal binaries. */
export function cacheKey({ files, goVersion, platform, flags }: BuildInputs): string {
  const sorted = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
  const text = JSON.stringify([sorted, goVersion, platform, flags]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/**
 * The flags of `go build`. Kubernetes learns its version only from the linker; the others get the same
 * flags, which keeps them comparable.
 */
export function buildFlags(kubernetesGoMod: string): string[] {
  const version = /k8s\.io\/kubernetes (v(\d+)\.(\d+)\.\S+)/.exec(kubernetesGoMod);
  if (version === null)
    throw new ClusterError('modules/kubernetes/go.mod names no k8s.io/kubernetes');
  const [, full = '', major = '', minor = ''] = version;
  const symbol = 'k8s.io/component-base/version.';
  const ldflags = [
    '-s -w',
    `-X ${symbol}gitVersion=${full}`,
    `-X ${symbol}gitMajor=${major}`,
    `-X ${symbol}gitMinor=${minor}`,
  ].join(' ');
  return ['-trimpath', '-ldflags', ldflags];
}

function moduleFolder(family: string): string {
  return join(sourceFolder, 'modules', family);
}

async function goVersion(): Promise<string> {
  try {
    return (await run('go', ['env', 'GOVERSION'], { environment: buildEnvironment })).trim();
  } catch (cause) {
    throw new ClusterError('the Go toolchain is missing: the cluster is built from Go modules', {
      cause,
      remedy: 'install Go 1.26 or later and put it on the PATH',
    });
  }
}

interface Toolchain {
  readonly goVersion: string;
  readonly flags: readonly string[];
}

let toolchainOnce: Promise<Toolchain> | undefined;

function toolchain(): Promise<Toolchain> {
  toolchainOnce ??= (async () => {
    const goMod = await readFile(join(moduleFolder('kubernetes'), 'go.mod'), 'utf8');
    return { goVersion: await goVersion(), flags: buildFlags(goMod) };
  })();
  return toolchainOnce;
}

async function moduleFiles(family: Family): Promise<Record<string, string>> {
  const folder = moduleFolder(family.name);
  const names = (await readdir(folder)).filter((name) => /\.(mod|sum|go)$/.test(name));
  const read = async (name: string): Promise<[string, string]> => [
    name,
    await readFile(join(folder, name), 'utf8'),
  ];
  return Object.fromEntries(await Promise.all(names.map(read)));
}

async function familyFolder(family: Family): Promise<string> {
  const files = await moduleFiles(family);
  const key = cacheKey({ ...(await toolchain()), files, platform: `linux/${arch()}` });
  return join(folders.binaries, `${family.name}-${key}`);
}

/**
 * The path of a binary of the cache, which may not have been built yet.
 *
 * @throws ClusterError for a name that no family lists.
 */
export async function binaryPath(name: string): Promise<string> {
  const family = families.find((each) => each.binaries.some((binary) => binary.name === name));
  if (family === undefined) throw new ClusterError(`no family builds ${name}`);
  return join(await familyFolder(family), name);
}

/** The version of a module that a family selects, with its leading v. */
export async function moduleVersion(family: string, module: string): Promise<string> {
  const goMod = await readFile(join(moduleFolder(family), 'go.mod'), 'utf8');
  const line = goMod.split('\n').find((each) => each.trim().startsWith(`${module} v`));
  if (line === undefined) throw new ClusterError(`modules/${family}/go.mod names no ${module}`);
  return line.trim().split(' ')[1] ?? '';
}

/** The folder of a module's sources in the Go module cache: third-party manifests are read from there. */
export async function moduleSources(family: string, module: string): Promise<string> {
  const folder = moduleFolder(family);
  const list = ['list', '-m', '-f', '{{.Dir}}', module];
  const find = async (): Promise<string> =>
    (await run('go', list, { folder, environment: buildEnvironment })).trim();
  const known = await find();
  if (known !== '') return known;
  await run('go', ['mod', 'download', module], { folder, environment: buildEnvironment });
  return await find();
}

async function build(family: Family, binary: Binary, target: string): Promise<void> {
  await mkdir(join(target, '..'), { recursive: true });
  const { flags } = await toolchain();
  // Two builds at once must not see each other's half-written file.
  const unfinished = `${target}.${process.pid}.unfinished`;
  await runToLog('go', ['build', ...flags, '-o', unfinished, binary.package], {
    folder: moduleFolder(family.name),
    environment: buildEnvironment,
    logFile: join(folders.logs, 'build', `${binary.name}.log`),
  });
  await rename(unfinished, target);
}

interface MissingBinary {
  readonly family: Family;
  readonly binary: Binary;
  readonly target: string;
}

/** The families of these names; without names those that every cluster needs. */
export function wantedFamilies(names: readonly string[]): Family[] {
  return families.filter(({ name, onlyByName = false }) =>
    names.length === 0 ? !onlyByName : names.includes(name),
  );
}

/** The binaries that the cache lacks, of the cluster's families or of the named ones. */
async function missingBinaries(names: readonly string[]): Promise<MissingBinary[]> {
  const wanted = wantedFamilies(names);
  const result: MissingBinary[] = [];
  for (const family of wanted) {
    const folder = await familyFolder(family);
    const present = await readdir(folder).catch((): string[] => []);
    for (const binary of family.binaries) {
      const target = join(folder, binary.name);
      if (!present.includes(binary.name)) result.push({ family, binary, target });
    }
  }
  return result;
}

/**
 * Builds what the cache lacks, one binary after the other, and says how it goes.
 *
 * @param names families; none means all that the cluster itself runs.
 * @returns how many binaries were built.
 * @throws ClusterError naming the build log.
 */
export async function buildBinaries(names: readonly string[] = []): Promise<number> {
  const unknown = names.filter((name) => !families.some((family) => family.name === name));
  if (unknown.length > 0) throw new ClusterError(`unknown families: ${unknown.join(', ')}`);
  const work = await missingBinaries(names);
  for (const [index, { family, binary, target }] of work.entries()) {
    const title = `${binary.name} (${index + 1} of ${work.length}, about ${binary.expectedSeconds} s on two idle cores)`;
    await reportProgress(title, () => build(family, binary, target));
  }
  return work.length;
}
