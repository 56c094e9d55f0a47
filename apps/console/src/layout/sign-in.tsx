import { Button, Card, CardContent, Container, Typography } from '@mui/material';
import { useLocation } from 'react-router-dom';
import { signInUrl } from '../api/auth-provider.js';

/** Shown to whom is not signed in; the organisation's identity provider asks for the rest. */
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
          <Typography sx={{ mb: 3 }}>
            Partner gateway for the NHS e-Referral Service. Sign in with your organisation’s account; a
            session ends after 15 minutes without use.
          </Typography>
          <Button variant="contained" size="large" href={signInUrl(returnTo)}>
            Sign in
          </Button>
        </CardContent>
      </Card>
    </Container>
  );
}
