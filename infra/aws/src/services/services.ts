/** The cluster, the four services, the task that migrates, and what stands in front of them. */
import { RemovalPolicy } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { PublicFirewall } from '../firewall.ts';
import { PartnerBalancer, WebBalancer } from './balancers.ts';
import type { Deployment } from './deployment.ts';
import { MigrateTask } from './migrate-task.ts';
import { type Role, ROLES } from '../../../shared/roles.ts';
import { RoleService } from './service.ts';

const ANYWHERE = ['0.0.0.0/0'];

type Props = Omit<Deployment, 'cluster' | 'images' | 'logging'> & {
  readonly logsKey: kms.IKey;
  readonly accessLogs: s3.IBucket;
};

export class Services extends Construct {
  readonly byRole: ReadonlyMap<Role, ecs.FargateService>;
  readonly unhealthy: ReadonlyMap<string, cloudwatch.IMetric>;
  readonly balancerErrors: ReadonlyMap<string, cloudwatch.IMetric>;
  readonly migrate: MigrateTask;

  constructor(scope: Construct, id: string, props: Props) {
    super(scope, id);
    const deployment = this.deployment(props);
    const ranges = (name: 'edge' | 'balancers') =>
      props.network.subnets(name).map(({ ipv4CidrBlock }) => ipv4CidrBlock);
    const roles = Object.fromEntries(
      ROLES.map((role) => [
        role,
        new RoleService(this, role, deployment, ranges(role === 'public' ? 'edge' : 'balancers')),
      ]),
    ) as Record<Role, RoleService>;
    const { settings, network, accessLogs } = props;
    const front = (role: Role, from: readonly string[]) => {
      const { service, group } = roles[role];
      return { network, logs: accessLogs, service, serviceGroup: group, from };
    };
    const partner = new PartnerBalancer(this, 'PartnerBalancer', front('partner', settings.partnerNetworks));
    const admin = new WebBalancer(
      this,
      'admin',
      settings.consoleCertificateArn,
      front('admin', settings.staffNetworks),
    );
    const publicly = new WebBalancer(
      this,
      'public',
      settings.publicCertificateArn,
      front('public', ANYWHERE),
    );
    new PublicFirewall(this, 'Firewall', publicly.balancer.loadBalancerArn);
    this.migrate = new MigrateTask(this, 'Migrate', deployment);
    this.byRole = new Map(ROLES.map((role) => [role, roles[role].service]));
    this.unhealthy = new Map([
      ['partner', partner.targets.metrics.unHealthyHostCount()],
      ['admin', admin.targets.metrics.unhealthyHostCount()],
      ['public', publicly.targets.metrics.unhealthyHostCount()],
    ]);
    this.balancerErrors = new Map(
      [admin, publicly].map(({ node, balancer }) => [node.id, serverErrors(balancer)] as const),
    );
  }

  private deployment({ logsKey, accessLogs: _, ...props }: Props): Deployment {
    const log = (name: string) =>
      new logs.LogGroup(this, `Log-${name}`, {
        logGroupName: `/gatehouse/${name}`,
        encryptionKey: logsKey,
        retention: logs.RetentionDays.ONE_YEAR,
        removalPolicy: RemovalPolicy.RETAIN,
      });
    return {
      ...props,
      cluster: new ecs.Cluster(this, 'Cluster', {
        clusterName: 'gatehouse',
        vpc: props.network.vpc,
        containerInsightsV2: ecs.ContainerInsights.ENABLED,
      }),
      images: {
        gateway: this.image('Image', props.settings.image),
        migrate: this.image('MigrateImage', props.settings.migrateImage ?? props.settings.image),
        awsCli: this.image('AwsCli', props.settings.awsCliImage),
      },
      logging: (name) =>
        // A log that CloudWatch doesn't take must not hold up a request.
        ecs.LogDrivers.awsLogs({
          logGroup: log(name),
          streamPrefix: name,
          mode: ecs.AwsLogDriverMode.NON_BLOCKING,
        }),
    };
  }

  private image(id: string, uri: string): ecs.ContainerImage {
    const [, account, region, repositoryName, digest] =
      /^(\d+)\.dkr\.ecr\.([^.]+)\.amazonaws\.com\/(.+)@(sha256:.+)$/.exec(uri) ?? [];
    const repository = ecr.Repository.fromRepositoryAttributes(this, id, {
      repositoryArn: `arn:aws:ecr:${String(region)}:${String(account)}:repository/${String(repositoryName)}`,
      repositoryName: String(repositoryName),
    });
    return ecs.ContainerImage.fromEcrRepository(repository, digest);
  }
}

function serverErrors(balancer: WebBalancer['balancer']): cloudwatch.IMetric {
  return balancer.metrics.httpCodeElb(elb.HttpCodeElb.ELB_5XX_COUNT);
}
