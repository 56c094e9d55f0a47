// The simulated KMS, which keeps its keys on disk.
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';

/** @returns the ARN of a new key */
export async function createKmsKey(settings, KeySpec, KeyUsage) {
  const kms = new KMSClient({
    region: settings.AWS_REGION,
    endpoint: settings.AWS_ENDPOINT_URL_KMS,
    credentials: { accessKeyId: settings.AWS_ACCESS_KEY_ID, secretAccessKey: settings.AWS_SECRET_ACCESS_KEY },
  });
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({ KeySpec, KeyUsage }));
  kms.destroy();
  return KeyMetadata.Arn;
}
