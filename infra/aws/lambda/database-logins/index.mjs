// Runs in AWS Lambda: as a custom resource it creates the roles and the first passwords; as the rotation of a secret it
// replaces the password of the login that is not in use, and lets the services take it over.
import { ECSClient, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import postgres from 'postgres';
import {
  createRoles,
  loginSecret,
  newPassword,
  nextLogin,
  OWNER,
  RUNNING_LOGINS,
  setPassword,
} from './logins.mjs';

const secrets = new SecretsManagerClient();
const {
  HOST: host,
  PORT: port,
  MASTER_SECRET,
  OWNER_SECRET,
  RUNNING_SECRET,
  DATABASE_CA_FILE: ca,
  CLUSTER,
  SERVICES,
} = process.env;

const read = async (SecretId, stage) => {
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId, ...stage }));
  return JSON.parse(SecretString);
};
/** The authorities of RDS are in the file that NODE_EXTRA_CA_CERTS names. */
const TLS = { max: 1, ssl: { rejectUnauthorized: true, servername: host }, onnotice: () => undefined };

async function asMaster(act) {
  const { username, password } = await read(MASTER_SECRET);
  const sql = postgres({ ...TLS, host, port: Number(port), database: 'postgres', username, password });
  try {
    return await act(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

const secretFor = (login) => loginSecret({ login, password: newPassword(), host, port, ca });

/** A new secret has a random text, which is not JSON. */
async function hasLogin(SecretId) {
  try {
    return typeof (await read(SecretId)).login === 'string';
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

const passwordIn = ({ url }) => new URL(url).password;

/** Called by CloudFormation. Its secrets stay when the stack goes. */
export async function onEvent({ RequestType }) {
  if (RequestType === 'Delete') return {};
  await asMaster(async (sql) => {
    await createRoles(sql);
    for (const [SecretId, login] of [
      [OWNER_SECRET, OWNER],
      [RUNNING_SECRET, RUNNING_LOGINS[0]],
    ]) {
      // The services may be using it: an update of the stack is no rotation.
      if (await hasLogin(SecretId)) continue;
      const secret = secretFor(login);
      await setPassword(sql, login, passwordIn(secret));
      await secrets.send(new PutSecretValueCommand({ SecretId, SecretString: JSON.stringify(secret) }));
    }
  });
  return { PhysicalResourceId: 'gatehouse-database-logins' };
}

/** Called by Secrets Manager, once for each step. */
export async function rotate({ Step, SecretId, ClientRequestToken }) {
  const pending = { VersionId: ClientRequestToken, VersionStage: 'AWSPENDING' };
  const steps = {
    async createSecret() {
      const isThere = await read(SecretId, pending).then(
        () => true,
        (error) => {
          if (error.name === 'ResourceNotFoundException') return false;
          throw error;
        },
      );
      if (isThere) return;
      const { login } = await read(SecretId);
      const SecretString = JSON.stringify(secretFor(nextLogin(login)));
      await secrets.send(
        new PutSecretValueCommand({
          SecretId,
          ClientRequestToken,
          SecretString,
          VersionStages: ['AWSPENDING'],
        }),
      );
    },
    async setSecret() {
      const secret = await read(SecretId, pending);
      await asMaster((sql) => setPassword(sql, secret.login, passwordIn(secret)));
    },
    async testSecret() {
      const secret = await read(SecretId, pending);
      const { pathname } = new URL(secret.url);
      const sql = postgres({
        ...{ ...TLS, host, port: Number(port), database: pathname.slice(1) },
        ...{ username: secret.login, password: passwordIn(secret) },
      });
      await sql`SELECT 1`.finally(() => sql.end({ timeout: 5 }));
    },
    async finishSecret() {
      const { VersionIdsToStages } = await secrets.send(new DescribeSecretCommand({ SecretId }));
      const current = Object.keys(VersionIdsToStages).find((id) =>
        VersionIdsToStages[id].includes('AWSCURRENT'),
      );
      if (current !== ClientRequestToken)
        await secrets.send(
          new UpdateSecretVersionStageCommand({
            ...{ SecretId, VersionStage: 'AWSCURRENT' },
            ...{ MoveToVersionId: ClientRequestToken, RemoveFromVersionId: current },
          }),
        );
      const { login } = await read(SecretId);
      if (login !== OWNER) await renewServices();
    },
  };
  await steps[Step]();
}

/** A task reads its secrets when it starts. */
async function renewServices() {
  const ecs = new ECSClient();
  for (const service of SERVICES.split(','))
    await ecs.send(new UpdateServiceCommand({ cluster: CLUSTER, service, forceNewDeployment: true }));
}
