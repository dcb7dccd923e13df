import { canonicalJson } from './canonical-json.ts';

/** Name of the server's file in the agents folder; an agent's name never starts with `_`. */
export const SERVER_FILE_NAME = '_server.json';

/** Version of the server file's shape. */
export const SERVER_FILE_SCHEMA_VERSION = 1;

/** What all agents of a server share and may change without a restart. */
export interface ServerFile {
  schemaVersion: number;
  /** Base URL that cards advertise, without a trailing slash. */
  publicUrl: string;
  /** The agent at the root paths. */
  defaultAgent: string;
}

/** The server's file as text; equal settings give equal bytes. */
export function renderServerFile(server: Omit<ServerFile, 'schemaVersion'>): string {
  return canonicalJson({ schemaVersion: SERVER_FILE_SCHEMA_VERSION, ...server });
}
