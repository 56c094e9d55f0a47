/**
 * Where cdk-nag's AwsSolutions pack objects and the design stays: the construct, the rule, and the reason. What is not in
 * this table stops the synthesis.
 */
import { type Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { ROLES } from '../../shared/roles.ts';

const BASIC = 'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]';
const IN_VPC =
  'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole]';
const MONITORING =
  'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole]';
const BACKUP =
  'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup]';

const BY_AWS = 'AWS keeps this policy for exactly this service, and it holds no right on data of Gatehouse.';
const GIVEN = 'Only an operator can replace it: it comes from outside AWS. The guide says how and how often.';
const NO_RESOURCE = 'The action takes no resource: kms:CreateKey, ecr:GetAuthorizationToken.';
const NO_SECRET = 'The variables hold addresses, times and names. Secrets come from Secrets Manager.';
const BY_TAG =
  'Signing keys are created while Gatehouse runs, so no template knows their ids. The condition limits the right to keys with the tag of an environment that is served.';

const ACKNOWLEDGED: readonly (readonly [path: string, rule: string, reason: string])[] = [
  ...['PartnerCertificate', 'PartnerKey', 'DatabaseCa', 'StaffClient'].map(
    (name) => [`Secrets/${name}`, 'SMG4', GIVEN] as const,
  ),
  ['Database/Instance/MonitoringRole', MONITORING, BY_AWS],
  ['Database/Plan/Database/Role', BACKUP, BY_AWS],
  ...['Create', 'Rotate'].flatMap(
    (name) =>
      [
        [`DatabaseLogins/${name}`, BASIC, BY_AWS],
        [`DatabaseLogins/${name}`, IN_VPC, BY_AWS],
      ] as const,
  ),
  ['DatabaseLogins/Provider', BASIC, BY_AWS],
  [
    'DatabaseLogins/Provider',
    'IAM5[Resource::<DatabaseLoginsCreateEB804B85.Arn>:*]',
    'CDK’s own provider may call every version of this one function.',
  ],
  [
    'DatabaseLogins/Rotate',
    'IAM5[Resource::*]',
    'CDK lets a rotation call secretsmanager:GetRandomPassword, which takes no resource.',
  ],
  ...ROLES.flatMap((role) => [
    [`Services/${role}/Task/ExecutionRole`, 'IAM5[Resource::*]', NO_RESOURCE] as const,
    [`Services/${role}/Task`, 'ECS2', NO_SECRET] as const,
    [
      `Services/${role}/Task/TaskRole`,
      'IAM5[Resource::arn:aws:kms:{region}:{account}:key/*]',
      BY_TAG,
    ] as const,
  ]),
  ...(['admin', 'worker'] as const).map(
    (role) => [`Services/${role}/Task/TaskRole`, 'IAM5[Resource::*]', NO_RESOURCE] as const,
  ),
  [
    'Services/worker/Task/TaskRole',
    'IAM5[Resource::<StorageArchiveEF4C9845.Arn>/checkpoints/*]',
    'Checkpoints and archives of the audit trail have numbers as names. The right ends with their folder, and deletes nothing.',
  ],
  [
    'Services/worker/Task/TaskRole',
    'IAM5[Resource::<StorageArchiveEF4C9845.Arn>/cloudtrail/AWSLogs/{account}/CloudTrail/{region}/*]',
    'CloudTrail chooses the names of its files. The right ends with its folder, and only reads.',
  ],
  ['Services/Migrate/Task/ExecutionRole', 'IAM5[Resource::*]', NO_RESOURCE],
  ['Services/Migrate/Task', 'ECS2', NO_SECRET],
  [
    'Services/PublicBalancer/Group',
    'EC23',
    'NHS England fetches keys from addresses that it does not publish, and browsers come from anywhere.',
  ],
];

/** @throws if a row names a construct that is not there */
export function acknowledge(stack: Stack): void {
  for (const [path, rule, reason] of ACKNOWLEDGED) {
    const construct = path
      .split('/')
      .reduce<IConstruct>((parent, name) => parent.node.findChild(name), stack);
    const id = rule.replace('{region}', stack.region).replace('{account}', stack.account);
    Validations.of(construct).acknowledge({ id: `AwsSolutions-${id}`, reason });
  }
}
