/**
 * The manifest of an evidence pack names its files with their digests. One detached JWS (RFC 7515, appendix F) is over
 * the bytes of the manifest, so it covers every file (docs/guides/evidence.md, “The files”).
 */
export const MANIFEST_FORMAT = 'gatehouse-evidence-manifest/1';
export const MANIFEST_FILE = 'manifest.json';
export const SIGNATURE_FILE = 'manifest.jws';
export const PACK_FILE = 'evidence.json';
export const DOCUMENT_FILE = 'evidence.pdf';

export interface ManifestFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Hex. */
  readonly sha256: string;
}

export interface EvidenceManifest {
  readonly format: typeof MANIFEST_FORMAT;
  readonly organisation: string;
  /** First and last day, Europe/London. */
  readonly from: string;
  readonly until: string;
  readonly madeAt: string;
  readonly madeBy: string;
  readonly files: readonly ManifestFile[];
}

export interface UnsignedManifest {
  readonly header: { readonly alg: 'RS512'; readonly typ: 'gatehouse-evidence+jws'; readonly kid: string };
  /** Signed as `manifestText` writes it. */
  readonly claims: EvidenceManifest;
}

/** The bytes of `manifest.json`, and of what is signed: no whitespace, no line feed at the end. */
export function manifestText(manifest: EvidenceManifest): string {
  return JSON.stringify(manifest);
}

/** A compact JWS without its payload, which is in the file of the manifest. */
export function detachedJws(compact: string): string {
  const [header = '', , signature = ''] = compact.split('.');
  return `${header}..${signature}`;
}
