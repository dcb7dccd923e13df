import { SERVER_FILE_NAME, SERVER_FILE_SCHEMA_VERSION } from '../contract/server-file.ts';
import { isRendered, renderedFile } from './rendered-file.ts';
import type { ServerFile } from '../contract/server-file.ts';
import type { AgentDraft, AgentProblem, FileContent } from './agent-draft.ts';
import type { FolderContent } from './folder.ts';

/** All that a folder declares. */
export interface Declared {
  /** By name; an agent is either a draft or a problem. */
  drafts: ReadonlyMap<string, AgentDraft>;
  problems: ReadonlyMap<string, string>;
  /** Files that cannot be read at all, and why: what they declared before stays. */
  brokenFiles: ReadonlyMap<string, string>;
  /** Which file each agent comes from. */
  fileOf: ReadonlyMap<string, string>;
  server?: ServerFile;
  serverProblem?: string;
}

/** Understands a folder's files. Never throws. YAML is loaded only when there are manifests. */
export async function declared(content: FolderContent): Promise<Declared> {
  const { [SERVER_FILE_NAME]: serverText, ...files } = content;
  const results = new Map<string, FileContent>();
  const brokenFiles = new Map<string, string>();
  const manifests: FolderFile[] = [];
  for (const [file, text] of Object.entries(files)) {
    const value = file.endsWith('.json') ? parseJson(text) : undefined;
    if (isRendered(value)) results.set(file, renderedFile(file, text, value));
    else manifests.push({ file, text });
  }
  if (manifests.length > 0) await readManifests(manifests, results, brokenFiles);
  return { ...merged(results), brokenFiles, ...serverFile(serverText) };
}

interface FolderFile {
  file: string;
  text: string;
}

async function readManifests(
  files: readonly FolderFile[],
  results: Map<string, FileContent>,
  brokenFiles: Map<string, string>,
): Promise<void> {
  const { agentManifests, configMaps, manifestDocuments } = await import('./manifests.ts');
  const parsed = files.flatMap(({ file, text }) => {
    try {
      return [{ file, documents: manifestDocuments(text) }];
    } catch (error) {
      brokenFiles.set(file, error instanceof Error ? error.message : 'cannot be read');
      return [];
    }
  });
  const maps = configMaps(parsed.flatMap(({ documents }) => documents));
  for (const { file, documents } of parsed) results.set(file, agentManifests(documents, maps));
}

function merged(
  results: ReadonlyMap<string, FileContent>,
): Pick<Declared, 'drafts' | 'problems' | 'fileOf'> {
  const drafts = new Map<string, AgentDraft>();
  const problems = new Map<string, string>();
  const fileOf = new Map<string, string>();
  const claim = (name: string, file: string): boolean => {
    const other = fileOf.get(name);
    if (other === undefined) fileOf.set(name, file);
    else problems.set(name, `is declared in ${other} and in ${file}; keep one`);
    return other === undefined;
  };
  for (const [file, content] of results) {
    for (const { name, message } of content.problems satisfies AgentProblem[]) {
      if (claim(name, file)) problems.set(name, message);
    }
    for (const draft of content.drafts) if (claim(draft.name, file)) drafts.set(draft.name, draft);
  }
  for (const name of problems.keys()) drafts.delete(name);
  return { drafts, problems, fileOf };
}

function serverFile(text: string | undefined): Pick<Declared, 'server' | 'serverProblem'> {
  if (text === undefined) return {};
  const value = parseJson(text) as Partial<ServerFile> | undefined;
  if (value?.schemaVersion !== SERVER_FILE_SCHEMA_VERSION) {
    return { serverProblem: 'is no server file that this runtime can read' };
  }
  const { publicUrl, defaultAgent } = value;
  if (typeof publicUrl !== 'string' || typeof defaultAgent !== 'string') {
    return { serverProblem: 'publicUrl or defaultAgent is missing' };
  }
  return { server: { schemaVersion: SERVER_FILE_SCHEMA_VERSION, publicUrl, defaultAgent } };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
