import { describe, expect, it } from 'vitest';
import { authorizationCodeForm, clientCredentialsForm, exchangeForm, refreshForm } from './token-request.js';

describe('the forms of the token endpoint (docs/reference/protocol-facts.md §3.2, §5, §6)', () => {
  it.each([
    [
      'client credentials',
      clientCredentialsForm('jws'),
      {
        grant_type: 'client_credentials',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: 'jws',
      },
    ],
    [
      'token exchange',
      exchangeForm('jws', 'id-token'),
      {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
        subject_token: 'id-token',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: 'jws',
      },
    ],
    [
      'refresh, without an assertion',
      refreshForm('key', 'secret', 'refresh'),
      {
        grant_type: 'refresh_token',
        client_id: 'key',
        client_secret: 'secret',
        refresh_token: 'refresh',
      },
    ],
    [
      'the code of combined authentication, without an assertion',
      authorizationCodeForm(
        { apiKey: 'key', apiSecret: 'secret' },
        { code: 'code', redirectUri: 'https://gatehouse.example/auth/apim/callback' },
      ),
      {
        grant_type: 'authorization_code',
        client_id: 'key',
        client_secret: 'secret',
        redirect_uri: 'https://gatehouse.example/auth/apim/callback',
        code: 'code',
      },
    ],
  ])('%s', (_, form, fields) => {
    expect(form).toEqual(fields);
  });
});
