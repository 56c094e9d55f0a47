/** Everything that one deployment of Gatehouse has in AWS. One deployment to an account and region. */
import { CfnOutput, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Alarms } from './alarms.ts';
import { acknowledge } from './acknowledgements.ts';
import { Database } from './database.ts';
import { DatabaseLogins } from './database-logins.ts';
import { egressHosts } from './egress.ts';
import { Keys } from './keys.ts';
import { Network } from './network.ts';
import { Secrets } from './secrets.ts';
import { Services } from './services/services.ts';
import type { Settings } from './settings.ts';
import { Storage } from './storage.ts';
import { KeyTrail } from './trail.ts';

export class GatehouseStack extends Stack {
  constructor(scope: Construct, id: string, settings: Settings, props: StackProps) {
    super(scope, id, props);
    const keys = new Keys(this, 'Keys');
    const network = new Network(this, 'Network', settings, keys.logs);
    const storage = new Storage(this, 'Storage', keys.data, settings);
    const trail = new KeyTrail(this, 'KeyTrail', storage.archive, keys.logs);
    const secrets = new Secrets(this, 'Secrets', keys.secrets);
    const database = new Database(this, 'Database', network, keys.data, settings);
    const logins = new DatabaseLogins(this, 'DatabaseLogins', {
      ...{ network, database, secrets },
      ...{ secretsKey: keys.secrets, logsKey: keys.logs },
    });
    const services = new Services(this, 'Services', {
      ...{ settings, network, database, secrets, keys, archive: storage.archive },
      ...{ logsKey: keys.logs, accessLogs: storage.accessLogs },
    });
    const { byRole, unhealthy, balancerErrors } = services;
    for (const service of byRole.values()) service.node.addDependency(logins.created);
    new Alarms(
      this,
      'Alarms',
      { database, trail, services: byRole, unhealthy, balancerErrors },
      settings,
      keys.logs,
    );
    acknowledge(this);
    Tags.of(this).add('application', 'gatehouse');
    this.outputs(secrets, services, network, settings);
  }

  private outputs({ given }: Secrets, { migrate }: Services, network: Network, settings: Settings): void {
    const output = (name: string, value: string) => new CfnOutput(this, name, { value });
    for (const [name, secret] of Object.entries(given)) output(`Secret${name}`, secret.secretName);
    output('MigrateTask', migrate.task.family);
    output('MigrateGroup', migrate.group.securityGroupId);
    output(
      'MigrateSubnets',
      network
        .subnets('tasks')
        .map(({ subnetId }) => subnetId)
        .join(','),
    );
    output('EgressHosts', egressHosts(settings).join(','));
  }
}
