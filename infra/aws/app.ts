/** The CDK app. `cdk deploy -c settings=FILE`; docs/guides/aws.md says what the file holds. */
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { GatehouseStack } from './src/gatehouse-stack.ts';
import { readSettingsFile } from './src/settings.ts';

const app = new App();
const file: unknown = app.node.tryGetContext('settings');
if (typeof file !== 'string') throw new Error('Name the file with the settings: -c settings=FILE');
const settings = readSettingsFile(file);
new GatehouseStack(app, 'Gatehouse', settings, {
  env: { account: settings.account, region: settings.region },
  terminationProtection: true,
});
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
app.synth();
