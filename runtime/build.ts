import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle } from '../tools/image/bundle.ts';
import { bakeCompileCache } from './build/compile-cache.ts';
import { withoutCharsetTables } from './build/without-charset-tables.ts';

/* Bundles the runtime; nothing of node_modules goes along. */

const root = import.meta.dirname;

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join(root, '..', 'dist', 'runtime') },
    // Also run the bundle once, to keep what node compiles.
    bake: { type: 'boolean', default: false },
  },
});
await bundle({
  entryPoints: {
    main: join(root, 'src/main.ts'),
    healthcheck: join(root, 'src/healthcheck.ts'),
  },
  out: values.out,
  plugins: [withoutCharsetTables],
});
if (values.bake) await bakeCompileCache(values.out);
