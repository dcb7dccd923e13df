/** What a pod says of itself on `GET :9090/status`; the operator believes nothing else. */
export interface StatusReport {
  /** Version of the runtime's code. */
  version: string;
  /** `agentsRevision` of the agents folder as last read. */
  revision: string;
  /** Versions of the agent file that this runtime can read. */
  schemaVersions: number[];
  /** Whether the pod finishes its work and takes no more. */
  draining: boolean;
  /** Sorted by name. */
  agents: AgentReport[];
  dependencies: { memory: DependencyReport; model: DependencyReport };
}

export interface AgentReport {
  name: string;
  /** Generation that is served; absent while no version of the agent could be read. */
  generation?: number;
  /** `fileRevision` of the file that is served; absent as the generation is. */
  revision?: string;
  /** Whether what is served is what the folder holds. */
  loaded: boolean;
  /** Why it is not. */
  message?: string;
}

export interface DependencyReport {
  state: 'Reachable' | 'Unreachable' | 'Unknown';
  /** How often it has been checked since the start: two equal counts are one reading. */
  checks: number;
  /** Why it is unreachable; never contains a credential. */
  message?: string;
}
