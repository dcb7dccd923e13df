import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Plugin } from 'esbuild';
import { licenses } from './licenses.ts';

/** What to bundle. */
export interface Program {
  /** Source by the name of the file that is made of it. */
  entryPoints: Record<string, string>;
  /** Folder for the result; emptied first. */
  out: string;
  plugins?: Plugin[];
}

/**
 * Bundles a program for the image's node: minified ESM, because only that splits into chunks for
 * parts that are loaded late. Beside it lie the licences of everything that went in.
 */
export async function bundle({ entryPoints, out, plugins = [] }: Program): Promise<void> {
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  const { metafile } = await build({
    entryPoints,
    outdir: out,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minify: true,
    // Stack traces in logs stay readable.
    keepNames: true,
    legalComments: 'none',
    metafile: true,
    plugins,
    // CommonJS packages in the bundle ask for node's modules by require.
    banner: {
      js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);",
    },
  });
  const texts = await licenses(Object.keys(metafile.inputs));
  await writeFile(join(out, 'THIRD_PARTY_LICENSES'), texts);
}
