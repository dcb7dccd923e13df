import { binaryPath, buildBinaries } from './binaries.ts';
import { ClusterError, failureReport } from './cluster-error.ts';
import { runAttached } from './command.ts';
import { down } from './down.ts';
import { parseImageBuild } from './image-arguments.ts';
import { buildImage, ensureStockImage, loadImage } from './images.ts';
import { adminKubeconfig } from './paths.ts';
import { stockImages } from './stock-images.ts';
import { showStatus } from './status.ts';
import { up } from './up.ts';

const usage = `usage: main.ts <command>

  up                       bring the cluster up, or whatever of it is not
  down [--images]          stop it and leave nothing; --images: empty the image stores too
  status                   components, node, pods
  build [family…]          build the binaries that the cache lacks
  image build <dockerfile> <tag> [--build-arg NAME=VALUE]… [--context FOLDER]
  image load <tag>         make a docker image available to pods
  image stock [name…]      make images of ours available to pods: ${stockImages.map(({ name }) => name).join(' ')}
  kubectl …                kubectl as administrator of the cluster
  helm …                   helm as administrator of the cluster`;

type Command = (args: readonly string[]) => Promise<number>;

/** A command that either works or throws. */
const simple =
  (work: (args: readonly string[]) => Promise<unknown>): Command =>
  async (args) => {
    await work(args);
    return 0;
  };

const passThrough =
  (binary: string): Command =>
  async (args) =>
    await runAttached(await binaryPath(binary), args, { KUBECONFIG: adminKubeconfig });

async function loadAndSay(tag: string | undefined): Promise<void> {
  if (tag === undefined) throw new ClusterError(usage);
  console.log((await loadImage(tag)) ? `${tag}: imported` : `${tag}: already there`);
}

const imageCommands: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  build: async (args) => {
    console.log(await buildImage(parseImageBuild(args)));
  },
  load: async ([tag]) => {
    await loadAndSay(tag);
  },
  stock: async (args) => {
    const names = args.length > 0 ? args : stockImages.map(({ name }) => name);
    for (const name of names) console.log(await ensureStockImage(name));
  },
};

async function image([command = '', ...args]: readonly string[]): Promise<void> {
  const work = imageCommands[command];
  if (work === undefined) throw new ClusterError(usage);
  await work(args);
}

const commands: Readonly<Record<string, Command>> = {
  up: simple(up),
  down: simple((args) => down(!args.includes('--images'))),
  status: showStatus,
  build: simple(buildBinaries),
  image: simple(image),
  kubectl: passThrough('kubectl'),
  helm: passThrough('helm'),
};

async function main([name = '', ...args]: readonly string[]): Promise<number> {
  const command = commands[name];
  if (command === undefined) {
    console.error(usage);
    return 2;
  }
  try {
    return await command(args);
  } catch (error) {
    console.error(await failureReport(error));
    return 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
