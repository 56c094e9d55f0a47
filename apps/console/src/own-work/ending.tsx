import { useLive } from '../api/use-live.js';
import { Item, Items } from '../dashboard/items.js';
import { day } from '../parts/dates.js';
import { Loaded } from '../parts/load-state.js';
import { counted } from '../parts/words.js';

const DAY_MS = 86_400_000;

/** What the person who is signed in renews, and how long it still runs. Owners are shown by the access that closes. */
export default function Ending() {
  const query = useLive(['own-work'], 'ownWorkShow', {});
  return (
    <Loaded query={query}>
      {({ ending }) => (
        <Items title="Yours to renew">
          {ending
            .filter(({ kind }) => kind !== 'appointment')
            .map(({ kind, id, name, endsAt, page }) => (
              <Item key={`${kind} ${id}`} to={page} name={name}>
                {leftOf(endsAt)}, on {day(endsAt)}
              </Item>
            ))}
        </Items>
      )}
    </Loaded>
  );
}

function leftOf(endsAt: string): string {
  const days = Math.floor((Date.parse(endsAt) - Date.now()) / DAY_MS);
  return days < 1 ? 'Ends within a day' : `Ends in ${counted(days, 'day')}`;
}
