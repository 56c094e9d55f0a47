/** A pack made here by hand, from docs/guides/evidence.md, and every way in which it can be another. */
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { verifyPack } from './verify-pack.js';

interface Signer {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}
let own: Signer;
let other: Signer;
beforeAll(() => {
  [own, other] = [1, 2].map(() => generateKeyPairSync('rsa', { modulusLength: 2048 })) as [Signer, Signer];
});

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const thumbprint = ({ publicKey }: Signer) => {
  const { e, n } = publicKey.export({ format: 'jwk' });
  return createHash('sha256')
    .update(JSON.stringify({ e, kty: 'RSA', n }))
    .digest('base64url');
};

function packOf(
  odsCode: string,
  signer: Signer,
  changes: object = {},
  header: object = {},
): Map<string, Buffer> {
  const evidence = Buffer.from(
    `${JSON.stringify({ format: 'gatehouse-evidence/1', organisation: { odsCode }, period: { from: '2026-03-01', until: '2026-03-31' } }, null, 2)}\n`,
  );
  const pdf = Buffer.from('%PDF-1.7 of the pack');
  const files = [
    { name: 'evidence.json', size: evidence.length, sha256: sha256(evidence) },
    { name: 'evidence.pdf', size: pdf.length, sha256: sha256(pdf) },
  ];
  const manifest = Buffer.from(
    JSON.stringify({
      ...{
        format: 'gatehouse-evidence-manifest/1',
        organisation: odsCode,
        from: '2026-03-01',
        until: '2026-03-31',
      },
      ...{ madeAt: '2026-05-01T09:00:00.000Z', madeBy: 'Gita', files },
      ...changes,
    }),
  );
  return new Map([
    ['evidence.json', evidence],
    ['evidence.pdf', pdf],
    ['manifest.json', manifest],
    ['manifest.jws', signatureOf(manifest, signer, header)],
  ]);
}

function signatureOf(manifest: Buffer, signer: Signer, header: object = {}): Buffer {
  const fields = { alg: 'RS512', typ: 'gatehouse-evidence+jws', kid: thumbprint(signer), ...header };
  const head = Buffer.from(JSON.stringify(fields)).toString('base64url');
  const signature = sign(
    'sha512',
    Buffer.from(`${head}.${manifest.toString('base64url')}`),
    signer.privateKey,
  );
  return Buffer.from(`${head}..${signature.toString('base64url')}`);
}

const faultsOf = (files: Map<string, Buffer>, expected = {}, keys = [own.publicKey]) =>
  verifyPack({ files, keys }, expected).faults;
const changed = (name: string, bytes: Buffer | string) =>
  new Map([...packOf('R69', own), [name, Buffer.from(bytes)]]);

describe('an evidence pack', () => {
  it('is verified, and says what it is', () => {
    const files = packOf('R69', own);
    expect(verifyPack({ files, keys: [other.publicKey, own.publicKey] }, { organisation: 'R69' })).toEqual({
      ok: true,
      faults: [],
      pack: {
        ...{ organisation: 'R69', from: '2026-03-01', until: '2026-03-31', madeBy: 'Gita' },
        ...{ madeAt: '2026-05-01T09:00:00.000Z', files: ['evidence.json', 'evidence.pdf'] },
        sha256: sha256(files.get('manifest.json') ?? Buffer.alloc(0)),
      },
    });
  });

  it.each(['evidence.json', 'evidence.pdf', 'manifest.json', 'manifest.jws'])(
    'with any byte of %s changed, added or taken away is not',
    (name) => {
      const pack = packOf('R69', own);
      const bytes = pack.get(name) ?? Buffer.alloc(0);
      const unseen: string[] = [];
      const tried = (what: string, variant: Buffer) => {
        if (faultsOf(new Map([...pack, [name, variant]])).length === 0) unseen.push(what);
      };
      for (let at = 0; at < bytes.length; at += 1) {
        for (const bit of [0x01, 0x80]) {
          const variant = Buffer.from(bytes);
          variant[at] = (variant[at] ?? 0) ^ bit;
          tried(`byte ${String(at)} changed`, variant);
        }
      }
      tried('the last byte missing', bytes.subarray(0, -1));
      tried('another line feed', Buffer.concat([bytes, Buffer.from('\n')]));
      tried('another character', Buffer.concat([bytes, Buffer.from('A')]));
      tried('nothing', Buffer.alloc(0));
      expect(unseen).toEqual([]);
    },
  );

  it('is not by another encoding of the same signature', () => {
    const signature = packOf('R69', own).get('manifest.jws')?.toString() ?? '';
    // 256 bytes leave spare bits in the last of 342 characters.
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const sameBytes = alphabet[alphabet.indexOf(signature.at(-1) ?? '') ^ 1] ?? '';
    expect(faultsOf(changed('manifest.jws', signature.slice(0, -1) + sameBytes))).toEqual([
      'manifest.jws: it is not written in base64url',
    ]);
  });

  it.each([
    [
      'a swapped PDF',
      () => changed('evidence.pdf', '%PDF-1.7 of another '),
      'evidence.pdf: it is not the file',
    ],
    ['a missing PDF', () => without('evidence.pdf'), 'evidence.pdf is missing'],
    ['a missing manifest', () => without('manifest.json'), 'manifest.json is missing'],
    ['a missing signature', () => without('manifest.jws'), 'manifest.jws is missing'],
    [
      'a file more',
      () => changed('notes.txt', 'trust me'),
      'notes.txt: the signed manifest does not name it',
    ],
    [
      'the manifest of another organisation',
      () => changed('manifest.json', packOf('RCD', own).get('manifest.json') ?? ''),
      'one of the two files was changed or replaced',
    ],
    [
      'manifest and signature of another organisation',
      () =>
        new Map([
          ...packOf('RCD', own),
          ['evidence.json', packOf('R69', own).get('evidence.json') ?? Buffer.alloc(0)],
        ]),
      'evidence.json: it is not the file',
    ],
    ['another key', () => packOf('R69', other), 'which is none that was given'],
    [
      'a kid of another key',
      () => packOf('R69', own, {}, { kid: thumbprint(other) }),
      'it names another key',
    ],
    [
      'another algorithm',
      () => packOf('R69', own, {}, { alg: 'none' }),
      'not the signature of an evidence pack',
    ],
    [
      'the type of a checkpoint',
      () => packOf('R69', own, {}, { typ: 'gatehouse-checkpoint+jws' }),
      'not the signature',
    ],
    ['another format', () => packOf('R69', own, { format: 'gatehouse-checkpoint/1' }), 'is not the manifest'],
    [
      'a path as a name',
      () => packOf('R69', own, { files: [{ name: '../x', size: 1, sha256: 'a'.repeat(64) }] }),
      'is not the manifest',
    ],
    ['no files', () => packOf('R69', own, { files: [] }), 'is not the manifest'],
    ['a member more', () => packOf('R69', own, { note: 1 }), 'is not the manifest'],
    [
      'a manifest that contradicts the pack',
      () => packOf('R69', own, { until: '2026-04-30' }),
      'about another organisation or period',
    ],
  ])('with %s is not', (_, files, fault) => {
    expect(faultsOf(files()).join('\n')).toContain(fault);
  });

  it.each([
    [{ organisation: 'RCD' }, 'the pack has organisation R69, and not RCD'],
    [{ from: '2026-01-01' }, 'the pack has from 2026-03-01, and not 2026-01-01'],
    [{ until: '2026-12-31' }, 'the pack has until 2026-03-31, and not 2026-12-31'],
  ])('is compared with what the reader expects: %o', (expected, fault) => {
    expect(faultsOf(packOf('R69', own), expected)).toEqual([fault]);
  });
});

function without(name: string): Map<string, Buffer> {
  const files = packOf('R69', own);
  files.delete(name);
  return files;
}

it('reads keys of PEM as KMS gives them', () => {
  const pem = own.publicKey.export({ type: 'spki', format: 'pem' });
  expect(faultsOf(packOf('R69', own), {}, [createPublicKey(pem)])).toEqual([]);
});
