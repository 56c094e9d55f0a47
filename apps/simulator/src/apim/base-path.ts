/** Where e-RS is published on the gateway of API Management. */
export const ERS_BASE_PATH = '/referrals';
