/** Who calls. The id owns tasks and contexts: nobody else ever sees them. */
export interface Principal {
  id: string;
  /** False only where the server asks for no credential. */
  authenticated: boolean;
}

/** The caller of a server without authentication; all such callers share their tasks. */
export const ANONYMOUS: Principal = { id: 'anonymous', authenticated: false };
