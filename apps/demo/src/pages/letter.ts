/** Attaching a letter to a referral: A020 stores the file, A012 adds it to the referral. */
import { coding, parameters } from '../fhir.js';
import { html } from '../html.js';
import { errorSummary, heading, hidden } from '../page.js';
import { type Answer, field, type Route, type Visit } from '../visit.js';
import { readReferral, referralPath } from './referral.js';

export const letterRoutes: readonly Route[] = [
  { method: 'GET', path: /^\/referrals\/(?<ubrn>\d{12})\/letter$/, answer: (visit) => letterPage(visit) },
  { method: 'POST', path: /^\/referrals\/(?<ubrn>\d{12})\/letter$/, answer: attachLetter },
];

const MAX_BYTES = 5 * 1024 * 1024;
/** Some of the types that A020 takes. What a browser says about a file depends on the computer, so it isn't used. */
const TYPES: Readonly<Record<string, string>> = {
  pdf: 'application/pdf',
  txt: 'text/plain',
  rtf: 'text/rtf',
  doc: 'application/msword',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
};

async function letterPage(visit: Visit, error?: string): Promise<Answer> {
  const { version } = await readReferral(visit);
  return {
    title: 'Attach a letter',
    status: error === undefined ? 200 : 400,
    body: html`${error === undefined ? null : errorSummary(error, 'file')} ${heading('Attach a letter')}
      <form
        method="post"
        action="/referrals/${visit.params['ubrn'] ?? ''}/letter"
        enctype="multipart/form-data"
      >
        ${hidden('version', version)}
        <div class="${error === undefined ? 'group' : 'group group-error'}">
          <label for="file">Letter</label>
          <p class="hint" id="file-hint">${Object.keys(TYPES).join(', ')}; up to 5 MiB</p>
          ${error === undefined ? null : html`<p class="error">${error}</p>`}
          <input type="file" id="file" name="file" aria-describedby="file-hint" />
        </div>
        <button class="button">Attach</button>
      </form>`,
  };
}

async function attachLetter(visit: Visit): Promise<Answer> {
  const file = visit.form.get('file');
  if (file === null || typeof file === 'string' || file.size === 0)
    return letterPage(visit, 'Select a file that is not empty, of up to 5 MiB');
  const contentType = TYPES[file.name.split('.').at(-1)?.toLowerCase() ?? ''];
  if (contentType === undefined) return letterPage(visit, 'Select a file of one of the types below');
  if (file.size > MAX_BYTES) return letterPage(visit, 'Select a file of up to 5 MiB');

  const ubrn = visit.params['ubrn'] ?? '';
  const { headers } = await visit.send({
    method: 'POST',
    path: '/FHIR/STU3/Binary',
    headers: { 'NHSD-eRS-File-Name': file.name, 'NHSD-eRS-Referral-ID': ubrn },
    bytes: { body: new Uint8Array(await file.arrayBuffer()), contentType },
  });
  const id = headers.get('Location')?.split('/').at(-1) ?? '';
  await visit.send({
    method: 'POST',
    path: `${referralPath(visit)}/$ers.maintainReferralLetter`,
    headers: { 'If-Match': field(visit.form, 'version') },
    json: parameters('eRS-MaintainReferralLetter-Parameters-1', [
      {
        name: 'referralLetterFile',
        resource: {
          resourceType: 'DocumentReference',
          status: 'current',
          type: { coding: [coding('eRS-AttachmentType-1', 'REFERRER')] },
          description: file.name,
          content: [{ attachment: { contentType, url: `Binary/${id}`, title: file.name } }],
        },
      },
    ]),
  });
  return { redirectTo: `/referrals/${ubrn}` };
}
