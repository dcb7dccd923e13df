import type {
  AgentDefinitionSpec,
  AgentDefinitionStatus,
} from '../../../runtime/src/contract/agentdefinition.gen.ts';
import type { GROUP_VERSION } from './a2aserver.ts';
import type { ObjectMeta } from './object.ts';

export type {
  AgentDefinitionSpec,
  AgentDefinitionStatus,
} from '../../../runtime/src/contract/agentdefinition.gen.ts';

/** An AgentDefinition as the API server hands it out: namespaced, with defaults filled in. */
export interface AgentDefinition {
  apiVersion: typeof GROUP_VERSION;
  kind: 'AgentDefinition';
  metadata: ObjectMeta & { namespace: string; uid: string; generation: number };
  spec: AgentDefinitionSpec;
  status?: AgentDefinitionStatus;
}
