/** The secrets of a deployment. The operator puts values into those under `given`; a Lambda function writes the others. */
import { RemovalPolicy } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

export class Secrets extends Construct {
  readonly given: {
    /** PEM: certificate and chain of the partner listener. */
    readonly partnerCertificate: secretsmanager.Secret;
    readonly partnerKey: secretsmanager.Secret;
    /** PEM: the certificate authorities of RDS in the region. */
    readonly databaseCa: secretsmanager.Secret;
    /** Of the client at the identity provider of staff. */
    readonly staffClient: secretsmanager.Secret;
  };
  /** JSON: `login` and `url`, for `gatehouse migrate`. */
  readonly ownerLogin: secretsmanager.Secret;
  /** JSON: `login` and `url`, for the services. */
  readonly runningLogin: secretsmanager.Secret;

  constructor(scope: Construct, id: string, encryptionKey: kms.IKey) {
    super(scope, id);
    const secret = (name: string, description: string): secretsmanager.Secret =>
      new secretsmanager.Secret(this, name, {
        description: `Gatehouse: ${description}`,
        encryptionKey,
        removalPolicy: RemovalPolicy.RETAIN,
      });
    this.given = {
      partnerCertificate: secret('PartnerCertificate', 'certificate of the partner listener, PEM'),
      partnerKey: secret('PartnerKey', 'key of the partner listener, PEM'),
      databaseCa: secret('DatabaseCa', 'certificate authorities of RDS in this region, PEM'),
      staffClient: secret('StaffClient', 'secret of the client at the identity provider of staff'),
    };
    this.ownerLogin = secret('OwnerLogin', 'login of the owner of the database');
    this.runningLogin = secret('RunningLogin', 'login of the services in the database');
  }
}
