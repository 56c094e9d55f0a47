/**
 * Asks KMS whether the keys behind cached tokens may still sign. A disabled key or one pending deletion means that
 * its owner said stop: its tokens are dropped at once, not kept to their end (faults F10).
 */
import type { TokenSource } from '../../adapters/nhs/apim-token.js';
import type { AuditLog } from '../../adapters/audit/write/audit-log.js';
import type { Kms } from '../../adapters/kms/kms.js';
import { systemEvent } from '../../adapters/audit/system-event.js';

export interface KeyWatchDeps {
  readonly kms: Pick<Kms, 'isUsable'>;
  readonly tokens: Pick<TokenSource, 'activeKeys' | 'discardKey'>;
  readonly audit: Pick<AuditLog, 'system'>;
  readonly now: () => number;
  readonly onUnusable: (kid: string) => void;
}

export async function run(deps: KeyWatchDeps): Promise<void> {
  for (const key of deps.tokens.activeKeys()) {
    // KMS out of reach says nothing about the key.
    const usable = await deps.kms.isUsable(key.kmsKeyArn).catch(() => true);
    if (usable) continue;
    deps.tokens.discardKey(key.kid);
    deps.onUnusable(key.kid);
    await deps.audit
      .system(systemEvent('KEY_STATE', deps.now(), { kid: key.kid, state: 'unusable' }))
      .catch(() => undefined);
  }
}
