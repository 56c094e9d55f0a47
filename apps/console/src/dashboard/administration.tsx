/** What an administrator looks after: everybody’s tokens that end soon, and the wall links. */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { TOKEN_ENDS } from '@gatehouse/contracts/operation/operation-resources';
import { Link, Typography } from '@mui/material';
import { Link as RouterLink } from 'react-router-dom';
import { useLive } from '../api/use-live.js';
import { day } from '../parts/dates.js';
import { Section } from '../parts/facts.js';
import { Loaded } from '../parts/load-state.js';

type Answer = AnswerOf<'administrationShow'>;

export default function Administration() {
  const query = useLive(['administration'], 'administrationShow', {});
  return (
    <Loaded query={query}>
      {({ tokensEnding, wallLinks }) =>
        tokensEnding.length === 0 && wallLinks.length === 0 ? (
          <Typography sx={{ mb: 2 }}>No API token ends within 14 days, and there is no wall link.</Typography>
        ) : (
          <>
            <Tokens title="API tokens that end within 14 days" tokens={tokensEnding} />
            <Tokens title="Wall links" tokens={wallLinks} page="/admin-tokens" />
          </>
        )
      }
    </Loaded>
  );
}

interface Props {
  readonly title: string;
  readonly tokens: Answer['tokensEnding'];
  /** Where an administrator can revoke them. */
  readonly page?: string;
}

function Tokens({ title, tokens, page }: Props) {
  if (tokens.length === 0) return null;
  return (
    <Section title={title}>
      {tokens.map(({ tokenId, label, person, endsAt, endsBecause }) => (
        <Typography key={tokenId} component="div" sx={{ mb: 1, overflowWrap: 'anywhere' }}>
          {page === undefined ? (
            label
          ) : (
            <Link component={RouterLink} to={page}>
              {label}
            </Link>
          )}
          <Typography color="text.secondary" variant="body2">
            {person ?? 'A service'}. Ends on {day(endsAt)}: {TOKEN_ENDS[endsBecause]}.
          </Typography>
        </Typography>
      ))}
    </Section>
  );
}
