import { UNREADABLE_REMEDY } from './environment-values.ts';
import type { ConfigError, ReadFile } from './environment-values.ts';
import type { SettingReader } from './setting-reader.ts';
import type { VariableName } from '../contract/environment.ts';

/** Certificate authorities (PEM) in the file that a variable names; undefined when it names none. */
export function authorities(
  reader: SettingReader,
  variable: VariableName,
  readFile: ReadFile,
): string | undefined {
  const path = reader.text(variable);
  return path === '' ? undefined : readFile(path);
}

/** Why they cannot be used. Ignoring them would mean to trust others than was asked for. */
export function authoritiesErrors(
  reader: SettingReader,
  variable: VariableName,
  readFile: ReadFile,
): ConfigError[] {
  const path = reader.text(variable);
  if (path === '') return [];
  const text = readFile(path);
  if (text === undefined) {
    const problem = `the file ${path} cannot be read`;
    return [{ variable, problem, remedy: UNREADABLE_REMEDY }];
  }
  if (text.includes('-----BEGIN CERTIFICATE-----')) return [];
  const problem = `the file ${path} holds no certificate`;
  return [{ variable, problem, remedy: 'give a file of certificates in PEM' }];
}
