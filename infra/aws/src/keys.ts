/**
 * The keys that Gatehouse does not create itself. They outlive the stack: without the audit key no identifier in the
 * trail, nor any copy of it, can be read again.
 */
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

export class Keys extends Construct {
  /** Seals the identifiers in the trail and the secrets of applications. */
  readonly audit: kms.Key;
  /** Signs checkpoints of the trail. */
  readonly checkpoints: kms.Key;
  /** Signs evidence packs. */
  readonly evidence: kms.Key;
  /** Encrypts the database, its copies and the buckets. */
  readonly data: kms.Key;
  readonly secrets: kms.Key;
  /** Logs, the trail of CloudTrail and alarms: services of AWS use it by themselves. */
  readonly logs: kms.Key;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const symmetric = (name: string, description: string): kms.Key =>
      new kms.Key(this, name, {
        description: `Gatehouse: ${description}`,
        enableKeyRotation: true,
        removalPolicy: RemovalPolicy.RETAIN,
      });
    this.audit = symmetric('Audit', 'identifiers in the audit trail');
    this.data = symmetric('Data', 'database, backups and buckets');
    this.secrets = symmetric('Secrets', 'secrets');
    this.logs = symmetric('Logs', 'logs and alarms');
    const signing = (name: string, description: string): kms.Key =>
      new kms.Key(this, name, {
        description: `Gatehouse: ${description}`,
        keySpec: kms.KeySpec.RSA_4096,
        keyUsage: kms.KeyUsage.SIGN_VERIFY,
        removalPolicy: RemovalPolicy.RETAIN,
      });
    this.checkpoints = signing('Checkpoints', 'checkpoints of the audit trail');
    this.evidence = signing('Evidence', 'evidence packs');
    for (const key of [this.audit, this.checkpoints, this.evidence, this.data]) {
      key.addToResourcePolicy(neverEnds());
      key.addToResourcePolicy(neverSigns());
    }
    const { region, account } = Stack.of(this);
    this.logs.grantEncryptDecrypt(
      new iam.ServicePrincipal(`logs.${region}.amazonaws.com`, {
        conditions: {
          ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:aws:logs:${region}:${account}:*` },
        },
      }),
    );
    this.logs.grantEncryptDecrypt(
      new iam.ServicePrincipal('cloudwatch.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    );
  }
}

/** Whoever must end such a key changes its policy first, and an alarm goes off at that. */
function neverEnds(): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'NeverEnds',
    effect: iam.Effect.DENY,
    principals: [new iam.AnyPrincipal()],
    actions: ['kms:ScheduleKeyDeletion', 'kms:DisableKey'],
    resources: ['*'],
  });
}

/** The tag of a signing key would give the partner role the right to sign with it. */
function neverSigns(): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'NeverTaggedAsSigningKey',
    effect: iam.Effect.DENY,
    principals: [new iam.AnyPrincipal()],
    actions: ['kms:TagResource'],
    resources: ['*'],
    conditions: { 'ForAnyValue:StringLike': { 'aws:TagKeys': 'gatehouse:*' } },
  });
}
