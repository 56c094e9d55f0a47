/**
 * Every host outside AWS that Gatehouse calls, and for what. The resolver of the VPC answers for these and for AWS
 * alone, so that a process that was taken over finds no other by its name. An environment's hosts are those of
 * apps/gateway/src/config/environments.ts; a test compares the two.
 */
import * as route53resolver from 'aws-cdk-lib/aws-route53resolver';
import { Construct } from 'constructs';
import { collectorHosts } from './collectors.ts';
import type { Settings } from './settings.ts';

export const NHS_EGRESS: Readonly<Record<Settings['environments'][number], readonly string[]>> = {
  sandbox: ['sandbox.api.service.nhs.uk'],
  int: ['int.api.service.nhs.uk', 'am.nhsint.auth-ptl.cis2.spineservices.nhs.uk'],
  prod: ['api.service.nhs.uk', 'am.nhsidentity.spineservices.nhs.uk'],
};
/** KMS, Secrets Manager, ECR, CloudWatch, ECS and the database's own name. */
const AWS = ['*.amazonaws.com'];

export function egressHosts(settings: Settings): string[] {
  const hosts = settings.environments.flatMap((name) => NHS_EGRESS[name]);
  // A rotation reads its own JWKS by the public address.
  const own = [settings.publicHost, new URL(settings.staff.issuer).hostname];
  return [...new Set([...hosts, ...own, ...collectorHosts(settings), ...settings.furtherEgress])].sort();
}

export class EgressList extends Construct {
  constructor(scope: Construct, id: string, vpcId: string, settings: Settings) {
    super(scope, id);
    const allowed = new route53resolver.CfnFirewallDomainList(this, 'Allowed', {
      domains: [...AWS, ...egressHosts(settings)],
    });
    const everything = new route53resolver.CfnFirewallDomainList(this, 'Everything', { domains: ['*'] });
    const rules = new route53resolver.CfnFirewallRuleGroup(this, 'Rules', {
      firewallRules: [
        { priority: 1, action: 'ALLOW', firewallDomainListId: allowed.attrId },
        { priority: 2, action: 'BLOCK', blockResponse: 'NXDOMAIN', firewallDomainListId: everything.attrId },
      ],
    });
    new route53resolver.CfnFirewallRuleGroupAssociation(this, 'Association', {
      firewallRuleGroupId: rules.attrId,
      priority: 101,
      vpcId,
    });
  }
}
