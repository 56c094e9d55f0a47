/** What every pod of Gatehouse gives up: root, capabilities, writing to its file system, a token of the cluster. */
import { k8s } from 'cdk8s-plus-34';
import type { Files } from './files.ts';
import type { Settings } from './settings.ts';

/** `node` in the image. Every other number would do: the image's files are readable by everybody. */
const USER = 1000;

export interface Cost {
  /** 1,024 is one vCPU. */
  readonly cpu: number;
  readonly memoryMib: number;
}

/** Memory is limited; a limit of processor time would hold up requests while processors are idle. */
export function resourcesOf({ cpu, memoryMib }: Cost) {
  const memory = `${memoryMib}Mi`;
  return { requests: { cpu: `${Math.round((cpu / 1024) * 1000)}m`, memory }, limits: { memory } };
}

const quantities = (amounts: Readonly<Record<string, string>>): Record<string, k8s.Quantity> =>
  Object.fromEntries(
    Object.entries(amounts).map(([name, amount]) => [name, k8s.Quantity.fromString(amount)]),
  );

/** @param serviceAccountName its rights in your cloud are all that the pod has */
export function podSpec(
  { image, pullSecret }: Settings,
  serviceAccountName: string,
  { volumes, volumeMounts }: Files,
  cost: Cost,
  container: Omit<k8s.Container, 'image' | 'resources' | 'securityContext' | 'volumeMounts'>,
): k8s.PodSpec {
  const { requests, limits } = resourcesOf(cost);
  return {
    serviceAccountName,
    automountServiceAccountToken: false,
    // Variables such as GATEHOUSE_PARTNER_PORT, which Kubernetes would make of Services, are no settings of Gatehouse,
    // and it does not start with them.
    enableServiceLinks: false,
    ...(pullSecret !== undefined && { imagePullSecrets: [{ name: pullSecret }] }),
    securityContext: {
      runAsNonRoot: true,
      runAsUser: USER,
      runAsGroup: USER,
      fsGroup: USER,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [
      {
        ...container,
        image,
        imagePullPolicy: 'IfNotPresent',
        resources: { requests: quantities(requests), limits: quantities(limits) },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        volumeMounts,
      },
    ],
    volumes,
  };
}
