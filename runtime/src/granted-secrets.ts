import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { secretRefs } from './contract/secret-refs.ts';
import { tryRead } from './ops/live-file.ts';
import { withoutLastNewline } from './configuration/environment-values.ts';
import type { AgentDefinitionSpec } from './contract/agentdefinition.gen.ts';
import type { SecretRef } from './contract/secret-refs.ts';

/** Credentials are sent as headers: another value would break each call that uses it. */
const HEADER_VALUE = /^[\x21-\x7e]+$/;

/** The Secrets that agents may use. */
export interface GrantedSecrets {
  /** A key's value as it is now; undefined when it is not granted, not there, or cannot be a credential. */
  read(ref: SecretRef): string | undefined;
  /** Which Secret this pod does not even mount, as a sentence: a pod of an earlier template, or a wrong folder. */
  unmounted(spec: AgentDefinitionSpec): string | undefined;
  /** What an agent lacks of the Secrets that it refers to, as a sentence. */
  problem(spec: AgentDefinitionSpec): string | undefined;
}

/**
 * Reads files of a folder at every use: what was taken away works no longer, and what was rotated works at
 * once. The schema of agents lets no name or key lead out of the folder.
 */
export function grantedSecrets(dir: string): GrantedSecrets {
  const read: GrantedSecrets['read'] = ({ name, key }) => {
    const value = withoutLastNewline(tryRead(join(dir, name, key)) ?? '');
    return HEADER_VALUE.test(value) ? value : undefined;
  };
  return {
    read,
    unmounted(spec) {
      const missing = secretRefs(spec).find(({ ref }) => !existsSync(join(dir, ref.name)));
      if (missing === undefined) return undefined;
      return `${missing.field}: this pod does not mount Secret "${missing.ref.name}"`;
    },
    problem(spec) {
      const missing = secretRefs(spec).find(({ ref }) => read(ref) === undefined);
      if (missing === undefined) return undefined;
      const { name, key } = missing.ref;
      return `${missing.field}: this pod has no key "${key}" of Secret "${name}", or it is no credential (one line of ASCII without spaces); create it`;
    },
  };
}
