import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { bakeCompileCache } from './build/compile-cache.ts';
import { licenses } from './build/licenses.ts';
import { withoutCharsetTables } from './build/without-charset-tables.ts';
import type { BuildOptions } from 'esbuild';

/*
 * Bundles the runtime: one small entry file and a chunk for every part that is loaded late. ESM,
 * because only that splits. Node of the target image runs it; nothing of node_modules goes along.
 */

const root = import.meta.dirname;

const OPTIONS: BuildOptions = {
  entryPoints: {
    main: join(root, 'src/main.ts'),
    healthcheck: join(root, 'src/healthcheck.ts'),
  },
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
  plugins: [withoutCharsetTables],
  // CommonJS packages in the bundle ask for node's modules by require.
  banner: {
    js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);",
  },
};

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join(root, '..', 'dist', 'runtime') },
    // Also run the bundle once, to keep what node compiles.
    bake: { type: 'boolean', default: false },
  },
});
await rm(values.out, { recursive: true, force: true });
await mkdir(values.out, { recursive: true });
const { metafile } = await build({ ...OPTIONS, outdir: values.out });
await writeFile(
  join(values.out, 'THIRD_PARTY_LICENSES'),
  await licenses(Object.keys(metafile?.inputs ?? {})),
);
if (values.bake) await bakeCompileCache(values.out);
