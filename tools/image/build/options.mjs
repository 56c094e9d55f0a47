// What `npm run image` was asked for, and whether it can be done on this machine.
import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { DEBOOTSTRAP } from './base.mjs';
import { LOCAL_BUILDER } from '../provenance.mjs';
import { ImageError } from './steps.mjs';

export const USAGE = `Usage: npm run image [-- OPTIONS]

  --base IMAGE        the image that the build begins with, by default that of infra/Containerfile
  --base ${DEBOOTSTRAP}  a Debian that is made here, where no image can be pulled
  --mirror URL        where debootstrap finds Debian, by default http://deb.debian.org/debian
  --ca FILE           the certificate authority of a proxy that opens TLS, as PEM
  --builder URI       who builds, for the provenance; by default a developer's machine`;

/**
 * @param {string[]} words of the command line
 * @param {string} containerfile its text
 * @throws {ImageError}
 */
export function optionsOf(words, containerfile) {
  const text = { type: 'string' };
  const options = { base: text, mirror: text, ca: text, builder: text };
  let values;
  try {
    ({ values } = parseArgs({ args: words, options }));
  } catch (error) {
    throw new ImageError(`${error.message}\n\n${USAGE}`);
  }
  const { base = /^ARG BASE=(\S+)$/m.exec(containerfile)?.[1], builder = LOCAL_BUILDER, ca } = values;
  if (values.mirror !== undefined && base !== DEBOOTSTRAP)
    throw new ImageError(`--mirror is for --base ${DEBOOTSTRAP}.`);
  if (!URL.canParse(builder))
    throw new ImageError('--builder must be a URI, such as https://ci.example/gatehouse.');
  if (ca !== undefined) requireCertificate(ca);
  return { base, builder, ca, mirror: values.mirror ?? 'http://deb.debian.org/debian' };
}

function requireCertificate(file) {
  if (!existsSync(file)) throw new ImageError(`--ca: there is no file ${file}.`);
  try {
    new X509Certificate(readFileSync(file));
  } catch {
    throw new ImageError(`--ca: ${file} holds no certificate as PEM.`);
  }
}

/** @throws {ImageError} with everything that is missing */
export function requirePrograms(base) {
  const byHand = 'With Podman: podman build -f infra/Containerfile -t gatehouse .';
  const isThere = (program) => spawnSync('/bin/sh', ['-c', 'command -v "$0"', program]).status === 0;
  const lacks = [
    [process.platform !== 'linux', `The image can be built and started only on Linux. ${byHand}`],
    [
      process.getuid?.() !== 0,
      `Only root may do this, because the image is unpacked with its owners and started. ${byHand}`,
    ],
    [!isThere('buildah'), `buildah is not installed (Debian: apt-get install buildah). ${byHand}`],
    [
      base === DEBOOTSTRAP && !isThere('debootstrap'),
      'debootstrap is not installed (Debian: apt-get install debootstrap).',
    ],
    [
      !['unshare', 'setpriv'].every(isThere),
      'unshare or setpriv is missing (Debian: apt-get install util-linux), with which the image is started.',
    ],
  ].flatMap(([applies, text]) => (applies ? [text] : []));
  if (lacks.length > 0) throw new ImageError(lacks.join('\n'));
}
