import { agentErrors, describeErrors } from '../../../runtime/src/contract/agent-errors.ts';
import { renderAgentFile } from '../../../runtime/src/contract/agent-file.ts';
import { fileRevision } from '../../../runtime/src/contract/agents-revision.ts';
import { resolveReferences } from '../../../runtime/src/contract/references.ts';
import { grantErrors, secretRefs } from '../../../runtime/src/contract/secret-refs.ts';
import type { ConfigMapText } from '../../../runtime/src/contract/references.ts';
import type { A2AServer } from '../api/a2aserver.ts';
import type { AgentDefinition, AgentDefinitionStatus } from '../api/agentdefinition.ts';
import { CONDITION, REASON } from '../api/conditions.ts';
import { grantedSecrets } from '../resources/granted-secrets.ts';
import { conditionsOf } from './conditions.ts';
import type { Verdict } from './conditions.ts';
import { MAX_AGENTS, saysScaledToZero } from './server-status.ts';

type HostingServer = NonNullable<AgentDefinitionStatus['servers']>[number];

/** Servers that a status lists; more of them only count. */
const MAX_SERVERS = 64;

const SCALED_TO_ZERO = 'spec.replicas is 0, so nothing is served there, as declared';
const NOT_RECONCILED = 'the server was not reconciled yet';
const NOT_LISTED = `the server hosts more agents than the ${MAX_AGENTS} that its status lists, so nobody can tell whether this one is served; host it on another server`;

/** What an agent may refer to, as it is now. */
export interface Referred {
  configMapText: ConfigMapText;
  hasSecret: (name: string) => boolean;
}

/** The whole status of an agent, from its spec and what the hosting servers say of it. */
export function agentStatus(
  agent: AgentDefinition,
  servers: readonly A2AServer[],
  referred: Referred,
  now: Date,
): AgentDefinitionStatus {
  const { generation } = agent.metadata;
  const resolved = resolveReferences(agent.spec, referred.configMapText);
  const revision = currentRevision(agent, resolved.spec);
  const hosting = servers.map((server) => hostingServer(agent, revision, server));
  const parts = [
    accepted(resolved.spec),
    resolvedRefs(missingText(resolved.error) ?? unusableSecret(agent, servers, referred)),
    served(hosting, servers, agent.spec.suspend),
  ];
  const verdicts = [...parts, ready(parts, agent.spec.suspend)];
  return {
    observedGeneration: generation,
    conditions: conditionsOf(verdicts, agent.status?.conditions ?? [], generation, now),
    serverCount: servers.length,
    skillCount: agent.spec.skills?.length ?? 1,
    // Server-side apply keeps no empty list where items went, so an empty one would be written again.
    ...(hosting.length > 0 && { servers: hosting.slice(0, MAX_SERVERS) }),
  };
}

function accepted(resolved: AgentDefinition['spec']): Verdict {
  const errors = agentErrors(resolved);
  const type = CONDITION.Accepted;
  if (errors.length > 0) {
    return { type, status: 'False', reason: REASON.InvalidSpec, message: describeErrors(errors) };
  }
  return { type, status: 'True', reason: REASON.Accepted, message: 'the spec is valid' };
}

type Unresolved = Pick<Verdict, 'reason' | 'message'>;

function missingText(error: string | undefined): Unresolved | undefined {
  return error === undefined ? undefined : { reason: REASON.ConfigMapNotFound, message: error };
}

/**
 * The first Secret that a hosting server does not grant, or that does not exist. Of an agent that nobody hosts
 * nothing is said: its author could else find out which Secrets there are.
 */
function unusableSecret(
  { metadata: { namespace }, spec }: AgentDefinition,
  servers: readonly A2AServer[],
  { hasSecret }: Referred,
): Unresolved | undefined {
  const refused = servers.flatMap((server) => {
    const hosting = { name: server.metadata.name, grantedSecrets: grantedSecrets(server) };
    return grantErrors(spec, hosting);
  });
  if (refused.length > 0) {
    return { reason: REASON.SecretNotGranted, message: describeErrors(refused) };
  }
  if (servers.length === 0) return undefined;
  const missing = secretRefs(spec).find(({ ref }) => !hasSecret(ref.name));
  if (missing === undefined) return undefined;
  const message = `${missing.field}: Secret "${missing.ref.name}" was not found in namespace "${namespace}"; create it`;
  return { reason: REASON.SecretNotFound, message };
}

function resolvedRefs(problem: Unresolved | undefined): Verdict {
  const type = CONDITION.ResolvedRefs;
  if (problem !== undefined) return { type, status: 'False', ...problem };
  return {
    type,
    status: 'True',
    reason: REASON.Resolved,
    message: 'everything it refers to exists',
  };
}

function served(
  hosting: readonly HostingServer[],
  servers: readonly A2AServer[],
  suspend = false,
): Verdict {
  const type = CONDITION.Served;
  if (hosting.length === 0) {
    const message = 'no A2AServer of this namespace hosts it; add it to spec.agents of one';
    return { type, status: 'False', reason: REASON.NotSelected, message };
  }
  const lacking = hosting.filter((server) => !server.ready);
  if (lacking.length > 0) {
    const message = lacking.map((server) => `${server.name}: ${server.message ?? ''}`).join('; ');
    const asleep = servers.filter(({ status = {} }) => saysScaledToZero(status));
    return lacking.length === asleep.length
      ? { type, status: 'True', reason: REASON.ScaledToZero, message }
      : { type, status: 'False', reason: REASON.NotServed, message };
  }
  const all = `${hosting.length} of ${hosting.length} servers`;
  return suspend
    ? { type, status: 'True', reason: REASON.Suspended, message: `${all} have suspended it` }
    : { type, status: 'True', reason: REASON.Served, message: `${all} serve this generation` };
}

function ready(parts: readonly Verdict[], suspend = false): Verdict {
  const failing = parts.find(({ status }) => status !== 'True');
  if (failing !== undefined) return { ...failing, type: CONDITION.Ready };
  const asleep = parts.find(({ reason }) => reason === REASON.ScaledToZero);
  if (asleep !== undefined) return { ...asleep, type: CONDITION.Ready };
  if (suspend) {
    const message =
      'spec.suspend is true, so its servers refuse new messages; everything else is kept';
    return { type: CONDITION.Ready, status: 'True', reason: REASON.Suspended, message };
  }
  const message = 'accepted, resolved and served';
  return { type: CONDITION.Ready, status: 'True', reason: REASON.Ready, message };
}

/**
 * Of the agent as it is now. Not its generation, which stays when a referenced text changes, and begins
 * anew when the agent is deleted and made again.
 */
function currentRevision(
  { metadata: { name, generation } }: AgentDefinition,
  spec: AgentDefinition['spec'],
): string {
  return fileRevision(renderAgentFile({ name, generation, spec }));
}

function hostingServer(
  { metadata }: AgentDefinition,
  revision: string,
  { metadata: { name }, status = {} }: A2AServer,
): HostingServer {
  const seen = status.agents?.find((agent) => agent.name === metadata.name);
  const ready = seen?.loaded === true && seen.revision === revision && !saysScaledToZero(status);
  const url = seen?.url === undefined ? {} : { url: seen.url };
  return { name, ...url, ready, ...(!ready && { message: unserved(status, seen) }) };
}

function unserved(status: ServerStatus, seen: SeenAgent | undefined): string {
  if (saysScaledToZero(status)) return SCALED_TO_ZERO;
  if (seen !== undefined) return seen.message ?? 'pods are loading this version';
  return (status.agents?.length ?? 0) < MAX_AGENTS ? NOT_RECONCILED : NOT_LISTED;
}

type ServerStatus = NonNullable<A2AServer['status']>;
type SeenAgent = NonNullable<ServerStatus['agents']>[number];
