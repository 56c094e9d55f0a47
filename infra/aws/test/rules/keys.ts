import { ROLES } from '../../../shared/roles.ts';
import { kmsActions } from '../../../shared/program.ts';
import type { Rule } from '../rules.ts';
import { ofType, type Resources, settings, the } from '../template.ts';

const SIGNING = 'arn:aws:kms:eu-west-2:111122223333:key/*';
const AUDIT = ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey'];
const CREATE = ['kms:CreateKey', 'kms:TagResource'];

/** Role, then the key, then what the role may do with it. Written out here, and nowhere derived from the source. */
const ALLOWED: Record<string, Record<string, string[]>> = {
  partner: { audit: AUDIT, signing: ['kms:DescribeKey', 'kms:Sign'] },
  public: { audit: AUDIT, signing: ['kms:Sign'] },
  admin: {
    audit: AUDIT,
    signing: ['kms:DisableKey', 'kms:GetPublicKey'],
    any: CREATE,
    evidence: ['kms:GetPublicKey', 'kms:Sign'],
  },
  worker: {
    audit: AUDIT,
    signing: [
      ...['kms:CancelKeyDeletion', 'kms:DescribeKey', 'kms:DisableKey'],
      ...['kms:GetPublicKey', 'kms:ListResourceTags'],
      ...['kms:ScheduleKeyDeletion', 'kms:Sign'],
    ],
    any: CREATE,
    names: ['kms:ListKeys'],
    checkpoints: ['kms:GetPublicKey', 'kms:Sign'],
    // By way of S3 alone, where the checkpoints are kept.
    data: ['kms:Decrypt', 'kms:GenerateDataKey'],
  },
};
interface Statement {
  Action: string | string[];
  Resource: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}

const actionsOf = ({ Action }: Statement): string[] => [Action].flat().sort();
const policiesOf = (all: Resources, role: string) =>
  ofType(all, 'AWS::IAM::Policy').filter(([id]) => id.startsWith(`Services${role}TaskTaskRole`));
const statementsOf = (all: Resources, role: string): Statement[] =>
  policiesOf(all, role)
    .flatMap(([, { PolicyDocument }]) => PolicyDocument.Statement as Statement[])
    .filter((statement) => actionsOf(statement).some((action) => action.startsWith('kms:')));

function keyOf(statement: Statement): string {
  const { Resource } = statement;
  const text = JSON.stringify(Resource);
  if (text.includes('KeysAudit')) return 'audit';
  if (text.includes('KeysCheckpoints')) return 'checkpoints';
  if (text.includes('KeysEvidence')) return 'evidence';
  if (text.includes('KeysData')) return 'data';
  if (text.includes('KeysSecrets')) return 'secrets';
  if (Resource === SIGNING) return 'signing';
  // It takes no key, and answers with the names of all of them.
  if (Resource === '*' && actionsOf(statement).join() === 'kms:ListKeys') return 'names';
  return Resource === '*' ? 'any' : text;
}

/** The role reads its secrets, and their key is no key of Gatehouse. */
const rightsOf = (all: Resources, role: string) =>
  Object.fromEntries(
    statementsOf(all, role)
      .filter((statement) => keyOf(statement) !== 'secrets')
      .map((statement) => [keyOf(statement), actionsOf(statement)]),
  );

const sorted = (rights: Record<string, string[]>): string => JSON.stringify(Object.entries(rights).sort());

export const KEY_RULES: readonly Rule[] = [
  {
    name: 'a role has the KMS actions that it uses, and no others',
    faultsIn: (all) =>
      ROLES.filter((role) => sorted(rightsOf(all, role)) !== sorted(ALLOWED[role] ?? {})).map(
        (role) => `${role}: ${sorted(rightsOf(all, role))}`,
      ),
    plant: (all) => {
      const [, { PolicyDocument }] = policiesOf(all, 'partner')[0]!;
      PolicyDocument.Statement.push({ Action: 'kms:CreateKey', Effect: 'Allow', Resource: '*' });
    },
  },
  {
    name: 'every action is one that the program calls, or ends a key',
    faultsIn: (all) => {
      const called = kmsActions();
      const given = new Set(ROLES.flatMap((role) => Object.values(rightsOf(all, role)).flat()));
      const missing = [...called].filter((action) => !given.has(action));
      return [...[...given].filter((action) => !called.has(action)), ...missing];
    },
    plant: (all) => {
      const [, { PolicyDocument }] = policiesOf(all, 'worker')[0]!;
      PolicyDocument.Statement.push({ Action: 'kms:Encrypt', Effect: 'Allow', Resource: 'planted' });
    },
  },
  {
    name: 'signing keys are those with the tag of an environment that is served',
    faultsIn: (all) =>
      ROLES.flatMap((role) =>
        statementsOf(all, role).filter((statement) => ['signing', 'any'].includes(keyOf(statement))),
      )
        .filter(({ Condition }) => {
          const limits = Object.values(Condition ?? {}).flatMap((part) => Object.entries(part));
          return !limits.some(
            ([key, value]) =>
              /^aws:Re(?:source|quest)Tag\/gatehouse:environment$/.test(key) &&
              JSON.stringify(value) === JSON.stringify(settings.environments),
          );
        })
        .map((statement) => actionsOf(statement).join()),
    plant: (all) => {
      const statements = statementsOf(all, 'public');
      delete statements.find((statement) => keyOf(statement) === 'signing')?.Condition;
    },
  },
  {
    name: 'the keys of the audit trail, checkpoints and evidence packs are apart, outlive the stack, and are never ended or tagged as signing keys',
    faultsIn: (all) =>
      ['KeysAudit', 'KeysCheckpoints', 'KeysEvidence', 'KeysData'].filter((begins) => {
        const { KeyPolicy } = the(all, 'AWS::KMS::Key', begins);
        const denied = (KeyPolicy.Statement as (Statement & { Effect: string })[])
          .filter(({ Effect }) => Effect === 'Deny')
          .flatMap(actionsOf);
        const retained = Object.entries(all).some(
          ([id, resource]) =>
            id.startsWith(begins) &&
            resource.Type === 'AWS::KMS::Key' &&
            resource.DeletionPolicy === 'Retain',
        );
        return denied.sort().join() !== 'kms:DisableKey,kms:ScheduleKeyDeletion,kms:TagResource' || !retained;
      }),
    plant: (all) => {
      the(all, 'AWS::KMS::Key', 'KeysAudit')['KeyPolicy'].Statement.pop();
    },
  },
];
