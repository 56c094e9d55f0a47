/** Applications that come near a limit of e-RS: its quota, and the worklists that it gives in a day. */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { useMay } from '../api/use-may.js';
import { filtered } from '../parts/list/filter-texts.js';
import { counted } from '../parts/words.js';
import { ownerPage } from '../signing-keys/key-owner.js';
import { Item, Items } from './items.js';
import { LinkedFigure } from './traffic/requests-behind.js';

type Props = Pick<AnswerOf<'dashboardShow'>, 'nearQuota' | 'worklistsUsedUp'>;

export function Limits({ nearQuota, worklistsUsedUp }: Props) {
  const mayList = useMay('auditList');
  const requests = (filter: object) => (mayList ? filtered('/audit', filter) : undefined);
  return (
    <>
      <Items title="Close to the e-RS quota">
        {nearQuota.map(({ applicationId, application, callsPerMinute, requestsPerMinute }) => (
          <Item key={applicationId} to={applicationPage(applicationId)} name={application}>
            <LinkedFigure to={requests({ applicationId, last: '15m' })}>
              {callsPerMinute} of {requestsPerMinute} requests
            </LinkedFigure>{' '}
            in its busiest minute
          </Item>
        ))}
      </Items>
      <Items title="No worklist left today">
        {worklistsUsedUp.map(({ applicationId, application, services }) => (
          <Item key={applicationId} to={applicationPage(applicationId)} name={application}>
            Fetched{' '}
            <LinkedFigure to={requests({ applicationId, interaction: 'A008', last: '24h' })}>
              {services === 1 ? 'the worklist' : 'the worklists'} of {counted(services, 'service')}
            </LinkedFigure>{' '}
            as often as e-RS allows in a day
          </Item>
        ))}
      </Items>
    </>
  );
}

const applicationPage = (id: string) => ownerPage({ kind: 'application', id });
