/**
 * What the admin API says when a rule of the database is broken. The database decides; this only explains it.
 * Sources: law 6; docs/reference/protocol-facts.md §0 (one application, one ASID, one environment).
 */
export interface ConstraintMessage {
  /** The field at fault, as the admin API and the registry file spell it; '' when it is the whole entry. */
  readonly field: string;
  readonly message: string;
}

const rule = (field: string, message: string): ConstraintMessage => ({ field, message });

const CAPABILITY =
  'Application-restricted access needs a capability (referrer or provider); user-restricted access has none.';
const ACCESS_MODE = 'The access mode is user-restricted or application-restricted.';
const CAPABILITIES = 'The capability is referrer or provider.';
const unseen = (field: string) =>
  rule(field, 'A name contains a character that can’t be seen. Type it again without it.');
const lookAlike = (what: string) =>
  rule(
    'name',
    `There is ${what} whose name differs from this only in case, spacing or look-alike letters. Use that name.`,
  );
const SECRET_HASH = 'A secret is stored as its SHA-256 in 64 hexadecimal digits.';
const PATTERN = 'Users sign in by separate or combined authentication.';
const LEVEL = 'The authentication assurance level of a user is 2 or 3.';
const USER_ID = 'A user id is 12 digits.';

/** By the name of the constraint, unique index or rule. A test compares it with the database's catalogue. */
export const constraintMessages: Readonly<Record<string, ConstraintMessage>> = {
  environment_pkey: rule('name', 'There is an environment of this name already.'),
  environment_name_format: rule(
    'name',
    'An environment name is lower-case letters, digits and hyphens, at most 31.',
  ),
  environment_kind_known: rule('kind', 'The kind of an environment is authenticated or open.'),
  environment_kind_fixed: rule('kind', 'The kind of an environment never changes. Make another environment.'),
  environment_four_eyes_kept: rule(
    'fourEyes',
    'Whether changes in an environment need a second person is either true or false.',
  ),

  organisation_pkey: rule('odsCode', 'There is an organisation with this ODS code already.'),
  organisation_ods_code_format: rule('odsCode', 'An ODS code is 1 to 10 capital letters and digits.'),
  organisation_name_present: rule('name', 'An organisation needs a name.'),
  organisation_name_visible: unseen('name'),
  organisation_name_distinct: lookAlike('an organisation'),
  organisation_stays_retired: rule(
    'state',
    'The data key of this organisation was destroyed, so it can no longer be put in service.',
  ),
  organisation_state_known: rule('state', 'The state of an organisation is active, suspended or retired.'),

  product_pkey: rule('name', 'There is a product of this name already.'),
  product_name_present: rule('name', 'A product needs a name.'),
  product_name_visible: unseen('name'),
  product_name_distinct: lookAlike('a product'),
  product_state_known: rule('state', 'The state of a product is active or retired.'),

  message_set_pkey: rule('name', 'There is a message set of this name already.'),
  message_set_name_present: rule('name', 'A message set needs a name.'),
  message_set_name_visible: unseen('name'),
  message_set_name_distinct: lookAlike('a message set'),
  message_set_interactions_format: rule(
    'interactions',
    'An interaction is the letter A and three digits, like A005.',
  ),

  application_pkey: rule('id', 'There is an application with this id already.'),
  application_environment_fkey: rule(
    'environment',
    'There is no such environment, or applications still use it.',
  ),
  application_product_fkey: rule('product', 'There is no such product, or applications still use it.'),
  application_access_mode_known: rule('accessMode', ACCESS_MODE),
  application_capability_known: rule('capability', CAPABILITIES),
  application_capability_iff_application_restricted: rule('capability', CAPABILITY),
  application_state_known: rule('state', 'The state of an application is draft, live, suspended or retired.'),
  application_asid_format: rule('asid', 'An ASID has 12 digits.'),
  application_asid_unique: rule(
    'asid',
    'Another application has this ASID. An ASID belongs to one application in one environment.',
  ),
  application_asid_sharing: rule(
    'asidSharedWith',
    'An e-RS ASID may be shared with NEMS, CP-IS and GP Connect only, never with PDS, EPS or SCR.',
  ),
  application_api_key_format: rule('apiKey', 'An API key is 1 to 200 visible ASCII characters.'),
  application_api_key_unique: rule('apiKey', 'Another application of this environment has this API key.'),
  application_api_secret_user_restricted: rule(
    'apiSecret',
    'Only a user-restricted application has an API secret.',
  ),
  application_api_secret_with_digest: rule(
    'apiSecret',
    'A sealed API secret is stored together with its SHA-256.',
  ),
  application_apim_application_id_unique: rule(
    'apimApplicationId',
    'Another application of this environment has this APIM application id.',
  ),
  application_jwks_id_unguessable: rule('jwksId', 'The id of a JWKS URL is 22 to 128 base64url characters.'),
  application_jwks_id_unique: rule('jwksId', 'Another application has this JWKS URL.'),
  application_identity_fixed: rule(
    '',
    'Environment, product, access mode, capability and JWKS URL of an application never change. Retire it and make another.',
  ),
  application_live_complete: rule('state', 'A live application needs an ASID and an API key.'),

  binding_pkey: rule('id', 'There is a binding with this id already.'),
  binding_application_id_fkey: rule('application', 'There is no such application.'),
  binding_ods_code_fkey: rule(
    'organisation',
    'There is no such organisation, or applications still serve it.',
  ),
  binding_organisation_once: rule('organisations', 'The application serves this organisation already.'),
  binding_application_restricted_one_organisation: rule(
    'organisations',
    'An application-restricted application serves exactly one organisation.',
  ),
  binding_one_live_application: rule(
    'state',
    'Another application is live for this environment, organisation, product, access mode and capability. Suspend or retire it first.',
  ),
  binding_identity_fixed: rule(
    'organisation',
    'A binding never changes its application or organisation. Remove it and make another.',
  ),

  application_message_set_pkey: rule('messageSets', 'The application has this message set already.'),
  application_message_set_application_id_fkey: rule('application', 'There is no such application.'),
  application_message_set_message_set_name_fkey: rule(
    'messageSets',
    'There is no such message set, or applications still use it.',
  ),

  sro_appointment_pkey: rule('id', 'There is an appointment with this id already.'),
  sro_appointment_ods_code_fkey: rule(
    'organisation',
    'There is no such organisation, or it has SRO appointments.',
  ),
  sro_appointment_environments_present: rule(
    'environments',
    'An appointment names at least one environment.',
  ),
  sro_appointment_environments_known: rule('environments', 'An environment of the appointment is unknown.'),
  sro_appointment_texts_present: rule(
    '',
    'An appointment needs the name and job title of the SRO, and the name and reference of the authority.',
  ),
  sro_appointment_texts_visible: unseen(''),
  sro_appointment_email_format: rule('email', 'The email address has the form name@host.'),
  sro_appointment_spine_user_id_format: rule('spineUserId', 'A Spine user id has 12 digits.'),
  sro_appointment_authority_document_format: rule(
    'authorityDocumentSha256',
    'The hash of the authority document is a SHA-256 in 64 hexadecimal digits.',
  ),
  sro_appointment_grace_not_negative: rule('graceDays', 'The days of grace are 0 or more.'),

  sro_appointment_role_known: rule('role', 'An appointment is that of an owner or a deputy.'),
  sro_appointment_succeeds_fkey: rule('succeeds', 'There is no such appointment to take over from.'),
  sro_appointment_starts_before_review: rule('startsOn', 'The first day lies before the review.'),

  sro_link_pkey: rule('id', 'There is a link with this id already.'),
  sro_link_appointment_id_fkey: rule('appointment', 'There is no such appointment.'),
  sro_link_exception_id_fkey: rule('exception', 'There is no such write exception.'),
  sro_link_secret_hash_format: rule('secretHash', SECRET_HASH),
  sro_link_outcome_known: rule('outcome', 'A link ends accepted, declined or replaced.'),
  sro_link_ended_somehow: rule('outcome', 'A link that has ended says when and how, both or neither.'),
  sro_link_expires_after_creation: rule('expiresAt', 'A link ends after it is made.'),
  sro_link_one_open: rule('', 'There is an open link for this already.'),

  write_exception_pkey: rule('id', 'There is a write exception with this id already.'),
  write_exception_application_id_fkey: rule(
    'application',
    'There is no such application, or it has write exceptions.',
  ),
  write_exception_application_restricted: rule(
    'application',
    'Only an application-restricted application needs a write exception.',
  ),
  write_exception_interaction_known: rule('interaction', 'A write exception is for A013, A028 or A036.'),
  write_exception_use_case_present: rule(
    'useCaseReference',
    'A write exception names the approved use case.',
  ),
  write_exception_expires_after_grant: rule('expiresAt', 'A write exception ends after it is granted.'),
  write_exception_cosigned_by_fkey: rule('cosignedBy', 'There is no such appointment.'),
  write_exception_cosigned_by_someone: rule(
    'cosignedBy',
    'A co-signed write exception says when and by whom, both or neither.',
  ),
  write_exception_revoked_by_someone: rule(
    'revokedBy',
    'A revoked write exception says when and by whom, both or neither.',
  ),

  cis2_client_pkey: rule('id', 'There is a CIS2 client with this id already.'),
  cis2_client_environment_fkey: rule(
    'environment',
    'There is no such environment, or CIS2 clients still use it.',
  ),
  cis2_client_product_fkey: rule('product', 'There is no such product, or CIS2 clients still use it.'),
  cis2_client_product_once: rule('product', 'This product has a CIS2 client in this environment already.'),
  cis2_client_client_id_unique: rule(
    'clientId',
    'Another CIS2 client of this environment has this client id.',
  ),
  cis2_client_client_id_present: rule('clientId', 'A CIS2 client needs the client id that CIS2 issued.'),
  cis2_client_auth_known: rule(
    'auth',
    'The auth of a CIS2 client is private_key_jwt, client_secret or supplier.',
  ),
  cis2_client_signing_algorithm_known: rule(
    'signingAlgorithm',
    'The signing algorithm of a CIS2 client is RS512 or RS256.',
  ),
  cis2_client_secret_present: rule(
    'clientSecret',
    'A CIS2 client whose auth is client_secret needs its secret.',
  ),
  cis2_client_secret_with_digest: rule(
    'clientSecret',
    'A sealed client secret is stored together with its SHA-256.',
  ),
  cis2_client_state_known: rule('state', 'The state of a CIS2 client is active or retired.'),
  cis2_client_jwks_id_unique: rule('', 'Another CIS2 client has this JWKS URL. Try again.'),
  cis2_client_jwks_id_unguessable: rule('', 'The id of a JWKS URL has at least 22 characters of base64url.'),
  cis2_client_identity_fixed: rule(
    '',
    'A CIS2 client never changes its product or environment. Retire it and make another.',
  ),

  client_name_visible: unseen('name'),
  client_name_distinct: lookAlike('a client'),
  client_pkey: rule('id', 'There is a client with this id already.'),
  client_environment_fkey: rule('environment', 'There is no such environment, or clients still use it.'),
  client_name_present: rule('name', 'A client needs a name.'),
  client_name_unique: rule('name', 'This environment has a client of this name already.'),
  client_rate_share_known: rule('rateShare', 'The share of the rate is single, double or fourfold.'),
  client_state_known: rule('state', 'The state of a client is active, suspended or retired.'),
  client_return_targets_https: rule(
    'returnTargets',
    'A return target is an https URL without user name and fragment; outside prod, http://localhost too.',
  ),
  client_workload_all_or_none: rule('workload', 'A workload has issuer, audience and subject, all three.'),
  client_workload_unique: rule('workload', 'Another client has this workload issuer and subject.'),
  client_identity_fixed: rule('environment', 'A client never changes its environment. Make another client.'),

  client_grant_pkey: rule('id', 'There is a grant with this id already.'),
  client_grant_client_id_fkey: rule('client', 'There is no such client.'),
  client_grant_ods_code_fkey: rule(
    'organisation',
    'There is no such organisation, or clients have grants for it.',
  ),
  client_grant_product_fkey: rule('product', 'There is no such product, or clients have grants for it.'),
  client_grant_access_mode_known: rule('accessMode', ACCESS_MODE),
  client_grant_capability_known: rule('capability', CAPABILITIES),
  client_grant_capability_iff_application_restricted: rule('capability', CAPABILITY),
  client_grant_unique: rule('grants', 'The client has this grant already.'),

  client_credential_pkey: rule('keyId', 'There is a key with this id already.'),
  client_credential_client_id_fkey: rule('client', 'There is no such client, or it has keys.'),
  client_credential_key_id_format: rule('keyId', 'A key id is 1 to 200 visible ASCII characters.'),
  client_credential_secret_hash_format: rule('secretHash', SECRET_HASH),
  client_credential_expires_after_creation: rule('expiresAt', 'A key expires after it is made.'),
  client_credential_at_most_two: rule('keys', 'The client has two usable keys already. Revoke one first.'),

  signing_key_pkey: rule('id', 'There is a signing key with this id already.'),
  signing_key_application_id_fkey: rule(
    'application',
    'There is no such application, or it has signing keys.',
  ),
  signing_key_kid_unique: rule('kid', 'Another signing key has this kid.'),
  signing_key_kms_key_arn_unique: rule('kmsKeyArn', 'Another signing key uses this KMS key.'),
  signing_key_thumbprint_unique: rule('thumbprint', 'Another signing key has this public key.'),
  signing_key_state_known: rule(
    'state',
    'The state of a signing key is PENDING, PUBLISHED, ACTIVE, RETIRING or REMOVED.',
  ),
  signing_key_starts_pending: rule('state', 'A signing key starts as PENDING.'),
  signing_key_transition: rule('state', 'A signing key cannot go from its state to that one.'),
  signing_key_times: rule('state', 'Each state of a signing key needs its time.'),
  signing_key_cis2_client_id_fkey: rule(
    'cis2Client',
    'There is no such CIS2 client, or it has signing keys.',
  ),
  signing_key_one_owner: rule('', 'A signing key belongs to one application or to one CIS2 client.'),
  signing_key_one_active: rule(
    'state',
    'The application has an active signing key already. Retire it first.',
  ),
  signing_key_one_active_cis2: rule(
    'state',
    'The CIS2 client has an active signing key already. Retire it first.',
  ),
  signing_key_identity_fixed: rule(
    '',
    'Owner, kid, KMS key, public key and thumbprint of a signing key never change.',
  ),
  signing_key_confirmed_after_publication: rule('confirmedAt', 'Only a published key is confirmed.'),
  signing_key_proven_after_confirmation: rule('provenAt', 'A key is confirmed before it is tried out.'),
  signing_key_disabled_after_use: rule('disabledAt', 'Only the KMS key of a removed key is disabled.'),
  signing_key_public_rsa: rule('publicJwk', 'The public key is an RSA JWK with n and e.'),
  signing_key_no_private_member: rule('publicJwk', 'A public key has no private member.'),

  rotation_policy_pkey: rule('id', 'There is a rotation policy with this id already.'),
  rotation_policy_once: rule(
    '',
    'There is a rotation policy for this organisation, product and environment already.',
  ),
  rotation_policy_ods_code_fkey: rule('organisation', 'There is no such organisation.'),
  rotation_policy_product_fkey: rule('product', 'There is no such product.'),
  rotation_policy_environment_fkey: rule('environment', 'There is no such environment.'),
  rotation_policy_every_days_possible: rule('everyDays', 'Keys rotate every 1 to 365 days.'),

  key_rotation_pkey: rule('', 'The rotation of this owner has been begun already.'),
  key_rotation_claimed_for_a_time: rule('claim', 'A claim has an end.'),
  key_rotation_failure_with_cause: rule('cause', 'A failure has a cause and a beginning.'),
  key_emergency_pkey: rule('id', 'There is an emergency with this id already.'),
  key_emergency_kid_once: rule('kid', 'This key has been disabled already.'),
  key_emergency_kid_fkey: rule('kid', 'There is no such signing key.'),
  key_emergency_disabled_by_staff_fkey: rule('disabledBy', 'There is no such person.'),
  key_emergency_reviewed_by_staff_fkey: rule('reviewedBy', 'There is no such person.'),
  key_emergency_ods_codes_present: rule('', 'An emergency says whose key it was.'),
  key_emergency_reason_present: rule('reason', 'An emergency needs a reason.'),
  key_emergency_audited_step_known: rule('', 'The audited step of an emergency is begun or confirmed.'),
  key_emergency_review_whole: rule('reviewedBy', 'A review has a person, a time and a finding.'),
  key_emergency_reviewed_by_another: rule('', 'It is reviewed by a person who did not disable the key.'),
  signing_key_deleted_after_disabled: rule(
    'deletionList',
    'Only a removed key that is disabled in KMS is deleted.',
  ),
  signing_key_scheduled_with_date: rule('deletesAt', 'A scheduled deletion has a date.'),
  key_deletion_list_pkey: rule('month', 'There is a list of deletions for this month already.'),
  key_deletion_list_month_format: rule('month', 'A month is written as 2026-11.'),
  key_deletion_pkey: rule('kid', 'This key is on the list already.'),
  key_deletion_month_fkey: rule('month', 'There is no list of deletions for this month.'),
  key_deletion_kid_fkey: rule('kid', 'There is no such signing key.'),
  key_deletion_state_known: rule('state', 'A key on the list is listed, struck, dropped or cancelled.'),
  key_deletion_off_with_reason: rule('reason', 'A key that is taken off the list has a reason.'),
  impact_plan_pkey: rule('id', 'There is a plan with this id already.'),
  impact_plan_once: rule(
    'event',
    'There is an approved plan for this already. Carry it out, or end it before you request another.',
  ),
  impact_plan_environments_present: rule('', 'A plan says which environments it changes.'),
  impact_plan_ended_with_reason: rule('reason', 'A plan that has ended says who ended it, and why.'),
  impact_plan_step_pkey: rule('step', 'This step of the plan has been recorded already.'),
  impact_plan_step_plan_id_fkey: rule('plan', 'There is no such plan.'),
  impact_plan_step_outcome_known: rule('outcome', 'A step of a plan is done, ticked or refused.'),
  impact_plan_step_note_unless_done: rule('note', 'A step that is ticked off or refused says why.'),
  jwks_fetch_pkey: rule('', 'This JWKS URL has been noted already.'),

  admin_token_pkey: rule('id', 'There is an admin token with this id already.'),
  admin_token_token_id_unique: rule('tokenId', 'There is an admin token with this id already.'),
  admin_token_scopes_known: rule(
    'scopes',
    'The scopes of an admin token are one or more of registry, governance, audit; that of a wall link is wall alone.',
  ),
  admin_token_wall_bounded: rule('scopes', 'A wall link is a person’s, and works for at most 30 days.'),
  admin_token_secret_hash_format: rule('secretHash', SECRET_HASH),
  admin_token_expires_after_creation: rule('expiresAt', 'An admin token expires after it is made.'),

  admin_token_staff_id_fkey: rule('staff', 'There is no such person.'),
  admin_token_parent_id_fkey: rule('parent', 'There is no such admin token.'),
  admin_token_within_parent: rule(
    'parent',
    'A token created with another token never outlives it or has more rights, and none is created with a revoked one.',
  ),

  staff_pkey: rule('id', 'There is a person with this id already.'),
  staff_subject_unique: rule('subject', 'This person of the identity provider is known already.'),
  staff_state_known: rule('state', 'A person is active or suspended.'),
  staff_role_pkey: rule('id', 'There is a role with this id already.'),
  staff_role_once: rule('role', 'The person has this role already.'),
  staff_role_staff_id_fkey: rule('staff', 'There is no such person, or they hold roles.'),
  staff_role_role_known: rule(
    'role',
    'The roles are platform-engineer, governance-officer, auditor and administrator.',
  ),
  staff_role_source_known: rule('source', 'A role comes from the identity provider or an administrator.'),
  staff_role_organisations_said: rule(
    'organisations',
    'Name the organisations a role is for, or say that it is for every one.',
  ),
  staff_session_pkey: rule('id', 'There is a session with this id already.'),
  staff_session_secret_unique: rule('', 'This session exists already.'),
  staff_session_staff_id_fkey: rule('staff', 'There is no such person, or they have signed in.'),
  staff_session_secret_hash_format: rule('secretHash', SECRET_HASH),
  staff_session_expires_after_creation: rule('expiresAt', 'A session ends after it begins.'),
  sign_in_key_pkey: rule('id', 'There is a key with this id already.'),
  sign_in_spent_pkey: rule('', 'This sign-in was finished already.'),

  user_login_pkey: rule('id', 'There is a login with this id already.'),
  user_login_ticket_unique: rule('', 'This login exists already.'),
  user_login_code_unique: rule('', 'This code was issued already.'),
  user_login_client_id_fkey: rule('client', 'There is no such client.'),
  user_login_pattern_known: rule('pattern', PATTERN),
  user_login_combined_for_one: rule('organisation', 'A combined login names an organisation.'),
  user_login_minimum_level_known: rule('minimumLevel', LEVEL),
  user_login_authentication_level_known: rule('authenticationLevel', LEVEL),
  user_login_user_id_format: rule('userId', USER_ID),
  user_login_expires_after_creation: rule('expiresAt', 'A login expires after it begins.'),
  user_login_code_of_a_user: rule('code', 'A code is issued once the user has signed in.'),
  user_login_tokens_erased: rule('tokens', 'The tokens of a login are erased when its code is used.'),
  user_session_pkey: rule('id', 'There is a user session with this id already.'),
  user_session_handle_unique: rule('', 'This user session exists already.'),
  user_session_handle_hash_format: rule('handleHash', SECRET_HASH),
  user_session_id_token_hash_format: rule('', SECRET_HASH),
  user_session_client_id_fkey: rule('client', 'There is no such client, or users are signed in for it.'),
  user_session_pattern_known: rule('pattern', PATTERN),
  user_session_combined_for_one: rule('organisation', 'A combined session acts for one organisation.'),
  user_session_acts_for_that_one: rule('organisation', 'A combined session acts for no other organisation.'),
  user_session_user_id_format: rule('userId', USER_ID),
  user_session_authentication_level_known: rule('authenticationLevel', LEVEL),
  user_session_identity_level_known: rule('identityLevel', 'The identity assurance level of a user is 3.'),
  user_session_choice_whole: rule('role', 'A role is a business function at an organisation.'),
  user_session_on_behalf_of_a_choice: rule(
    'onBehalfOf',
    'A user acts on behalf of somebody in a role, and names them by 12 digits.',
  ),
  user_session_end_whole: rule(
    '',
    'The end of a user session has a time, a reason and somebody who ended it.',
  ),
  user_session_erased_at_end: rule('', 'A user session that has ended keeps no token and no name.'),
  user_session_recorded_after_end: rule('', 'A user session that has not ended has no record of its end.'),
  user_session_end_final: rule('', 'A user session that has ended stays ended.'),
  user_session_identity_fixed: rule('', 'Who signed in, how and for which client never changes.'),
  user_token_pkey: rule('', 'This session has a token for this application already.'),
  user_token_session_id_fkey: rule('session', 'There is no such user session.'),
  user_token_application_id_fkey: rule('application', 'There is no such application.'),
  user_token_generation_positive: rule('generation', 'The first pair of tokens is generation 1.'),
  user_token_refresh_whole: rule('', 'A refresh token is stored together with its expiry.'),
  user_token_spending_whole: rule('', 'A pair of tokens is spent by a process at a time.'),
  user_data_key_pkey: rule('id', 'There is a key with this id already.'),
  user_token_owner_pkey: rule('', 'This ID token was brought already.'),
  user_logout_token_pkey: rule('', 'This logout token was accepted already.'),

  pending_change_pkey: rule('id', 'There is a change with this id already.'),
  pending_change_requested_by_staff_fkey: rule('requestedBy', 'There is no such person.'),
  pending_change_decided_by_staff_fkey: rule('decidedBy', 'There is no such person.'),
  pending_change_state_known: rule('state', 'A change is pending, or decided, withdrawn, expired or stale.'),
  pending_change_diff_hash_format: rule('diffHash', 'The hash of a diff has 64 hexadecimal digits.'),
  pending_change_second_person: rule(
    '',
    'A change must be approved by a person other than the one who requested it.',
  ),
  pending_change_once: rule('', 'This change is already waiting for approval.'),
  pending_change_decided_once: rule('state', 'The change is decided already.'),
  pending_change_fixed: rule('', 'A requested change cannot be altered. Withdraw it and request it again.'),

  emergency_stop_pkey: rule('id', 'There is a stop with this id already.'),
  emergency_stop_stopped_by_staff_fkey: rule('stoppedBy', 'There is no such person.'),
  emergency_stop_reviewed_by_staff_fkey: rule('reviewedBy', 'There is no such person.'),
  emergency_stop_kind_known: rule('kind', 'An organisation, an application or a client can be stopped.'),
  emergency_stop_one_standing: rule('', 'This is stopped already.'),
  emergency_stop_stands: rule(
    'state',
    'This was stopped in an emergency. Lift the emergency stop to let it run again.',
  ),
  emergency_stop_reviewed_by_another: rule('', 'A stop is reviewed by a person who did not make it.'),

  assurance_floor_pkey: rule('id', 'There is a floor with this id already.'),
  assurance_floor_ods_code_fkey: rule(
    'organisation',
    'There is no such organisation, or it has an assurance floor.',
  ),
  assurance_floor_level_known: rule('level', 'The assurance level is 2 or 3.'),
  assurance_floor_one: rule('organisation', 'The organisation has an assurance floor already.'),

  trail_retention_pkey: rule('id', 'There is a retention with this id already.'),
  trail_retention_ods_code_fkey: rule('organisation', 'There is no such organisation.'),
  trail_retention_months_possible: rule('retention', 'The audit trail is kept for 1 to 1200 months.'),
  trail_retention_after_keep_online: rule(
    'retention',
    'Records cannot be destroyed while they are kept in the database.',
  ),
  trail_retention_of_deployment: rule(
    'hold',
    'Only the records of an organisation are held, and only its data key is destroyed.',
  ),
  trail_retention_of_organisation: rule(
    'retention',
    'An organisation has a retention, a hold or a data key to be destroyed; how long records stay in the database is the same for all.',
  ),
  trail_retention_hold_length: rule('hold', 'The reason for a hold has 1 to 500 characters.'),
  trail_retention_destroy_key_length: rule(
    'destroyKey',
    'The reason for destroying the data key has 1 to 500 characters.',
  ),
  trail_retention_held: rule('destroyKey', 'The data key cannot be destroyed while the records are held.'),
  trail_retention_destroyed_as_decided: rule(
    'destroyKey',
    'Nobody has decided that the data key is destroyed.',
  ),
  trail_retention_final: rule(
    'destroyKey',
    'The data key of this organisation was destroyed, so how long its records are kept can no longer change.',
  ),
  trail_retention_key_there: rule('destroyKey', 'The data key of this organisation was not destroyed.'),
  trail_retention_once: rule('organisation', 'How long the audit trail is kept is set already.'),

  worklist_use_pkey: rule('', 'This use is counted already.'),
  worklist_use_application_id_fkey: rule('application', 'There is no such application.'),
  worklist_use_not_negative: rule('uses', 'Uses are 0 or more.'),

  job_schedule_pkey: rule('job', 'This job has a schedule already.'),
  background_job_pkey: rule('id', 'There is a job with this id already.'),
  background_job_queue_id_unique: rule('', 'This job is recorded already.'),
  background_job_state_known: rule('state', 'A job is waiting, failed or done.'),
  background_job_ended: rule('state', 'A job that is not waiting has ended.'),
  background_job_failed_with_cause: rule('cause', 'A job that failed has a cause.'),
  background_job_payload_small: rule('payload', 'The payload of a job has at most 1,024 bytes.'),
  background_job_waits_once: rule('', 'This job is waiting to run already.'),

  replica_pkey: rule('id', 'There is a replica with this id already.'),
  replica_lists_present: rule('', 'A replica says its roles, its faults and the jobs that are overdue.'),
  job_worker_pkey: rule('id', 'There is a worker with this id already.'),
  job_worker_store_known: rule('store', 'A queue is kept in redis or postgresql.'),
  job_worker_away_with_cause: rule('', 'A queue that cannot be reached has a cause.'),
  job_queue_pkey: rule('job', 'This queue is measured already.'),
  job_queue_not_negative: rule('', 'Numbers of jobs are 0 or more.'),

  notice_ods_codes_present: rule('', 'A notice says which organisations it is about.'),
  notice_roles_present: rule('', 'A notice says which roles it is for.'),
  notice_pkey: rule('id', 'There is a notice with this id already.'),
  notice_staff_id_fkey: rule('staffId', 'There is no such person.'),
  notice_except_staff_id_fkey: rule('exceptStaffId', 'There is no such person.'),
  notice_kind_known: rule('kind', 'There is no such kind of notice.'),
  notice_texts_short: rule(
    '',
    'A notice has a title of at most 200 characters, a text of at most 2,000, and says what to do in at most 1,000.',
  ),
  notice_path_of_console: rule('path', 'A notice leads to a page of the console.'),
  notice_once: rule('', 'There is a notice of this already.'),
  notice_choice_pkey: rule('kind', 'This person has chosen already.'),
  notice_choice_staff_id_fkey: rule('staffId', 'There is no such person.'),
  notice_read_pkey: rule('id', 'This person has read this notice already.'),
  notice_read_staff_id_fkey: rule('staffId', 'There is no such person.'),
  notice_read_notice_id_fkey: rule('id', 'There is no such notice.'),
  application_health_pkey: rule('applicationId', 'The health of this application is recorded already.'),
  application_health_application_id_fkey: rule('applicationId', 'There is no such application.'),
  application_health_known: rule('health', 'There is no such health.'),
  application_health_cause: rule('cause', 'An application that is refused, and no other, has a cause.'),
  application_health_marks: rule('marks', 'Marks are counted from 0.'),
  health_position_pkey: rule('source', 'There is a position in this source already.'),
  health_position_counts: rule('position', 'A position is counted from 0.'),
  upkeep_finding_pkey: rule('key', 'This has been found already.'),
  upkeep_finding_watch_known: rule('watch', 'There is no such watch.'),
  upkeep_finding_ods_codes_present: rule('odsCodes', 'A finding says which organisations it is about.'),
  upkeep_finding_seen_after_found: rule('seenAt', 'A finding is not last seen before it was found.'),
  signature_watch_pkey: rule('id', 'There is a row of this watch already.'),
  signature_watch_one_row: rule('id', 'There is one watch of signatures.'),
  signature_watch_day: rule('day', 'A day is written as 2026-03-02.'),
  signature_watch_keys_present: rule('keys', 'The watch of signatures says which further keys it knows.'),
  signature_log_file_pkey: rule('name', 'This log file was read already.'),
  signature_log_file_request_ids_present: rule('requestIds', 'A log file says which signatures it has.'),
  signature_log_file_times: rule(
    '',
    'A log file with signatures says when the first and the last were made.',
  ),
  unmatched_signature_pkey: rule('eventId', 'This signature is known already.'),
  unmatched_signature_decided_once: rule('', 'A signature is excused or raises an alarm, not both.'),
  unmatched_signature_audited_alarm: rule('auditedAt', 'Only an alarm is written to the audit trail.'),
  unmatched_signature_review_whole: rule('reviewedBy', 'A review has a person, a time and a finding.'),
  unmatched_signature_reviewed_alarm: rule('', 'Only an alarm that the audit trail has is reviewed.'),
  unmatched_signature_one_of_excuse: rule('excuse', 'A request without an answer excuses one signature.'),
  signature_log_gap_pkey: rule('fromAt', 'This gap is known already.'),
  signature_log_gap_lacks_some: rule('', 'A gap has a length, and lacks a signature.'),
  catalogue_comparison_pkey: rule('id', 'There is a comparison with this id already.'),
  catalogue_comparison_of_file: rule(
    '',
    'A comparison has the version and the SHA-256 of its file, and at most 2,000,000 characters of what it says.',
  ),
  ods_file_pkey: rule('id', 'There is a file with this id already.'),
  ods_file_named: rule('fileName', 'A file has a name of at most 200 characters, and its SHA-256.'),
  ods_file_counts: rule('organisations', 'A file has organisations: new ones, changed ones, and others.'),
  ods_organisation_pkey: rule('odsCode', 'There is an organisation with this ODS code already.'),
  ods_organisation_code_format: rule('odsCode', 'An ODS code is 1 to 10 capital letters and digits.'),
  ods_organisation_name_length: rule('name', 'The name of an organisation has 1 to 200 characters.'),
  ods_organisation_file_id_fkey: rule('fileId', 'There is no such file.'),
  notice_webhook_pkey: rule('id', 'There is a webhook with this id already.'),
  notice_webhook_https: rule(
    'url',
    'The URL of a webhook begins with https:// and has at most 500 characters.',
  ),
  notice_webhook_ended_by_somebody: rule('', 'Somebody ends a webhook.'),
  notice_webhook_former_secret_ends: rule('', 'A secret that was replaced has a time at which it ends.'),
  notice_webhook_kinds_present: rule('kinds', 'A webhook names the kinds of notices that it receives.'),
  notice_webhook_one_of_url: rule('url', 'There is a webhook with this URL already.'),
  notice_delivery_pkey: rule('id', 'There is a delivery with this id already.'),
  notice_delivery_notice_id_fkey: rule('noticeId', 'There is no such notice.'),
  notice_delivery_staff_id_fkey: rule('staffId', 'There is no such person.'),
  notice_delivery_webhook_id_fkey: rule('webhookId', 'There is no such webhook.'),
  notice_delivery_state_known: rule('state', 'A delivery is waiting, sending, sent or failed.'),
  notice_delivery_to_one: rule('', 'A delivery is to a person or to a webhook.'),
  notice_delivery_claimed: rule('state', 'A delivery that is being sent is claimed by a worker.'),
  notice_delivery_daily_to_person: rule('', 'A daily digest is sent to a person.'),
  notice_delivery_ended: rule('state', 'A delivery that was sent or has failed has ended.'),
  notice_delivery_failed_with_cause: rule('cause', 'A delivery that failed has a cause.'),
  notice_delivery_once_to_person: rule('', 'This person receives this notice already.'),
  notice_delivery_once_to_webhook: rule('', 'This webhook receives this notice already.'),

  application_probe_lists_present: rule('', 'The result of a probe lists what was read.'),
  application_probe_pkey: rule('applicationId', 'There is a result for this application already.'),
  application_probe_application_id_fkey: rule('applicationId', 'There is no such application.'),
  application_probe_whole: rule('', 'A result says when and by whom NHS England was asked.'),

  database_home_pkey: rule('', 'A database is in one place.'),
  database_home_single: rule('', 'A database is in one place.'),

  registry_head_pkey: rule('', 'The registry has one version.'),
  registry_head_single: rule('', 'The registry has one version.'),
  registry_change_pkey: rule('', 'Changes are numbered once.'),
  registry_change_append_only: rule('', 'The record of changes is only added to.'),
  registry_no_truncate: rule('', 'A registry table is never truncated: that would leave no record.'),
};
