import { readConfig } from '../../../../apps/gateway/dist/config/config.js';
import { isSetting } from '../../../shared/program.ts';
import { type Role, ROLES } from '../../../shared/roles.ts';
import { gatewayOf, type KubernetesObject, podOf, pods, variablesOf } from '../manifests.ts';
import type { Rule } from '../rules.ts';

/** Role → the secrets in its environment. Written out here, and nowhere derived from the source. */
const SECRETS: Record<Role, string> = {
  partner: 'DATABASE_URL,HTTPS_PROXY',
  public: 'DATABASE_URL,HTTPS_PROXY',
  admin: 'DATABASE_URL,HTTPS_PROXY,GATEHOUSE_STAFF_CLIENT_SECRET',
  worker: 'DATABASE_URL,HTTPS_PROXY,REDIS_URL,GATEHOUSE_SMTP_URL',
};
/** What the Secrets might hold. */
const HELD: Record<string, string> = {
  DATABASE_URL: 'postgresql://gatehouse_app:x@db.example/gatehouse?sslmode=verify-full',
  HTTPS_PROXY: 'http://proxy.example:3128',
  GATEHOUSE_STAFF_CLIENT_SECRET: 'x',
  REDIS_URL: 'rediss://redis.example:6379',
  GATEHOUSE_SMTP_URL: 'smtps://gatehouse:x@mail.example:465',
};
/** What Gatehouse says about the variables when it starts; the settings of the tests serve prod. */
function startFaults(all: KubernetesObject[], role: Role): string[] {
  const given = Object.entries(variablesOf(all, role)).map(([name, value]) => [name, value ?? HELD[name]]);
  try {
    readConfig(Object.fromEntries(given));
    return [];
  } catch (error) {
    return [`${role}: ${String(error)}`];
  }
}
const environments = (all: KubernetesObject[]): [string, any[]][] =>
  pods(all).map(([name, { containers }]) => [name, containers.flatMap(({ env }: any) => env)]);
const secretVolumes = (pod: any): string =>
  pod.volumes.flatMap(({ secret }: any) => (secret ? [secret.secretName] : [])).join();

export const SECRET_RULES: readonly Rule[] = [
  {
    name: 'a secret is a reference, and stands in no manifest',
    faultsIn: (all) => [
      ...all
        .filter(({ kind }) => kind === 'Secret' || kind === 'ConfigMap')
        .map(({ metadata }) => metadata.name),
      ...environments(all).flatMap(([name, variables]) =>
        variables
          .filter(
            ({ name: variable, value = '' }) =>
              /^(HTTPS_PROXY|REDIS_URL|DATABASE_OWNER_URL)$|SMTP_URL|SECRET|HEADERS/.test(variable) &&
              value !== '',
          )
          .map(({ name: variable }) => `${name} ${String(variable)}`),
      ),
      // A URL with a password.
      ...(/:\/\/[^/"@]*:[^/"@]+@/.test(JSON.stringify(all)) ? ['a password'] : []),
    ],
    plant: (all) => {
      const variables = gatewayOf(all, 'worker').env as any[];
      variables.find(({ name }) => name === 'REDIS_URL').value = 'rediss://redis.example:6379';
    },
  },
  {
    name: 'a role has the secrets that it uses, and no others',
    faultsIn: (all) =>
      ROLES.filter(
        (role) =>
          gatewayOf(all, role)
            .env.flatMap(({ name, valueFrom }: any) => (valueFrom?.secretKeyRef ? [name] : []))
            .join() !== SECRETS[role],
      ),
    plant: (all) => {
      gatewayOf(all, 'partner').env.push({
        name: 'GATEHOUSE_SMTP_URL',
        valueFrom: { secretKeyRef: { name: 'gatehouse-mail', key: 'url' } },
      });
    },
  },
  {
    name: 'the owner’s login is in the migration alone',
    faultsIn: (all) =>
      environments(all)
        .filter(
          ([name, variables]) =>
            JSON.stringify(variables).includes('owner') !== name.startsWith('gatehouse-migrate-'),
        )
        .map(([name]) => name),
    plant: (all) => {
      gatewayOf(all, 'admin').env.push({
        name: 'DATABASE_OWNER_URL',
        valueFrom: { secretKeyRef: { name: 'gatehouse-database-owner', key: 'url' } },
      });
    },
  },
  {
    name: 'only partners’ pods have the certificate',
    faultsIn: (all) =>
      ROLES.filter(
        (role) =>
          secretVolumes(podOf(all, role)) !==
          (role === 'partner'
            ? 'gatehouse-database-ca,gatehouse-partner-certificate'
            : 'gatehouse-database-ca'),
      ),
    plant: (all) => {
      podOf(all, 'worker').volumes = podOf(all, 'partner').volumes;
    },
  },
  {
    name: 'Gatehouse starts with the variables of each role, in production as well',
    faultsIn: (all) => ROLES.flatMap((role) => startFaults(all, role)),
    plant: (all) => {
      const variables = gatewayOf(all, 'worker').env as any[];
      variables.find(({ name }) => name === 'GATEHOUSE_TLS_TERMINATED_BY').value = '';
    },
  },
  {
    name: 'every variable is a setting of Gatehouse, and Kubernetes adds none',
    faultsIn: (all) => [
      ...ROLES.flatMap((role) => Object.keys(variablesOf(all, role))).filter((name) => !isSetting(name)),
      ...pods(all)
        .filter(([, { enableServiceLinks }]) => enableServiceLinks !== false)
        .map(([name]) => name),
    ],
    plant: (all) => {
      delete podOf(all, 'public').enableServiceLinks;
    },
  },
];
