import type { AnswerOf } from '@gatehouse/contracts/routes';
import { REASON_REQUIRED } from '../parts/form/fields.js';
import { RouteDialog } from '../parts/form/route-dialog.js';
import { EmergencyFacts } from './emergency-facts.js';

/** For a key that may be in wrong hands: by one person, at once. */
export function DisableNow({ kid }: { readonly kid: string }) {
  return (
    <RouteDialog
      route="keyEmergencyMake"
      label="Disable now"
      params={{ kid }}
      intro="For a key that may be in wrong hands. It is disabled in KMS at once and never used again, its tokens are dropped within a second, and its standby signs from then on. A colleague reviews it afterwards."
      fields={[{ ...REASON_REQUIRED, label: 'What happened' }]}
      danger
      done="Signing key disabled."
      result={(answer) => <EmergencyFacts {...(answer as AnswerOf<'keyEmergencyMake'>)} />}
    />
  );
}
