/**
 * A container beside the gateway that puts secrets into files: the authorities of the database, and for partners the
 * listener's certificate and key. It looks for new ones every ten minutes; Gatehouse reads a changed certificate by itself.
 */
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Duration } from 'aws-cdk-lib';

const FOLDER = '/run/gatehouse';
const VOLUME = 'files';
const CERTIFICATE_FILE = `${FOLDER}/tls.crt`;
const KEY_FILE = `${FOLDER}/tls.key`;
export const DATABASE_CA_FILE = `${FOLDER}/database-ca.pem`;
export const CERTIFICATE_SETTINGS = { GATEHOUSE_TLS_CERT: CERTIFICATE_FILE, GATEHOUSE_TLS_KEY: KEY_FILE };
const INTERVAL_S = 600;

/** Replaces a file only by a whole one that differs, and keeps the old one when the secret can't be read. */
const SCRIPT = `
put() {
  aws secretsmanager get-secret-value --secret-id "$1" --query SecretString --output text > "$2.new" || return 0
  [ -s "$2.new" ] || return 0
  if [ -f "$2" ] && [ "$(cat "$2")" = "$(cat "$2.new")" ]; then rm "$2.new"; else mv "$2.new" "$2"; fi
}
umask 022
while :; do
  set -- $FILES
  while [ $# -gt 0 ]; do put "$1" "$2"; shift 2; done
  sleep ${INTERVAL_S}
done`;

export interface FileSecrets {
  readonly databaseCa: secretsmanager.ISecret;
  readonly partnerCertificate: secretsmanager.ISecret;
  readonly partnerKey: secretsmanager.ISecret;
}

export function addFiles(
  task: ecs.FargateTaskDefinition,
  image: ecs.ContainerImage,
  logging: ecs.LogDriver,
  secrets: Pick<FileSecrets, 'databaseCa'> & Partial<FileSecrets>,
): ecs.ContainerDefinition {
  const files = [
    [secrets.databaseCa, DATABASE_CA_FILE],
    [secrets.partnerCertificate, CERTIFICATE_FILE],
    [secrets.partnerKey, KEY_FILE],
  ] as const;
  const wanted = files.flatMap(([secret, path]) => (secret === undefined ? [] : [{ secret, path }]));
  task.addVolume({ name: VOLUME });
  const container = task.addContainer('files', {
    image,
    logging,
    entryPoint: ['/bin/sh', '-c'],
    command: [SCRIPT],
    environment: { FILES: wanted.map(({ secret, path }) => `${secret.secretArn} ${path}`).join(' ') },
    readonlyRootFilesystem: true,
    cpu: 64,
    memoryReservationMiB: 128,
    healthCheck: {
      command: ['CMD-SHELL', wanted.map(({ path }) => `[ -s ${path} ]`).join(' && ')],
      interval: Duration.seconds(5),
      startPeriod: Duration.minutes(1),
    },
  });
  container.addMountPoints({ sourceVolume: VOLUME, containerPath: FOLDER, readOnly: false });
  for (const { secret } of wanted) secret.grantRead(task.taskRole);
  return container;
}

/** The gateway reads them, and starts once all of them are there. */
export function readFiles(gateway: ecs.ContainerDefinition, files: ecs.ContainerDefinition): void {
  gateway.addMountPoints({ sourceVolume: VOLUME, containerPath: FOLDER, readOnly: true });
  gateway.addContainerDependencies({ container: files, condition: ecs.ContainerDependencyCondition.HEALTHY });
}
