/**
 * What each role may do in KMS: what its code calls (apps/gateway/src/adapters/kms/kms.ts), and for admin and worker the
 * end of a signing key. A role without a line for a key can't use it.
 */
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import { Stack } from 'aws-cdk-lib';
import type { Role } from '../../shared/roles.ts';
import type { Settings } from './settings.ts';

interface KeyRights {
  /** Of keys that carry the tag of an environment that this deployment serves. */
  readonly signingKeys: readonly string[];
  readonly createsSigningKeys: boolean;
  /** Finds a key that a run which died has left. */
  readonly listsKeys?: true;
  readonly checkpointKey: readonly string[];
  readonly evidenceKey?: readonly string[];
}

/** Every role writes the trail, and asks for the state of the audit key to answer `/ready`. */
export const AUDIT_KEY_ACTIONS = ['kms:GenerateDataKey', 'kms:Decrypt', 'kms:DescribeKey'];

export const KEY_RIGHTS: Readonly<Record<Role, KeyRights>> = {
  // DescribeKey is how it notices that a key was disabled.
  partner: {
    signingKeys: ['kms:Sign', 'kms:DescribeKey'],
    createsSigningKeys: false,
    checkpointKey: [],
  },
  // Signs the client assertions for CIS2.
  public: { signingKeys: ['kms:Sign'], createsSigningKeys: false, checkpointKey: [] },
  admin: {
    signingKeys: ['kms:GetPublicKey', 'kms:DisableKey'],
    createsSigningKeys: true,
    checkpointKey: [],
    // Evidence packs are made where they are asked for.
    evidenceKey: ['kms:Sign', 'kms:GetPublicKey'],
  },
  worker: {
    // It signs the canary of a rotation.
    signingKeys: [
      ...['kms:Sign', 'kms:GetPublicKey', 'kms:DescribeKey', 'kms:ListResourceTags'],
      ...['kms:DisableKey', 'kms:ScheduleKeyDeletion', 'kms:CancelKeyDeletion'],
    ],
    createsSigningKeys: true,
    listsKeys: true,
    checkpointKey: ['kms:Sign', 'kms:GetPublicKey'],
  },
};

export interface AccountKeys {
  readonly audit: kms.IKey;
  readonly checkpoints: kms.IKey;
  readonly evidence: kms.IKey;
}

export function keyStatements(role: Role, keys: AccountKeys, settings: Settings): iam.PolicyStatement[] {
  const rights = KEY_RIGHTS[role];
  const scope = Stack.of(keys.audit);
  const allKeys = scope.formatArn({ service: 'kms', resource: 'key', resourceName: '*' });
  const environments = { 'aws:ResourceTag/gatehouse:environment': settings.environments };
  const statements = [
    new iam.PolicyStatement({
      sid: 'UseAuditKey',
      actions: AUDIT_KEY_ACTIONS,
      resources: [keys.audit.keyArn],
    }),
    new iam.PolicyStatement({
      sid: 'UseSigningKeys',
      actions: [...rights.signingKeys],
      resources: [allKeys],
      conditions: { StringEquals: environments },
    }),
  ];
  if (rights.createsSigningKeys)
    statements.push(
      new iam.PolicyStatement({
        sid: 'CreateSigningKeys',
        actions: ['kms:CreateKey', 'kms:TagResource'],
        resources: ['*'],
        conditions: {
          StringEquals: {
            'aws:RequestTag/gatehouse:environment': settings.environments,
            'kms:KeySpec': 'RSA_4096',
            'kms:KeyUsage': 'SIGN_VERIFY',
          },
          // A key of another environment can't be given the tag of this one.
          StringEqualsIfExists: environments,
        },
      }),
    );
  if (rights.listsKeys === true)
    statements.push(
      new iam.PolicyStatement({ sid: 'ListKeys', actions: ['kms:ListKeys'], resources: ['*'] }),
    );
  if (rights.checkpointKey.length > 0)
    statements.push(
      new iam.PolicyStatement({
        sid: 'UseCheckpointKey',
        actions: [...rights.checkpointKey],
        resources: [keys.checkpoints.keyArn],
      }),
    );
  if (rights.evidenceKey !== undefined)
    statements.push(
      new iam.PolicyStatement({
        sid: 'UseEvidenceKey',
        actions: [...rights.evidenceKey],
        resources: [keys.evidence.keyArn],
      }),
    );
  return statements;
}
