import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addresses } from './addresses.ts';
import { cniConfigurationFolder } from './containerd.ts';
import { paths } from './paths.ts';

/** The name of the pod network, also in the plugins' result cache. */
export const podNetwork = 'a2a-operator';

/**
 * The pod network: a bridge with addresses of its own, and port mappings for hostPort.
 *
 * @param addressFolder where assigned addresses are recorded: on a tmpfs, so that a reboot frees them.
 */
export function podNetworkConfig(addressFolder: string): object {
  return {
    cniVersion: '0.4.0',
    name: podNetwork,
    plugins: [
      {
        type: 'bridge',
        bridge: addresses.podBridge,
        isGateway: true,
        ipMasq: true,
        hairpinMode: true,
        ipam: {
          type: 'host-local',
          dataDir: addressFolder,
          ranges: [[{ subnet: addresses.podCidr }]],
          routes: [{ dst: '0.0.0.0/0' }],
        },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  };
}

/** Writes the pod network's configuration, which containerd reads by itself. */
export async function ensurePodNetwork(): Promise<void> {
  await mkdir(cniConfigurationFolder, { recursive: true });
  const config = podNetworkConfig(join(paths.run, 'pod-addresses'));
  const file = join(cniConfigurationFolder, '10-a2a-operator.conflist');
  await writeFile(file, JSON.stringify(config, null, 2));
}
