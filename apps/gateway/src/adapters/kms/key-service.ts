/** Where signing keys are made. The private half never leaves the key management service. */
export interface CreatedSigningKey {
  readonly arn: string;
  readonly publicJwk: { readonly kty: 'RSA'; readonly n: string; readonly e: string };
  /** RFC 7638 SHA-256 thumbprint, base64url. */
  readonly thumbprint: string;
}

export interface KeyService {
  /** Makes an RSA_4096 SIGN_VERIFY key. Each call makes another one. */
  createSigningKey(of: {
    readonly applicationId: string;
    readonly odsCode: string;
    readonly environment: string;
  }): Promise<CreatedSigningKey>;
}
