/**
 * The signatures in a log file of AWS CloudTrail: `Records`, of which those of KMS named `Sign` count that have no
 * `errorCode`. Form: AWS, "CloudTrail record contents" and "Logging AWS KMS API calls with AWS CloudTrail".
 */
export interface LoggedSignature {
  /** Of this event; CloudTrail may deliver an event twice. */
  readonly eventId: string;
  /** What KMS answered in `x-amzn-RequestId`. */
  readonly requestId: string;
  /** ARN of the key. */
  readonly key: string;
  /** Epoch ms; CloudTrail gives whole seconds. */
  readonly atMs: number;
  /** Who had it made, as far as the log says so: an ARN, or the type of identity. */
  readonly by: string;
}

export type ReadLog = { readonly signatures: readonly LoggedSignature[] } | { readonly fault: string };

/** @returns the signatures; a fault if the document is no log file, or a signature in it can't be read */
export function readCloudTrail(document: unknown): ReadLog {
  const records = isObject(document) ? document['Records'] : undefined;
  if (!Array.isArray(records))
    return { fault: 'this is not a log file of CloudTrail: it has no list "Records"' };
  const signatures: LoggedSignature[] = [];
  for (const [at, record] of records.entries()) {
    if (!isObject(record)) return { fault: `record ${at} is not an object` };
    if (record['eventSource'] !== 'kms.amazonaws.com' || record['eventName'] !== 'Sign') continue;
    if (record['errorCode'] !== undefined && record['errorCode'] !== null) continue;
    const signature = signatureOf(record);
    // What can't be read might be the one signature that matters.
    if (signature === null) return { fault: `record ${at} is a signature without an id, a key or a time` };
    signatures.push(signature);
  }
  return { signatures };
}

function signatureOf(record: Readonly<Record<string, unknown>>): LoggedSignature | null {
  const { eventID: eventId, requestID: requestId, eventTime } = record;
  const atMs = typeof eventTime === 'string' ? Date.parse(eventTime) : Number.NaN;
  const key = keyOf(record);
  if (typeof eventId !== 'string' || typeof requestId !== 'string' || key === null || Number.isNaN(atMs))
    return null;
  return { eventId, requestId, key, atMs, by: callerOf(record['userIdentity']) };
}

/** The resource is always an ARN; the request may have named an alias. */
function keyOf({ resources, requestParameters }: Readonly<Record<string, unknown>>): string | null {
  for (const resource of Array.isArray(resources) ? (resources as readonly unknown[]) : []) {
    const arn = isObject(resource) ? resource['ARN'] : undefined;
    if (typeof arn === 'string' && arn.includes(':key/')) return arn;
  }
  const keyId = isObject(requestParameters) ? requestParameters['keyId'] : undefined;
  return typeof keyId === 'string' && keyId.includes(':key/') ? keyId : null;
}

function callerOf(identity: unknown): string {
  if (!isObject(identity)) return 'unknown';
  const { arn, type } = identity;
  return typeof arn === 'string' ? arn : typeof type === 'string' ? type : 'unknown';
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
