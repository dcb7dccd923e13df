import { join } from 'node:path';
import { buildImage, loadImage } from '../cluster/images.ts';
import { repositoryFolder } from '../cluster/paths.ts';
import { reportProgress } from '../cluster/progress.ts';

/** Images that this repository builds; the tag follows the content, so that pods follow it too. */
export interface ProjectImages {
  operator: string;
  runtime: string;
  fakeOpenai: string;
}

/** Repository, Dockerfile and build context, from the repository's root. */
const BUILDS: Record<keyof ProjectImages, [string, string, string]> = {
  operator: ['a2a-operator/operator', 'operator/Dockerfile', '.'],
  runtime: ['a2a-operator/runtime', 'runtime/Dockerfile', '.'],
  fakeOpenai: [
    'a2a-operator/fake-openai',
    'runtime/test/fake-openai/Dockerfile',
    'runtime/test/fake-openai',
  ],
};

/** Builds the images from the real Dockerfiles. */
export async function buildProjectImages(): Promise<ProjectImages> {
  return {
    operator: await build('operator'),
    runtime: await build('runtime'),
    fakeOpenai: await build('fakeOpenai'),
  };
}

/** Makes them available to the embedded cluster's pods. */
export async function loadProjectImages(images: ProjectImages): Promise<void> {
  for (const tag of Object.values(images) as string[]) {
    await reportProgress(`image ${tag} → cluster`, () => loadImage(tag));
  }
}

async function build(name: keyof ProjectImages): Promise<string> {
  const [repository, dockerfile, context] = BUILDS[name];
  const image = {
    dockerfile: join(repositoryFolder, dockerfile),
    context: join(repositoryFolder, context),
  };
  return await reportProgress(`image ${repository}`, async () => {
    const id = await buildImage({ ...image, tag: `${repository}:dev` });
    const tag = `${repository}:${id.replace('sha256:', '').slice(0, 12)}`;
    // The second build is answered from the builder's cache; it only adds the tag.
    await buildImage({ ...image, tag });
    return tag;
  });
}
