/** The bodies of requests, which reach e-RS as they are. */

/** A FHIR resource, or its JSON as it is to be sent. At most 1 MiB. */
export type JsonBody = object | string | Uint8Array<ArrayBuffer>;

/** A file of at most 5 MiB. `openAsBlob` of node:fs gives one that is read while it is sent. */
export interface FileBody<MediaType extends string = string> {
  readonly content: Blob | Uint8Array<ArrayBuffer>;
  readonly type: MediaType;
}
