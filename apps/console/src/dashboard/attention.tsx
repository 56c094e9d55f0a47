/** Lists of what needs a person; those that are empty say so in one line. */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Box, Link, Typography } from '@mui/material';
import type { ReactNode } from 'react';
import { Link as RouterLink } from 'react-router-dom';
import { day } from '../parts/day.js';
import { Section } from '../parts/facts.js';

type Numbers = AnswerOf<'dashboardShow'>;

export function Attention({ data }: { readonly data: Numbers }) {
  const { drafts, oldKeys, srosDue, nearQuota, stopsUnreviewed, approvalsPending } = data;
  const unreviewed = encodeURIComponent(JSON.stringify({ only: 'unreviewed' }));
  return (
    <Box sx={{ display: 'grid', columnGap: 2, gridTemplateColumns: { md: '1fr 1fr' }, alignItems: 'start' }}>
      <Section title="To decide and to review">
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
        <Typography>
          <Link component={RouterLink} to={`/emergency-stops?filter=${unreviewed}`}>
            Emergency stops not reviewed: {stopsUnreviewed}
          </Link>
        </Typography>
      </Section>
      <Items title="Applications not live yet" none="None: every application is set up.">
        {drafts.map(({ applicationId, application, missing }) => (
          <Item key={applicationId} application={applicationId} name={application}>
            {missing.length === 0 ? 'nothing is missing' : `missing: ${missing.join('; ')}`}
          </Item>
        ))}
      </Items>
      <Items title="Signing keys a year old" none="None.">
        {oldKeys.map(({ kid, applicationId, application, activatedAt }) => (
          <Item key={kid} application={applicationId} name={application}>
            {kid}, signs since {day(activatedAt)}
          </Item>
        ))}
      </Items>
      <Items title="Close to the quota of e-RS" none="None in the last quarter of an hour.">
        {nearQuota.map(({ applicationId, application, callsPerMinute, requestsPerMinute }) => (
          <Item key={applicationId} application={applicationId} name={application}>
            {callsPerMinute} of {requestsPerMinute} calls in its busiest minute
          </Item>
        ))}
      </Items>
    </Box>
  );
}

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
  readonly application: string;
  readonly name: string;
  readonly children: ReactNode;
}

function Item({ application, name, children }: ItemProps) {
  return (
    <Typography component="div" sx={{ mb: 1, overflowWrap: 'anywhere' }}>
      <Link component={RouterLink} to={`/applications/${application}/show`}>
        {name}
      </Link>
      <Typography color="text.secondary" variant="body2">
        {children}
      </Typography>
    </Typography>
  );
}
