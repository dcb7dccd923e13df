import { ENVIRONMENT } from '../contract/environment.ts';
import type { Variable, VariableName } from '../contract/environment.ts';

/** What helps when a file of a variable is not there. */
export const UNREADABLE_REMEDY =
  'mount it (on Kubernetes: add the key to the Secret), or correct the path';

/** One thing that is wrong with the configuration. Never quotes a secret. */
export interface ConfigError {
  /** The name, or names, as they were set. */
  variable: string;
  problem: string;
  remedy: string;
}

/** A value and, for a secret from a file, where to read it again. */
export interface Setting {
  text: string;
  path?: string;
}

/** The environment as strings. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Content of a file; undefined when it cannot be read. */
export type ReadFile = (path: string) => string | undefined;

/** Settings by variable, each of a right kind; what is wrong is left out and told in `errors`. */
export interface EnvironmentValues {
  settings: ReadonlyMap<VariableName, Setting>;
  /** Each with the variable of the contract that it is about. */
  errors: (ConfigError & { setting: VariableName })[];
}

/** Reads every variable of the contract: name, aliases, files, default, kind. Pure. */
export function environmentValues(env: Environment, readFile: ReadFile): EnvironmentValues {
  const settings = new Map<VariableName, Setting>();
  const errors: EnvironmentValues['errors'] = [];
  for (const name of Object.keys(ENVIRONMENT) as VariableName[]) {
    const result = settingOf(name, env, readFile);
    if (result === undefined) continue;
    if ('problem' in result) errors.push({ ...result, setting: name });
    else settings.set(name, result);
  }
  return { settings, errors };
}

function settingOf(
  name: VariableName,
  env: Environment,
  readFile: ReadFile,
): Setting | ConfigError | undefined {
  const variable: Variable = ENVIRONMENT[name];
  const given = sources(name, variable)
    .map((source) => readSource(source, env, readFile))
    .filter((found) => found !== undefined);
  const [first] = given;
  if (first === undefined) {
    return variable.default === undefined ? undefined : { text: variable.default };
  }
  const failed = given.find((found) => 'problem' in found);
  if (failed !== undefined) return failed;
  const other = given.find((found) => (found as Setting).text !== (first as Setting).text);
  if (other !== undefined) return conflict(given);
  const setting = first as Given & Setting;
  return wrongKind(setting.source, variable, setting.text) ?? plain(setting);
}

/** A name under which a value may stand, and whether it is a file's path that stands there. */
interface Source {
  source: string;
  isFile: boolean;
}

type Given = Pick<Source, 'source'> & (Setting | ConfigError);

function sources(name: string, { aliases = [], secret }: Variable): Source[] {
  return [name, ...aliases].flatMap((source) => [
    { source, isFile: false },
    ...(secret === true ? [{ source: `${source}_FILE`, isFile: true }] : []),
  ]);
}

/** An empty value counts as absent: that is how manifests say "not set". */
function readSource(
  { source, isFile }: Source,
  env: Environment,
  readFile: ReadFile,
): Given | undefined {
  const value = env[source];
  if (value === undefined || value === '') return undefined;
  if (!isFile) return { source, text: value };
  const text = readFile(value);
  if (text !== undefined) return { source, path: value, text: withoutLastNewline(text) };
  const problem = `the file ${value} cannot be read`;
  return { source, variable: source, problem, remedy: UNREADABLE_REMEDY };
}

/** Editors and `echo` end files with a newline that is no part of a secret. */
export function withoutLastNewline(text: string): string {
  return text.replace(/\r?\n$/, '');
}

function plain({ text, path }: Setting): Setting {
  return path === undefined ? { text } : { text, path };
}

function conflict(given: readonly Given[]): ConfigError {
  const names = given.map(({ source }) => source);
  return {
    variable: names.join(', '),
    problem: 'are set to different values',
    remedy: `keep ${names[0] ?? ''} only`,
  };
}

function wrongKind(source: string, variable: Variable, text: string): ConfigError | undefined {
  const { kind, values, secret } = variable;
  const shown = secret === true ? 'the value' : JSON.stringify(text);
  const error = (problem: string, remedy: string): ConfigError => ({
    variable: source,
    problem: `${shown} ${problem}`,
    remedy,
  });
  if (values !== undefined && !values.some((value) => value.toLowerCase() === text.toLowerCase())) {
    return error('is not a known value', `use one of ${values.join(', ')}`);
  }
  if (kind === 'integer') return wrongInteger(variable, text, error);
  if (kind === 'boolean' && !/^(true|false)$/i.test(text)) {
    return error('is neither true nor false', 'write true or false');
  }
  if (kind === 'url' && !isHttpUrl(text)) {
    return error('is not a URL', 'give one that begins with http:// or https://');
  }
  return undefined;
}

function wrongInteger(
  { minimum = 0, maximum = Number.MAX_SAFE_INTEGER }: Variable,
  text: string,
  error: (problem: string, remedy: string) => ConfigError,
): ConfigError | undefined {
  const remedy = `give a number from ${minimum} to ${maximum}`;
  if (!/^\d+$/.test(text)) return error('is not an integer', remedy);
  const number = Number(text);
  return number < minimum || number > maximum ? error('is out of range', remedy) : undefined;
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
