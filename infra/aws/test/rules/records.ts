import { SIZES } from '../../src/sizes.ts';
import type { Rule } from '../rules.ts';
import { ofType, type Resources, settings, the } from '../template.ts';

const RETENTION_DAYS = settings.auditRetentionYears * 365;
const database = (all: Resources) => the(all, 'AWS::RDS::DBInstance');
const copies = (all: Resources): any[] => the(all, 'AWS::Backup::BackupPlan')['BackupPlan'].BackupPlanRule;
const archive = (all: Resources) => the(all, 'AWS::S3::Bucket', 'StorageArchive');
const trail = (all: Resources) => the(all, 'AWS::CloudTrail::Trail');

/** Share of the volume in use, in percent, at which an alarm goes off. */
const alarmPercents = (all: Resources): number[] =>
  ofType(all, 'AWS::CloudWatch::Alarm')
    .filter(([, { MetricName }]) => MetricName === 'FreeStorageSpace')
    .map(
      ([, { Threshold }]) => 100 - (Threshold / 1024 ** 3 / SIZES[settings.size].database.storageGib) * 100,
    );

export const RECORD_RULES: readonly Rule[] = [
  {
    name: 'the database is PostgreSQL 18 in two zones, encrypted, and outlives the stack',
    faultsIn: (all) => {
      const instance = database(all);
      const kept = ofType(all, 'AWS::RDS::DBInstance').every(([id]) => all[id]?.DeletionPolicy === 'Retain');
      return [
        ...(String(instance['EngineVersion']).startsWith('18') ? [] : ['version']),
        ...['MultiAZ', 'StorageEncrypted', 'DeletionProtection'].filter((name) => instance[name] !== true),
        ...(kept ? [] : ['DeletionPolicy']),
      ];
    },
    plant: (all) => {
      database(all)['MultiAZ'] = false;
    },
  },
  {
    name: 'connections to the database are over TLS, and no statement is logged',
    faultsIn: (all) => {
      const parameters = the(all, 'AWS::RDS::DBParameterGroup')['Parameters'];
      return ['rds.force_ssl:1', 'log_statement:none', 'log_parameter_max_length:0'].filter((line) => {
        const [name = '', value] = line.split(':');
        return parameters[name] !== value;
      });
    },
    plant: (all) => {
      the(all, 'AWS::RDS::DBParameterGroup')['Parameters']['rds.force_ssl'] = '0';
    },
  },
  {
    name: 'copies last as long as the audit trail must be kept, and any second of 35 days can be restored',
    faultsIn: (all) => [
      ...(database(all)['BackupRetentionPeriod'] === 35 ? [] : ['point in time']),
      ...(copies(all).some(({ Lifecycle }) => Lifecycle.DeleteAfterDays >= RETENTION_DAYS)
        ? []
        : ['retention']),
    ],
    plant: (all) => {
      for (const rule of copies(all)) rule.Lifecycle.DeleteAfterDays = 90;
    },
  },
  {
    name: 'nobody can shorten what is in the archive',
    faultsIn: (all) => {
      const { ObjectLockEnabled, ObjectLockConfiguration } = archive(all);
      const retention = ObjectLockConfiguration?.Rule?.DefaultRetention;
      return ObjectLockEnabled === true &&
        retention?.Mode === 'COMPLIANCE' &&
        retention.Days >= RETENTION_DAYS
        ? []
        : ['object lock'];
    },
    plant: (all) => {
      archive(all)['ObjectLockConfiguration'].Rule.DefaultRetention.Mode = 'GOVERNANCE';
    },
  },
  {
    name: 'the worker keeps checkpoints in the archive, and nobody may delete from it',
    faultsIn: (all) => {
      const [worker] = ofType(all, 'AWS::IAM::Policy').filter(([id]) =>
        id.startsWith('ServicesworkerTaskTaskRole'),
      );
      const s3 = (policy: any): string[] =>
        policy.PolicyDocument.Statement.flatMap(({ Action }: any) => Action).filter((action: string) =>
          action.startsWith('s3:'),
        );
      const deletes = ofType(all, 'AWS::IAM::Policy').flatMap(([, policy]) =>
        s3(policy).filter((action) => /Delete|Bypass|PutObjectRetention|\*/.test(action)),
      );
      return [
        ...(worker !== undefined && s3(worker[1]).includes('s3:PutObject') ? [] : ['worker']),
        ...deletes,
      ];
    },
    plant: (all) => {
      const [worker] = ofType(all, 'AWS::IAM::Policy').filter(([id]) =>
        id.startsWith('ServicesworkerTaskTaskRole'),
      );
      worker![1]['PolicyDocument'].Statement.push({
        Effect: 'Allow',
        Action: 's3:DeleteObjectVersion',
        Resource: '*',
      });
    },
  },
  {
    name: 'the worker lists and reads the folder of CloudTrail, nobody else does, and nobody writes there',
    faultsIn: (all) => {
      const rightsOf = (role: string): string[] =>
        ofType(all, 'AWS::IAM::Policy')
          .filter(([id]) => id.startsWith(`Services${role}TaskTaskRole`))
          .flatMap(([, { PolicyDocument }]) => PolicyDocument.Statement)
          .filter((statement) => JSON.stringify(statement).includes('/CloudTrail/'))
          .flatMap(({ Action, Resource, Condition }: any) =>
            [Action].flat().map((action) => `${action} ${JSON.stringify(Condition ?? Resource)}`),
          );
      const folder = `cloudtrail/AWSLogs/${settings.account}/CloudTrail/${settings.region}/*`;
      const [read = '', list = '', ...more] = rightsOf('worker');
      return [
        ...(read.startsWith('s3:GetObject ') && read.includes(`/${folder}`) ? [] : ['read']),
        ...(list === `s3:ListBucket ${JSON.stringify({ StringLike: { 's3:prefix': folder } })}`
          ? []
          : ['list']),
        ...more,
        ...['partner', 'public', 'admin'].flatMap(rightsOf),
      ];
    },
    plant: (all) => {
      const [admin] = ofType(all, 'AWS::IAM::Policy').filter(([id]) =>
        id.startsWith('ServicesadminTaskTaskRole'),
      );
      admin![1]['PolicyDocument'].Statement.push({
        Effect: 'Allow',
        Action: 's3:GetObject',
        Resource: 'arn:aws:s3:::archive/cloudtrail/AWSLogs/1/CloudTrail/eu-west-2/*',
      });
    },
  },
  {
    name: 'CloudTrail records every use of a key, and an end of a key is an alarm',
    faultsIn: (all) => {
      const { IsLogging, EnableLogFileValidation, EventSelectors = [] } = trail(all);
      const hidden = JSON.stringify(EventSelectors).includes('kms.amazonaws.com');
      const watched = ofType(all, 'AWS::CloudWatch::Alarm').some(
        ([, { MetricName }]) => MetricName === 'KeysEnded',
      );
      return [
        ...(IsLogging === true && EnableLogFileValidation === true && !hidden ? [] : ['trail']),
        ...(watched ? [] : ['alarm']),
      ];
    },
    plant: (all) => {
      trail(all)['EventSelectors'] = [{ ExcludeManagementEventSources: ['kms.amazonaws.com'] }];
    },
  },
  {
    name: 'the volume of the database has alarms at 70 and 85 %',
    faultsIn: (all) => {
      const percents = alarmPercents(all).sort();
      return percents.length === 2 && Math.round(percents[0]!) === 70 && Math.round(percents[1]!) === 85
        ? []
        : [percents.join()];
    },
    plant: (all) => {
      const [alarm] = ofType(all, 'AWS::CloudWatch::Alarm').filter(
        ([, { MetricName }]) => MetricName === 'FreeStorageSpace',
      );
      alarm![1]['Threshold'] /= 2;
    },
  },
  {
    name: 'an alarm reaches somebody',
    faultsIn: (all) =>
      ofType(all, 'AWS::CloudWatch::Alarm')
        .filter(([, { AlarmActions = [] }]) => AlarmActions.length === 0)
        .map(([id]) => id),
    plant: (all) => {
      ofType(all, 'AWS::CloudWatch::Alarm')[0]![1]['AlarmActions'] = [];
    },
  },
  {
    name: 'the passwords of the database are replaced every 30 days',
    faultsIn: (all) => {
      const schedules = ofType(all, 'AWS::SecretsManager::RotationSchedule');
      const late = schedules.filter(
        ([, { RotationRules }]) => RotationRules.ScheduleExpression !== 'rate(30 days)',
      );
      return [
        ...late.map(([id]) => id),
        ...(schedules.length === 2 ? [] : ['owner and running login']),
        ...(database(all)['ManageMasterUserPassword'] === true ? [] : ['master']),
      ];
    },
    plant: (all) => {
      delete all[ofType(all, 'AWS::SecretsManager::RotationSchedule')[0]![0]];
    },
  },
];
