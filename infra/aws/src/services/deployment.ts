/** What every service is put together from. */
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Database } from '../database.ts';
import type { AccountKeys } from '../key-rights.ts';
import type { Network } from '../network.ts';
import type { Secrets } from '../secrets.ts';
import type { Settings } from '../settings.ts';

export interface Deployment {
  readonly settings: Settings;
  readonly network: Network;
  readonly database: Database;
  readonly secrets: Secrets;
  readonly keys: AccountKeys & { readonly data: kms.IKey };
  /** Where checkpoints of the audit trail are stored. */
  readonly archive: s3.IBucket;
  readonly cluster: ecs.ICluster;
  readonly images: {
    readonly gateway: ecs.ContainerImage;
    readonly migrate: ecs.ContainerImage;
    readonly awsCli: ecs.ContainerImage;
  };
  readonly logging: (name: string) => ecs.LogDriver;
}
