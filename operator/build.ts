import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle } from '../tools/image/bundle.ts';

/* Bundles the operator; nothing of node_modules goes along. */

const root = import.meta.dirname;

const { values } = parseArgs({
  options: { out: { type: 'string', default: join(root, '..', 'dist', 'operator') } },
});
await bundle({ entryPoints: { main: join(root, 'src/main.ts') }, out: values.out });
