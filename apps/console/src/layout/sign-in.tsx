import { Alert, Button, Card, CardContent, Container, Typography } from '@mui/material';
import { useLocation } from 'react-router-dom';
import { signInUrl } from '../api/auth-provider.js';
import { hasSessionEnded } from '../api/session.js';

/** Shown to people who are not signed in. The organisation's identity provider does the rest. */
export function SignIn() {
  const { state } = useLocation() as { state: { nextPathname?: string; nextSearch?: string } | null };
  const returnTo = `${state?.nextPathname ?? '/'}${state?.nextSearch ?? ''}`;
  return (
    <Container component="main" maxWidth="sm" sx={{ pt: { xs: 4, sm: 10 } }}>
      <Card>
        <CardContent sx={{ p: 4 }}>
          <Typography variant="h1" gutterBottom>
            Gatehouse
          </Typography>
          {hasSessionEnded() ? (
            <Alert severity="info" sx={{ mb: 2 }}>
              Your session has ended. Sign in again to return to the page you were on.
            </Alert>
          ) : null}
          <Typography sx={{ mb: 3 }}>
            Partner gateway for the NHS e-Referral Service. Sign in with your organisation’s account. Your
            session ends after 15 minutes without activity.
          </Typography>
          <Button variant="contained" size="large" href={signInUrl(returnTo)}>
            Sign in
          </Button>
        </CardContent>
      </Card>
    </Container>
  );
}
