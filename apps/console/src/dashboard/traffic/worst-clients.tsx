/** The clients with the most rejected and failed requests, worst first, and the reason of most of them. */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { NONE } from '../../parts/dates.js';
import { LinkedFigure, ofCode, type RequestsBehind } from './requests-behind.js';
import { UnsuccessfulTable } from './unsuccessful-table.js';

type Worst = AnswerOf<'dashboardShow'>['worstClients'];

interface Props {
  readonly worst: Worst;
  readonly requestsBehind: RequestsBehind;
}

export function WorstClients({ worst, requestsBehind }: Props) {
  const rows = worst.map((client) => {
    const { clientId, name, environment, refused, failed, code } = client;
    const title = titleOf(client);
    // The trail is asked for a client by its name, which an unregistered one does not have.
    const filter = name === null ? null : { client: name, environment };
    const ofReason = code === null || filter === null ? null : ofCode(code);
    return {
      ...{ key: clientId, title, refused, failed, filter },
      last:
        code === null ? (
          NONE
        ) : (
          <LinkedFigure
            to={ofReason === null ? undefined : requestsBehind({ ...filter, ...ofReason })}
            name={`${code}: ${title}`}
          >
            {code}
          </LinkedFigure>
        ),
    };
  });
  return (
    <UnsuccessfulTable
      title="Clients with the most rejected and failed requests"
      heads={['Client', 'Most frequent reason']}
      rows={rows}
      requestsBehind={requestsBehind}
    />
  );
}

const titleOf = ({ name, environment }: Worst[number]): string =>
  name === null ? 'A client that is not registered' : `${name} in ${environment ?? ''}`;
