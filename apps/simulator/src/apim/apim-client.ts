/** The CIS2 client of API Management itself, by which it signs people in for combined authentication. */
export const APIM_CLIENT_ID = 'apim';
