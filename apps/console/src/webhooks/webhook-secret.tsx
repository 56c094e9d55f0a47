import { OneTimeSecret } from '../parts/form/one-time-secret.js';

export function WebhookSecret({ secret }: { readonly secret: string }) {
  return (
    <OneTimeSecret
      secret={secret}
      advice="Copy it to the receiver now: it verifies the signatures with it. It will not be shown again."
    />
  );
}
