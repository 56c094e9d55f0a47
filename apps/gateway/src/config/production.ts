/**
 * What a deployment that reaches the live NHS may not do: leave TLS or the real KMS out on any side, or run with
 * Node's switches that print requests or weaken parsing and certificates (threats K2, O4).
 */
import { isProduction } from '@gatehouse/domain/registry/production';
import { databaseFaults } from './database-url.js';
import type { Environment } from './environments.js';
import { isLoopback } from './loopback.js';

type Given = Readonly<Record<string, string | undefined>>;

const FORBIDDEN = ['NODE_DEBUG', 'DEBUG', 'NODE_TLS_REJECT_UNAUTHORIZED', 'SSLKEYLOGFILE'];
const FORBIDDEN_OPTIONS = /insecure-http-parser|inspect|tls-keylog|conditions|tls-min|openssl/;
const URLS = ['tokenUrl', 'apiBaseUrl', 'cis2Issuer'] as const;

/** @returns every fault, in words; none when nothing served is production */
export function productionFaults(given: Given, served: ReadonlyMap<string, Environment>): string[] {
  const live = [...served.values()].filter(isProduction);
  if (live.length === 0) return [];
  const faults: string[] = [];
  const check = (wrong: boolean, fault: string): void => {
    if (wrong) faults.push(fault);
  };
  for (const environment of live) {
    for (const field of URLS) {
      const url = environment[field];
      // As URL reads it: the scheme may be written in capitals.
      check(
        url !== undefined && new URL(url).protocol !== 'https:',
        `GATEHOUSE_ENVIRONMENTS: ${environment.name}.${field} must be https`,
      );
    }
  }
  check(
    given['AWS_ENDPOINT_URL_KMS'] !== undefined || given['AWS_ENDPOINT_URL'] !== undefined,
    'AWS_ENDPOINT_URL_KMS, AWS_ENDPOINT_URL: prod uses the real KMS; no endpoint may be set',
  );
  check(
    given['AWS_ENDPOINT_URL_S3']?.toLowerCase().startsWith('http:') === true,
    'AWS_ENDPOINT_URL_S3: prod needs https',
  );
  check(
    given['GATEHOUSE_PUBLIC_URL']?.startsWith('https://') === false,
    'GATEHOUSE_PUBLIC_URL: prod needs https',
  );
  check(
    given['GATEHOUSE_CONSOLE_URL']?.toLowerCase().startsWith('https://') === false,
    'GATEHOUSE_CONSOLE_URL: prod needs https',
  );
  check(
    given['GATEHOUSE_STAFF_ISSUER']?.toLowerCase().startsWith('https://') === false,
    'GATEHOUSE_STAFF_ISSUER: prod needs an identity provider with https',
  );
  faults.push(...databaseFaults(given['DATABASE_URL'] ?? ''));
  const redis = given['REDIS_URL'];
  check(
    redis !== undefined && !/^rediss:/i.test(redis) && !isLoopback(hostOf(redis)),
    'REDIS_URL: prod needs rediss://, unless Redis is on this machine',
  );
  const proxies = (given['GATEHOUSE_TLS_TERMINATED_BY'] ?? '').split(',').map((range) => range.trim());
  check(
    given['GATEHOUSE_TLS_CERT'] === undefined && proxies.every((range) => range === ''),
    'GATEHOUSE_TLS_CERT: prod needs a certificate, or GATEHOUSE_TLS_TERMINATED_BY with the proxy addresses',
  );
  for (const name of FORBIDDEN) check(given[name] !== undefined, `${name}: must not be set in prod`);
  check(
    FORBIDDEN_OPTIONS.test(given['NODE_OPTIONS'] ?? ''),
    'NODE_OPTIONS: holds a switch that must not be set in prod',
  );
  return faults;
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : '';
}
