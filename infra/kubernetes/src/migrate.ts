/** `gatehouse migrate`, run before a new version. The only pod that has the owner's login; it reaches the database alone. */
import { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-34';
import type { Construct } from 'constructs';
import { databaseFiles } from './files.ts';
import { labelsOf, nameOf } from './labels.ts';
import { letOut } from './network.ts';
import { podSpec } from './pod.ts';
import type { Settings } from './settings.ts';
import { migrateVariables } from './variables.ts';

const COST = { cpu: 512, memoryMib: 1024 };
const DAY_S = 86_400;

export class MigrateChart extends Chart {
  constructor(scope: Construct, settings: Settings) {
    super(scope, 'migrate', { namespace: settings.namespace, labels: labelsOf('migrate') });
    new k8s.KubeServiceAccount(this, 'identity', {
      metadata: { name: nameOf('migrate') },
      automountServiceAccountToken: false,
    });
    letOut(this, 'migrate', settings);
    const pod = podSpec(settings, nameOf('migrate'), databaseFiles, COST, {
      name: 'gatehouse',
      args: ['gatehouse', 'migrate'],
      env: migrateVariables(settings),
    });
    new k8s.KubeJob(this, 'job', {
      metadata: { name: migrateJobName(settings) },
      spec: {
        backoffLimit: 2,
        ttlSecondsAfterFinished: DAY_S,
        template: { metadata: { labels: labelsOf('migrate') }, spec: { ...pod, restartPolicy: 'Never' } },
      },
    });
  }
}

/** One for each image: a Job can't be changed. */
export function migrateJobName({ image }: Settings): string {
  const [, digest = ''] = image.split('@sha256:');
  return `${nameOf('migrate')}-${digest.slice(0, 10)}`;
}
