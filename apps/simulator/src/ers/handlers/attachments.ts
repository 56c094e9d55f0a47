import { randomUUID } from 'node:crypto';
import { signedUrl } from '../../object-store/signed-url.js';
import type { Attachment } from '../records/attachment.js';
import { attachmentBody } from '../records/attachment.js';
import { changed, isRelated, notFound, requireRelationship, type ErsCall, type Handler } from '../call.js';
import { ErsError } from '../ers-errors.js';

/** The limit of A006 and A020; A042 has none. */
export const MAX_ATTACHMENT_BYTES = 5_242_880;

/** A006, A020, A042. */
export const attachmentHandlers: Readonly<Record<string, Handler>> = {
  attachmentBytes(call) {
    const attachment = attachmentOf(call);
    if (!isRelated(call, attachment))
      throw new ErsError(403, 'NO_ACCESS', 'The organisation has no access to the attachment');
    requireCurrentState(attachment);
    if (attachment.sizeBytes > MAX_ATTACHMENT_BYTES)
      throw new ErsError(
        422,
        'FILE_SIZE_ERROR',
        `The attachment is larger than ${MAX_ATTACHMENT_BYTES} bytes`,
      );
    return {
      status: 200,
      headers: [
        ['Content-Type', attachment.contentType],
        ['Content-Disposition', `attachment; filename="${attachment.title}"`],
      ],
      body: attachmentBody(attachment),
    };
  },

  attachmentRedirect(call) {
    const attachment = attachmentOf(call);
    requireRelationship(call, attachment);
    requireCurrentState(attachment);
    return {
      status: 307,
      headers: [
        ['Location', signedUrl(call.world.addresses.objectStoreUrl, attachment.id, call.world.clock.nowMs())],
      ],
    };
  },

  uploadAttachment(call) {
    const { identity, exchange, world } = call;
    if (identity.fileName === undefined)
      throw new ErsError(422, 'MISSING_VALUE', 'NHSD-eRS-File-Name is required');
    if (!/^[^/\\]{1,255}\.[A-Za-z0-9]{1,10}$/.test(identity.fileName))
      throw new ErsError(422, 'INVALID_VALUE', 'NHSD-eRS-File-Name is not a file name');
    if (
      identity.intendedUbrn !== undefined &&
      !world.ers.referrals.has(identity.intendedUbrn) &&
      !world.ers.advice.has(identity.intendedUbrn)
    ) {
      throw new ErsError(422, 'INVALID_VALUE', 'NHSD-eRS-Referral-ID is not a known UBRN');
    }
    const { body } = exchange;
    if (body.length === 0 || body.length > MAX_ATTACHMENT_BYTES)
      throw new ErsError(422, 'FILE_SIZE_ERROR', `A file has 1 to ${MAX_ATTACHMENT_BYTES} bytes`);
    const id = randomUUID();
    world.ers.attachments.set(id, {
      id,
      contentType: exchange.headers['content-type']?.split(';', 1)[0]?.trim() ?? 'application/octet-stream',
      title: identity.fileName,
      sizeBytes: body.length,
      createdAt: new Date(world.clock.nowMs()).toISOString(),
      state: 'CURRENT',
      organisations: new Set([identity.odsCode]),
      bytes: body,
    });
    changed(call);
    return { status: 201, headers: [['Location', `${world.ers.base}/STU3/Binary/${id}`]] };
  },
};

function attachmentOf(call: ErsCall): Attachment {
  const attachment = call.world.ers.attachments.get(call.params['id'] ?? '');
  if (attachment === undefined) throw notFound(call.isR4, 'Binary');
  return attachment;
}

function requireCurrentState(attachment: Attachment): void {
  if (attachment.state !== 'CURRENT')
    throw new ErsError(422, attachment.state, 'The attachment is not available');
}
