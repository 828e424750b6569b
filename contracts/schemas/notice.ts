/** What a notice shows: composed by the service, confirmed by the officer, sealed as one canonical text. */
import { z } from 'zod';
import { canonicalJson } from '../canonical.ts';
import { holdsMark } from '../noticeNames.ts';
import { isCleanText, Sealable } from '../sealing.ts';
import { LIST, sha256, text, TEXT } from './values.ts';

const noticeItems = [
  'resultName',
  'resultNumber',
  'inventors',
  'mode',
  'sharesOrTerm',
  'incomeSplit',
  'period',
  'objectionRoute',
  'intendedPrice',
  'relatedParty',
  'summary',
] as const;

export const noticeContent = z
  .strictObject({
    heading: text(TEXT.title),
    unit: text(TEXT.title),
    items: z
      .array(z.strictObject({ item: z.enum(noticeItems), zh: text(TEXT.line), en: text(TEXT.line), value: text(TEXT.grounds) }))
      .min(1)
      .max(LIST.items),
  })
  .meta({ id: 'NoticeContent' });

export type NoticeContent = z.output<typeof noticeContent>;

/** The content as one text: the same content, the same bytes, so that a digest holds for it. */
export function noticeText(content: NoticeContent): string {
  return canonicalJson(content);
}

export const publishNotice = z
  .strictObject({
    kind: z.enum(['empowerment', 'price']),
    content: noticeContent.refine(
      (content) =>
        isCleanText(noticeText(content)) && !holdsMark(noticeText(content)) && noticeText(content).length <= TEXT.notice,
      {
        params: { zh: '公示内容过长或含系统标记', en: 'the content of the notice is too long, or holds a mark of the service' },
      },
    ),
    contentDigest: sha256,
    place: text(TEXT.title),
    n: z.number().int().min(1).max(2_500).optional(),
  })
  .transform(({ content, ...rest }) => ({
    ...rest,
    content: new Sealable(noticeText(content), 'case'),
    // What is shown decides which items are shown: nobody can claim an item that is not there.
    items: content.items.map(({ item }) => item as string),
  }));
