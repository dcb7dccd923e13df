import { createHash } from 'node:crypto';
import {
  cp,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { ClusterError } from './cluster-error.ts';
import { run } from './command.ts';
import { ctr, ensureContainerd } from './containerd.ts';
import { debianImage, makeDebianImage } from './debian-base.ts';
import { docker, dockerHost, dockerImageId, ensureDocker, pulls } from './docker.ts';
import { buildWith } from './image-build.ts';
import type { ImageBuild } from './image-build.ts';
import { folders, paths, sourceFolder } from './paths.ts';
import { reportProgress } from './progress.ts';
import { stockImage } from './stock-images.ts';
import type { StockImage } from './stock-images.ts';

/** The name under which the pods' image store knows a docker tag. */
export function fullReference(tag: string): string {
  const [first = ''] = tag.split('/');
  if (!tag.includes('/')) return `docker.io/library/${tag}`;
  return /[.:]|^localhost$/.test(first) ? tag : `docker.io/${tag}`;
}

const fileName = (tag: string): string => tag.replaceAll(/[^\w.-]+/g, '-');

async function exists(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined)) !== undefined;
}

async function recipeFiles(folder: string): Promise<[string, string][]> {
  const names = (await readdir(folder)).sort();
  return await Promise.all(
    names.map(async (name): Promise<[string, string]> => [
      name,
      await readFile(join(folder, name), 'utf8'),
    ]),
  );
}

/** The archive of a stock image in the cache; its name changes with everything that decides the content. */
async function archiveOf(image: StockImage): Promise<string> {
  const recipe = await recipeFiles(join(sourceFolder, 'images', image.name));
  const inputs = JSON.stringify([recipe, image.tag, image.buildArgs, await image.version()]);
  const key = createHash('sha256').update(inputs).digest('hex').slice(0, 16);
  return join(folders.imageArchives, `${image.name}-${key}.tar`);
}

const debianArchive = join(folders.imageArchives, 'debian-bookworm-slim.tar');

async function saveArchive(tag: string, archive: string): Promise<void> {
  await mkdir(folders.imageArchives, { recursive: true });
  // Two processes that make the same image must not see each other's half-written file.
  const unfinished = `${archive}.${process.pid}.unfinished`;
  await docker('save', '--output', unfinished, tag);
  await rename(unfinished, archive);
}

async function provideDebian(): Promise<void> {
  if (await exists(debianArchive)) {
    await docker('load', '--quiet', '--input', debianArchive);
    return;
  }
  if (!(await pulls(debianImage))) {
    await reportProgress(`${debianImage} by debootstrap (about 75 s)`, makeDebianImage);
  }
  await saveArchive(debianImage, debianArchive);
}

/**
 * Makes a public image available to docker: from the cache, a registry, or, where none answers, as a
 * stand-in made on this machine.
 *
 * @throws ClusterError when no registry answers and there is no recipe for a stand-in.
 */
async function provideImage(tag: string): Promise<void> {
  if (tag === debianImage) {
    await provideDebian();
    return;
  }
  if ((await dockerImageId(tag)) !== undefined) return;
  if (!isStockTag(tag)) {
    if (await pulls(tag)) return;
    throw new ClusterError(`no registry gives ${tag}, and there is no recipe for a stand-in`, {
      remedy: `bring it to docker by hand: DOCKER_HOST=${dockerHost} docker load`,
    });
  }
  const archive = await stockArchive(stockImage(tag));
  if ((await dockerImageId(tag)) === undefined) {
    await docker('load', '--quiet', '--input', archive);
  }
}

function isStockTag(tag: string): boolean {
  try {
    return stockImage(tag).tag === tag;
  } catch {
    return false;
  }
}

async function buildStock(image: StockImage): Promise<void> {
  const recipe = join(sourceFolder, 'images', image.name);
  await mkdir(paths.cache, { recursive: true });
  // Beside the binaries, so that they are linked into the context and not copied.
  const context = await mkdtemp(join(paths.cache, 'context-'));
  try {
    await cp(recipe, context, { recursive: true });
    for (const [name, source] of Object.entries(await image.files())) {
      await run('cp', ['-rL', '--reflink=auto', source, join(context, name)]);
    }
    await buildWith(provideImage, { ...image, dockerfile: join(context, 'Dockerfile') });
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}

/** The archive of a stock image, made first if the cache lacks it. */
async function stockArchive(image: StockImage): Promise<string> {
  const archive = await archiveOf(image);
  if (await exists(archive)) return archive;
  await ensureDocker();
  await reportProgress(`image ${image.tag}`, async () => {
    if (!(image.isPublic && (await pulls(image.tag)))) await buildStock(image);
    await saveArchive(image.tag, archive);
  });
  return archive;
}

async function isImported(tag: string, id: string): Promise<boolean> {
  const recorded = await readFile(join(folders.importedImages, fileName(tag)), 'utf8').catch(
    () => '',
  );
  if (recorded !== id) return false;
  const listed = await ctr('images', 'list', '--quiet', `name==${fullReference(tag)}`);
  return listed.trim() !== '';
}

async function importOnce(
  tag: string,
  id: string,
  archive: () => Promise<string>,
): Promise<boolean> {
  await ensureContainerd();
  if (await isImported(tag, id)) return false;
  await ctr('images', 'import', await archive());
  await mkdir(folders.importedImages, { recursive: true });
  await writeFile(join(folders.importedImages, fileName(tag)), id);
  return true;
}

/**
 * Makes a stock image (`redis`, `litellm` …) available to pods: built or pulled if the cache lacks it,
 * imported unless it already is.
 *
 * @returns its tag.
 */
export async function ensureStockImage(nameOrTag: string): Promise<string> {
  const image = stockImage(nameOrTag);
  const archive = await stockArchive(image);
  await importOnce(image.tag, archive, () => Promise.resolve(archive));
  return image.tag;
}

/** As `buildWith`, with the bases of this folder: what `docker build` would do on a machine with a registry. */
export async function buildImage(build: ImageBuild): Promise<string> {
  return await buildWith(provideImage, build);
}

/**
 * Makes a docker image available to pods, unless the same image already is.
 *
 * @returns whether it was imported now.
 * @throws ClusterError when neither docker has it nor anybody can provide it.
 */
export async function loadImage(tag: string): Promise<boolean> {
  await ensureDocker();
  if ((await dockerImageId(tag)) === undefined) await provideImage(tag);
  const id = (await dockerImageId(tag)) ?? '';
  const archive = join(paths.state, `${fileName(tag)}.${process.pid}.tar`);
  try {
    return await importOnce(tag, id, async () => {
      await docker('save', '--output', archive, tag);
      return archive;
    });
  } finally {
    await rm(archive, { force: true });
  }
}
