import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Typography } from '@mui/material';
import { REASON_REQUIRED } from '../parts/form/fields.js';
import { RouteDialog } from '../parts/form/route-dialog.js';
import { ImpactAtStake } from '../stops/requests-at-stake.js';
import { EmergencyFacts } from './emergency-facts.js';

interface Props {
  readonly kid: string;
  readonly environment: string;
}

/** For a key that may be in the wrong hands: by one person, at once. */
export function DisableNow({ kid, environment }: Props) {
  return (
    <RouteDialog
      route="keyEmergencyMake"
      label="Disable now"
      params={{ kid }}
      environments={[environment]}
      intro={
        <>
          <Typography>
            For a key that may be in the wrong hands. It is disabled in KMS at once and never used again. If
            it signs for callers, its standby takes over. Afterwards you see what stays exposed, and a
            colleague reviews it.
          </Typography>
          <ImpactAtStake event={{ kind: 'key-suspected', kid }} />
        </>
      }
      fields={[{ ...REASON_REQUIRED, label: 'What happened' }]}
      danger
      done="Signing key disabled."
      result={(answer) => <EmergencyFacts {...(answer as AnswerOf<'keyEmergencyMake'>)} />}
    />
  );
}
