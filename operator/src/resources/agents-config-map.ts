import type { V1ConfigMap } from '@kubernetes/client-node';
import { SERVER_FILE_NAME } from '../../../runtime/src/contract/server-file.ts';
import { agentShard, childNames } from '../names.ts';
import type { Inputs } from './inputs.ts';
import type { Manifest } from './manifest.ts';
import { ownedMeta } from './server-object.ts';

/**
 * The ConfigMaps that pods mount as one folder: an agent's file is in the shard of its name's hash. Most
 * servers have few agents, and a shard without any is not there: pods mount it when it comes.
 */
export function agentsConfigMaps({ server, agentFiles }: Inputs): Manifest<V1ConfigMap>[] {
  const shards = new Map<number, Record<string, string>>();
  for (const [fileName, text] of Object.entries(agentFiles)) {
    const shard = shardOf(fileName);
    shards.set(shard, { ...shards.get(shard), [fileName]: text });
  }
  return [...shards].map(([shard, data]) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: ownedMeta(server, childNames.agentsConfigMap(server.metadata.name, shard)),
    data,
  }));
}

/** The shard of a file in the agents folder; the server's own file is in the first. */
export function shardOf(fileName: string): number {
  return fileName === SERVER_FILE_NAME ? 0 : agentShard(fileName);
}
