/** What the web application firewall refuses before it reaches the public listener. */
import * as waf from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';

/** Requests of one address in five minutes. NHS England fetches a JWKS a few times an hour. */
const MOST_REQUESTS = 2_000;
const MANAGED = [
  'AWSManagedRulesCommonRuleSet',
  'AWSManagedRulesKnownBadInputsRuleSet',
  'AWSManagedRulesAmazonIpReputationList',
];

export class PublicFirewall extends Construct {
  constructor(scope: Construct, id: string, balancerArn: string) {
    super(scope, id);
    const seenAs = (metricName: string) => ({
      cloudWatchMetricsEnabled: true,
      metricName,
      // A sample holds the path, and with it a one-time link.
      sampledRequestsEnabled: false,
    });
    const acl = new waf.CfnWebACL(this, 'Acl', {
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: seenAs('GatehousePublic'),
      rules: [
        {
          name: 'rate',
          priority: 0,
          action: { block: {} },
          statement: { rateBasedStatement: { limit: MOST_REQUESTS, aggregateKeyType: 'IP' } },
          visibilityConfig: seenAs('GatehousePublicRate'),
        },
        ...MANAGED.map((name, index) => ({
          name,
          priority: index + 1,
          overrideAction: { none: {} },
          statement: { managedRuleGroupStatement: { vendorName: 'AWS', name } },
          visibilityConfig: seenAs(name),
        })),
      ],
    });
    new waf.CfnWebACLAssociation(this, 'Association', { resourceArn: balancerArn, webAclArn: acl.attrArn });
  }
}
