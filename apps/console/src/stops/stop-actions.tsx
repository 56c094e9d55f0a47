import type { AnswerOf } from '@gatehouse/contracts/routes';
import { useSession } from '../api/use-session.js';
import { REASON_REQUIRED } from '../parts/form/fields.js';
import { RouteDialog } from '../parts/form/route-dialog.js';

type Stop = AnswerOf<'stopList'>['items'][number];

/** What can still be done about an emergency stop. Nobody reviews their own. */
export function StopActions({ id, liftedAt, reviewedAt, stoppedByPerson }: Stop) {
  const session = useSession();
  return (
    <>
      {liftedAt === null ? (
        <RouteDialog
          route="stopLift"
          label="Lift the stop"
          params={{ id }}
          fields={[REASON_REQUIRED]}
          done="Stop lifted."
        />
      ) : null}
      {reviewedAt === null && session !== undefined && session.person.id !== stoppedByPerson ? (
        <RouteDialog
          route="stopReview"
          label="Review"
          params={{ id }}
          fields={[{ ...REASON_REQUIRED, label: 'What you found' }]}
          done="Review recorded."
        />
      ) : null}
    </>
  );
}
