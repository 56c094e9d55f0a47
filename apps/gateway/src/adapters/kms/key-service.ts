/** Where signing keys are made. The private half never leaves the key management service. */
export interface CreatedSigningKey {
  readonly arn: string;
  readonly publicJwk: { readonly kty: 'RSA'; readonly n: string; readonly e: string };
  /** RFC 7638 SHA-256 thumbprint, base64url. */
  readonly thumbprint: string;
}

/** Whose key it will be; said in the tags of the key. */
export type SigningKeyOwner =
  | { readonly environment: string; readonly applicationId: string; readonly odsCode: string }
  | { readonly environment: string; readonly cis2ClientId: string };

export interface KeyService {
  /**
   * Makes an RSA_4096 SIGN_VERIFY key. Each call makes another one.
   * @param creation kept as a tag, by which `signingKeysOf` finds the key if nobody remembers its ARN
   */
  createSigningKey(owner: SigningKeyOwner, creation?: string): Promise<CreatedSigningKey>;
  /** The enabled keys with the tag of a creation, except those whose ARN is known. Lists all keys of the account. */
  signingKeysOf(creation: string, knownArns: ReadonlySet<string>): Promise<CreatedSigningKey[]>;
  /** From then on KMS refuses to sign with the key. Does nothing if it is disabled already. */
  disableKey(arn: string): Promise<void>;
}
