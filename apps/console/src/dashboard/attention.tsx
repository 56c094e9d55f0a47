/** Lists of what needs a person. An empty list says so in one line. */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Box, Link, Typography } from '@mui/material';
import type { ReactNode } from 'react';
import { Link as RouterLink } from 'react-router-dom';
import { day } from '../parts/dates.js';
import { ownerPage } from '../signing-keys/key-owner.js';
import { Section } from '../parts/facts.js';

type DashboardView = AnswerOf<'dashboardShow'>;

export function Attention({ data }: { readonly data: DashboardView }) {
  const { drafts, oldKeys, srosDue, nearQuota, approvalsPending } = data;
  const { stopsUnreviewed, keyEmergenciesUnreviewed } = data;
  const unreviewed = encodeURIComponent(JSON.stringify({ only: 'unreviewed' }));
  return (
    <Box sx={{ display: 'grid', columnGap: 2, gridTemplateColumns: { md: '1fr 1fr' }, alignItems: 'start' }}>
      <Section title="To decide and review">
        <Typography sx={{ mb: 1 }}>
          <Link component={RouterLink} to="/changes">
            Approvals pending: {approvalsPending}
          </Link>
        </Typography>
        <Typography sx={{ mb: 1 }}>
          <Link component={RouterLink} to="/sro-appointments">
            SRO reviews due within 60 days: {srosDue.length}
          </Link>
        </Typography>
        <Typography sx={{ mb: 1 }}>
          <Link component={RouterLink} to={`/emergency-stops?filter=${unreviewed}`}>
            Emergency stops to review: {stopsUnreviewed}
          </Link>
        </Typography>
        <Typography>
          <Link component={RouterLink} to={`/key-emergencies?filter=${unreviewed}`}>
            Key emergencies to review: {keyEmergenciesUnreviewed}
          </Link>
        </Typography>
      </Section>
      <Items title="Applications that are not live yet" none="Every application is set up.">
        {drafts.map(({ applicationId, application, missing }) => (
          <Item key={applicationId} to={applicationPage(applicationId)} name={application}>
            {missing.length === 0 ? 'Ready to go live' : `To do: ${missing.join('; ')}`}
          </Item>
        ))}
      </Items>
      <Items title="Signing keys older than a year" none="No signing key is older than a year.">
        {oldKeys.map(({ kid, owner, activatedAt }) => (
          <Item key={kid} to={ownerPage(owner)} name={owner.name}>
            {kid}, active since {day(activatedAt)}
          </Item>
        ))}
      </Items>
      <Items
        title="Close to the e-RS quota"
        none="No application came close to its quota in the last 15 minutes."
      >
        {nearQuota.map(({ applicationId, application, callsPerMinute, requestsPerMinute }) => (
          <Item key={applicationId} to={applicationPage(applicationId)} name={application}>
            {callsPerMinute} of {requestsPerMinute} requests in its busiest minute
          </Item>
        ))}
      </Items>
    </Box>
  );
}

const applicationPage = (id: string) => ownerPage({ kind: 'application', id });

interface ItemsProps {
  readonly title: string;
  readonly none: string;
  readonly children: readonly ReactNode[];
}

function Items({ title, none, children }: ItemsProps) {
  return (
    <Section title={title}>{children.length === 0 ? <Typography>{none}</Typography> : children}</Section>
  );
}

interface ItemProps {
  /** The page behind the name. */
  readonly to: string;
  readonly name: string;
  readonly children: ReactNode;
}

function Item({ to, name, children }: ItemProps) {
  return (
    <Typography component="div" sx={{ mb: 1, overflowWrap: 'anywhere' }}>
      <Link component={RouterLink} to={to}>
        {name}
      </Link>
      <Typography color="text.secondary" variant="body2">
        {children}
      </Typography>
    </Typography>
  );
}
