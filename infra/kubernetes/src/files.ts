/** Secrets that are files. Kubernetes replaces them where they change, and Gatehouse reads a changed certificate. */
import { type k8s } from 'cdk8s-plus-34';

export const CERTIFICATE_FOLDER = '/etc/gatehouse/certificate';
/** `sslrootcert` of both database URLs is `/etc/gatehouse/database/ca.crt`. */
const DATABASE_FOLDER = '/etc/gatehouse/database';
/** Owner and group: the process is in the group. */
const READABLE_BY_GROUP = 0o440;

export interface Files {
  readonly volumes: k8s.Volume[];
  readonly volumeMounts: k8s.VolumeMount[];
}

const DATABASE_CA = { name: 'database-ca', secret: 'gatehouse-database-ca', folder: DATABASE_FOLDER };
const CERTIFICATE = {
  name: 'certificate',
  secret: 'gatehouse-partner-certificate',
  folder: CERTIFICATE_FOLDER,
};

export const databaseFiles = filesOf([DATABASE_CA]);
export const partnerFiles = filesOf([DATABASE_CA, CERTIFICATE]);

function filesOf(all: readonly (typeof DATABASE_CA)[]): Files {
  return {
    volumes: all.map(({ name, secret }) => ({
      name,
      secret: { secretName: secret, defaultMode: READABLE_BY_GROUP },
    })),
    volumeMounts: all.map(({ name, folder }) => ({ name, mountPath: folder, readOnly: true })),
  };
}
