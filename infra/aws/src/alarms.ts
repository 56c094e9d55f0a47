/**
 * Alarms about what AWS runs. Those about Gatehouse itself are in infra/observability/prometheus, which nobody but
 * Prometheus can evaluate. Each goes to one topic.
 */
import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as subscriptions from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { Database } from './database.ts';
import type { Role } from '../../shared/roles.ts';
import type { Settings } from './settings.ts';
import { SIZES } from './sizes.ts';
import type { KeyTrail } from './trail.ts';

const BYTES_PER_GIB = 1024 ** 3;
const OVER = cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD;
const MINUTE = Duration.minutes(1);
const UNDER = cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD;

interface Watched {
  readonly database: Database;
  readonly trail: KeyTrail;
  readonly services: ReadonlyMap<Role, ecs.FargateService>;
  /** Targets of the balancers that are not ready. */
  readonly unhealthy: ReadonlyMap<string, cloudwatch.IMetric>;
  /** Answers with 5xx that a balancer gave itself. */
  readonly balancerErrors: ReadonlyMap<string, cloudwatch.IMetric>;
}

interface Rule {
  readonly metric: cloudwatch.IMetric;
  readonly threshold: number;
  readonly comparison?: cloudwatch.ComparisonOperator;
  /** So many periods of a minute in a row. */
  readonly minutes?: number;
  /** What nobody reports is worse than any value. */
  readonly missingIsBad?: boolean;
}

export class Alarms extends Construct {
  private readonly topic: sns.Topic;

  constructor(scope: Construct, id: string, watched: Watched, settings: Settings, key: kms.IKey) {
    super(scope, id);
    this.topic = new sns.Topic(this, 'Topic', { masterKey: key, enforceSSL: true });
    this.topic.addSubscription(new subscriptions.EmailSubscription(settings.alarmEmail));
    this.watchDatabase(watched.database, SIZES[settings.size].database.maxConnections);
    this.alarm('KeyEnded', 'A key in KMS was disabled, scheduled for deletion, or has another policy', {
      metric: watched.trail.keysEnded.metric({ statistic: 'Sum', period: MINUTE }),
      threshold: 0,
    });
    if (!settings.running) return;
    for (const [role, service] of watched.services)
      this.alarm(`${role}Tasks`, `Fewer than two tasks of ${role} are running`, {
        metric: runningTasks(service),
        threshold: 2,
        comparison: UNDER,
        minutes: 5,
        missingIsBad: true,
      });
    for (const [name, metric] of watched.unhealthy)
      this.alarm(`${name}NotReady`, `A task of ${name} is not ready`, { metric, threshold: 0, minutes: 5 });
    for (const [name, metric] of watched.balancerErrors)
      this.alarm(`${name}Errors`, `The balancer of ${name} answers with 5xx itself`, {
        metric,
        threshold: 5,
        minutes: 5,
      });
  }

  private watchDatabase({ instance, storageGib }: Database, maxConnections: number): void {
    for (const [name, percent] of [
      ['Filling', 70],
      ['Full', 85],
    ] as const)
      this.alarm(`Database${name}`, `${String(percent)} % of the volume of the database is in use`, {
        metric: instance.metricFreeStorageSpace({ statistic: 'Minimum', period: MINUTE }),
        threshold: (storageGib * BYTES_PER_GIB * (100 - percent)) / 100,
        comparison: UNDER,
        missingIsBad: true,
      });
    this.alarm('DatabaseBusy', 'The database uses more than 80 % of its processors', {
      metric: instance.metricCPUUtilization({ period: MINUTE }),
      threshold: 80,
      minutes: 15,
    });
    this.alarm('DatabaseConnections', 'More than 80 % of the connections of the database are in use', {
      metric: instance.metricDatabaseConnections({ statistic: 'Maximum', period: MINUTE }),
      threshold: maxConnections * 0.8,
      minutes: 5,
    });
    this.alarm('DatabaseMemory', 'The database has less than 512 MiB of memory left', {
      metric: instance.metricFreeableMemory({ statistic: 'Minimum', period: MINUTE }),
      threshold: BYTES_PER_GIB / 2,
      comparison: UNDER,
      minutes: 15,
    });
  }

  private alarm(name: string, alarmDescription: string, rule: Rule): void {
    const { metric, threshold, comparison = OVER, minutes = 1, missingIsBad = false } = rule;
    const action = new actions.SnsAction(this.topic);
    const alarm = new cloudwatch.Alarm(this, name, {
      alarmDescription,
      metric,
      threshold,
      comparisonOperator: comparison,
      evaluationPeriods: minutes,
      datapointsToAlarm: minutes,
      treatMissingData: missingIsBad
        ? cloudwatch.TreatMissingData.BREACHING
        : cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
  }
}

function runningTasks(service: ecs.FargateService): cloudwatch.IMetric {
  return new cloudwatch.Metric({
    namespace: 'ECS/ContainerInsights',
    metricName: 'RunningTaskCount',
    dimensionsMap: { ClusterName: service.cluster.clusterName, ServiceName: service.serviceName },
    statistic: 'Minimum',
    period: MINUTE,
  });
}
