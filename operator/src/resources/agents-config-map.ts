import type { V1ConfigMap } from '@kubernetes/client-node';
import { SERVER_FILE_NAME } from '../../../runtime/src/contract/server-file.ts';
import { AGENT_SHARDS, agentShard, childNames } from '../names.ts';
import type { Inputs } from './inputs.ts';
import type { Manifest } from './manifest.ts';
import { ownedMeta } from './server-object.ts';

/** The ConfigMaps that pods mount as one folder: an agent's file is in the shard of its name's hash. */
export function agentsConfigMaps({ server, agentFiles }: Inputs): Manifest<V1ConfigMap>[] {
  return Array.from({ length: AGENT_SHARDS }, (_, shard) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: ownedMeta(server, childNames.agentsConfigMap(server.metadata.name, shard)),
    data: Object.fromEntries(
      Object.entries(agentFiles).filter(([fileName]) => shardOf(fileName) === shard),
    ),
  }));
}

/** The shard of a file in the agents folder; the server's own file is in the first. */
export function shardOf(fileName: string): number {
  return fileName === SERVER_FILE_NAME ? 0 : agentShard(fileName);
}
