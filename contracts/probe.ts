/** The daily check of notices reads what members read; a signature made with a key that both sides hold lets it in. */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** The signature under which the check may read one notice. */
export function probeSignature(key: Uint8Array, noticeId: string): string {
  return createHmac('sha256', key).update(`read notice\n${noticeId}`).digest('base64url');
}

/** Whether the signature is the one for this notice. */
export function isProbe(key: Uint8Array, noticeId: string, signature: string): boolean {
  const [expected, given] = [Buffer.from(probeSignature(key, noticeId)), Buffer.from(signature)];
  return expected.length === given.length && timingSafeEqual(expected, given);
}
