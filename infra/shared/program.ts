/** What the program itself says, read from its source, so that the two can't drift apart. */
import { readFileSync } from 'node:fs';

const source = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const config = source('apps/gateway/src/config/config.ts');

/** The default of a setting, in milliseconds. */
export function defaultMs(name: string): number {
  const digits = new RegExp(`${name}: .*?(?:milliseconds|default)\\((\\d[\\d_]*)\\)`).exec(config)?.[1];
  if (digits === undefined) throw new Error(`no default of ${name}`);
  return Number(digits.replaceAll('_', ''));
}

export const isSetting = (name: string): boolean => new RegExp(`^ {2}${name}: `, 'm').test(config);

/** The actions of KMS that the program calls; one with tags needs TagResource as well. */
export function kmsActions(): Set<string> {
  const commands = source('apps/gateway/src/adapters/kms/kms.ts').matchAll(/new (\w+)Command\(/g);
  return new Set(['kms:TagResource', ...[...commands].map(([, name]) => `kms:${String(name)}`)]);
}

/** The hosts of each built-in environment. */
export function environmentHosts(): Record<string, string[]> {
  const text = source('apps/gateway/src/config/environments.ts').split('BUILT_IN_ENVIRONMENTS')[1] ?? '';
  const hosts: Record<string, string[]> = {};
  for (const block of text.split(/\bname: '/).slice(1)) {
    const name = block.slice(0, block.indexOf("'"));
    const urls = [...block.matchAll(/'(https:\/\/[^']+)'/g)].map(([, url = '']) => new URL(url).hostname);
    hosts[name] = [...new Set(urls)].sort();
  }
  return hosts;
}
