import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const text = readFileSync(new URL('../../infra/Containerfile', import.meta.url), 'utf8');
const { version } = JSON.parse(
  readFileSync(new URL('../../node_modules/node/package.json', import.meta.url), 'utf8'),
);
const [build, result] = text.split(/^(?=FROM )/m).slice(1);
/** The instructions, with their continued lines. */
const instructionsOf = (stage) =>
  stage
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll('\\\n', '')
    .trim()
    .split(/\n+/);
const words = instructionsOf(result).map((line) => line.split(' ')[0]);

it('begins with the Node that the tests run on', () => {
  expect(text).toContain(`\nARG BASE=docker.io/library/node:${version}-`);
});

it('takes a certificate authority as a secret, which no layer keeps', () => {
  expect(instructionsOf(build).find((line) => line.includes('npm ci'))).toMatch(
    /^RUN --mount=type=secret,id=ca .*NODE_EXTRA_CA_CERTS=\/run\/secrets\/ca.*npm ci/,
  );
  expect(build).not.toMatch(/(COPY|ADD|ENV|ARG).*(ca\.|CA_CERTS)/);
});

it('gives an image that has only what is copied: no base, hence no shell, and nothing is run in it', () => {
  expect(words[0]).toBe('FROM');
  expect(instructionsOf(result)[0]).toBe('FROM scratch');
  expect(instructionsOf(result).filter((line) => /^(COPY|ADD) /.test(line))).toEqual([
    'COPY --from=build /image/ /',
  ]);
  expect(words).not.toContain('RUN');
  expect(words).not.toContain('VOLUME');
});

it('runs as a user by number, so that a platform can see that it is not root, with no shell in its commands', () => {
  expect(instructionsOf(result).filter((line) => line.startsWith('USER'))).toEqual(['USER 1000:1000']);
  const commands = instructionsOf(result).filter((line) => /^\s*(CMD|ENTRYPOINT|HEALTHCHECK)/.test(line));
  for (const line of commands) expect(line).toMatch(/CMD \["node", /);
});
