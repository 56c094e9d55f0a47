/** What needs a person. What needs nobody takes no room. */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Box, Link, Typography } from '@mui/material';
import { Suspense, useState } from 'react';
import { Link as RouterLink } from 'react-router-dom';
import { day } from '../parts/dates.js';
import { ownerPage } from '../signing-keys/key-owner.js';
import { filtered } from '../parts/list/filter-texts.js';
import { Loading } from '../parts/load-state.js';
import { Item, Items } from './items.js';
import { Limits } from './limits.js';
import { NewerSpecification } from './lazy-newer-specification.js';

type DashboardView = AnswerOf<'dashboardShow'>;

export default function Attention({ data }: { readonly data: DashboardView }) {
  const { drafts, oldKeys, srosDue, upkeep, approvalsPending, newerCatalogue } = data;
  const { nearQuota, worklistsUsedUp } = data;
  const { stopsInForce, stopsUnreviewed, keyEmergenciesUnreviewed } = data;
  const reviews = [
    { text: 'Approvals pending', to: filtered('/changes', { state: 'pending' }), count: approvalsPending },
    {
      text: 'SRO reviews due within 60 days',
      to: filtered('/sro-appointments', { only: 'due' }),
      count: srosDue.length,
    },
    {
      text: 'Emergency stops in force',
      to: filtered('/emergency-stops', { only: 'standing' }),
      count: stopsInForce,
    },
    {
      text: 'Emergency stops to review',
      to: filtered('/emergency-stops', { only: 'unreviewed' }),
      count: stopsUnreviewed,
    },
    {
      text: 'Key emergencies to review',
      to: filtered('/key-emergencies', { only: 'unreviewed' }),
      count: keyEmergenciesUnreviewed,
    },
  ].filter(({ count }) => count > 0);
  const lists = [reviews, upkeep, drafts, oldKeys, nearQuota, worklistsUsedUp];
  if (newerCatalogue === null && lists.every(({ length }) => length === 0))
    return (
      <Typography sx={{ mb: 2 }}>
        Nothing else needs attention: every application is set up, no signing key is older than a year, and no
        application came close to its quota in the last 15 minutes.
      </Typography>
    );
  return (
    <Box sx={{ display: 'grid', columnGap: 2, gridTemplateColumns: { md: '1fr 1fr' }, alignItems: 'start' }}>
      <Items title="To decide and review">
        {reviews.map(({ text, to, count }) => (
          <Typography key={to} sx={{ mb: 1 }}>
            <Link component={RouterLink} to={to}>
              {text}: {count}
            </Link>
          </Typography>
        ))}
      </Items>
      <Items title="Found by Gatehouse">
        {upkeep.map(({ key, title, whatToDo, path, foundAt }) => (
          <Item key={key} to={path} name={title}>
            {whatToDo} Found on {day(foundAt)}.
          </Item>
        ))}
      </Items>
      <Items title="The e-RS specification" id="e-rs-specification">
        {newerCatalogue === null ? [] : [<NewerCatalogue key={newerCatalogue.version} {...newerCatalogue} />]}
      </Items>
      <Items title="Applications that are not live yet">
        {drafts.map(({ applicationId, application, missing }) => (
          <Item key={applicationId} to={applicationPage(applicationId)} name={application}>
            {missing.length === 0 ? 'Ready to go live' : `To do: ${missing.join('; ')}`}
          </Item>
        ))}
      </Items>
      <Items title="Signing keys older than a year">
        {oldKeys.map(({ kid, owner, activatedAt }) => (
          <Item key={kid} to={ownerPage(owner)} name={owner.name}>
            {kid}, active since {day(activatedAt)}
          </Item>
        ))}
      </Items>
      <Limits nearQuota={nearQuota} worklistsUsedUp={worklistsUsedUp} />
    </Box>
  );
}

function NewerCatalogue({ version, differences }: NonNullable<DashboardView['newerCatalogue']>) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Box sx={{ overflowWrap: 'anywhere' }}>
      <Typography sx={{ mb: 1 }}>
        NHS England’s catalogue version {version} is newer than this build (
        {differences === 1 ? 'one difference' : `${differences} differences`}). Requests are decided by the
        catalogue of this build.
      </Typography>
      <details
        onToggle={(event) => {
          setOpen(event.currentTarget.open);
        }}
      >
        <summary>What is different</summary>
        {isOpen ? (
          <Suspense fallback={<Loading />}>
            <NewerSpecification />
          </Suspense>
        ) : null}
      </details>
    </Box>
  );
}

const applicationPage = (id: string) => ownerPage({ kind: 'application', id });
