import type { Plugin } from 'esbuild';

/**
 * Leaves out iconv-lite, half a megabyte of character tables that Express pulls in for a body
 * parser that the runtime does not use: it reads bodies itself, UTF-8 only.
 */
export const withoutCharsetTables: Plugin = {
  name: 'without-charset-tables',
  setup(build) {
    build.onResolve({ filter: /^iconv-lite$/ }, () => ({
      path: 'iconv-lite',
      namespace: 'without-charset-tables',
    }));
    build.onLoad({ filter: /.*/, namespace: 'without-charset-tables' }, () => ({
      contents: `
        exports.encodingExists = () => false;
        exports.getDecoder = () => { throw new Error('no character tables in this build'); };
      `,
      loader: 'js',
    }));
  },
};
