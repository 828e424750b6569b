/** Files: uploaded first, named by digest in acts, downloaded by those who may see the act that names them. */
import multer from 'multer';
import { z } from 'zod';
import { sha256, TEXT, uuid } from '../../contracts/schemas.ts';
import { isCleanText } from '../../contracts/sealing.ts';
import { toldNumbersAlone, visibleCase } from '../caseAccess.ts';
import { eventsFor, objectionsFor, readSome } from '../caseRead.ts';
import { readDraft } from '../drafts.ts';
import { Problem } from '../problems.ts';
import { route, type Context } from '../route.ts';
import { documentsIn } from '../seal.ts';
import { inInstitution } from './common.ts';

interface Document {
  digest: string;
  uploadedBy: string;
}

const MOST_BYTES = 20 * 1024 * 1024;

const upload = multer({
  storage: multer.memoryStorage(),
  limits: { fileSize: MOST_BYTES, files: 1, fields: 0, parts: 1, headerPairs: 20 },
  defParamCharset: 'utf8',
}).single('file');

async function receiveFile({ request, response }: Context): Promise<Express.Multer.File> {
  if (!request.is('multipart/form-data')) throw new Problem('request.unsupportedType');
  await new Promise<void>((resolve, reject) => {
    upload(request, response, (error: unknown) =>
      error === undefined || error === null ? resolve() : reject(uploadProblem(error)),
    );
  });
  if (!request.file) {
    throw new Problem('request.invalid', {
      errors: [{ pointer: '/file', zh: '缺少名为 file 的文件', en: 'a file named "file" is needed' }],
    });
  }
  return request.file;
}

function uploadProblem(error: unknown): unknown {
  if (error instanceof multer.MulterError && error.code === 'LIMIT_FILE_SIZE') return new Problem('request.tooLarge');
  // The rest of what the parser says is about a form that it cannot read or that holds more than a file.
  return new Problem('request.invalid');
}

/** The store says why it takes no file; its codes are told as problems. */
function refusalOf(error: unknown): unknown {
  const { name, code, zh, message, retryAfterSeconds } = error as Partial<Error> & {
    code?: string;
    zh?: string;
    retryAfterSeconds?: number;
  };
  if (name !== 'DocumentRefused' || zh === undefined || message === undefined) return error;
  if (code === 'document.tooLarge') return new Problem('request.tooLarge', { zh, en: message });
  if (code === 'document.empty') return new Problem('request.invalid', { errors: [{ pointer: '/file', zh, en: message }] });
  if (code !== 'document.tooManyWaiting') return new Problem('document.typeRefused', { zh, en: message });
  const headers: Record<string, string> = retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) };
  return new Problem(code, { zh, en: message, headers });
}

/** Whether something that the caller may see of the case names the document. */
async function named(context: Context, caseId: string, { digest, uploadedBy }: Document): Promise<boolean> {
  const { deps, caller } = context;
  const { facts, sight } = await visibleCase(deps.db, caller, caseId);
  if (facts.status === 'draft') {
    // Whatever is typed into a draft is taken as it is: it opens no file but its author's own.
    const draft = uploadedBy === facts.createdBy ? await readDraft(deps, facts.id) : undefined;
    return documentsIn(draft?.application).some((one) => one.digest === digest);
  }
  const record = await readSome(deps.prisma, caller.institution.id, facts.id);
  const shown = [eventsFor(caller, sight, toldNumbersAlone(caller, facts), record), objectionsFor(caller, sight, record.state)];
  return documentsIn(shown).some((one) => one.digest === digest);
}

const tag = 'documents';

export const documentRoutes = [
  route({
    id: 'uploadDocument',
    method: 'post',
    path: '/institutions/{institution}/documents',
    tag,
    zh: '上传文件；三日内未被引用即删除',
    en: 'Upload a file; it goes after three days unless an act names it',
    params: inInstitution,
    upload: true,
    answers: { 201: z.object({ document: z.string(), size: z.number().int() }) },
    problems: ['request.tooLarge', 'request.unsupportedType', 'document.typeRefused', 'document.tooManyWaiting'],
    handler: async (context) => {
      const { deps, caller } = context;
      const file = await receiveFile(context);
      const name = Array.from(file.originalname).slice(0, TEXT.name).join('');
      try {
        const { digest, size } = await deps.blobs.put({
          institutionId: caller.institution.id,
          uploadedBy: caller.personId,
          bytes: file.buffer,
          mediaType: file.mimetype,
          ...(name !== '' && isCleanText(name) ? { name } : {}),
        });
        return { status: 201, body: { document: digest, size } };
      } catch (error) {
        throw refusalOf(error);
      }
    },
  }),
  route({
    id: 'downloadDocument',
    method: 'get',
    path: '/institutions/{institution}/documents/{digest}',
    tag,
    zh: '下载文件：本人上传的，或所见案件引用的（须带 caseId）',
    en: 'Download a file: your own upload, or one that a case you see names (with caseId)',
    params: inInstitution.extend({ digest: sha256 }),
    query: z.object({ caseId: uuid.optional() }),
    // As it was uploaded.
    answers: { 200: '*/*' },
    handler: async (context) => {
      const { deps, caller, params, query, response } = context;
      const institutionId = caller.institution.id;
      const row = await deps.prisma.document.findUnique({
        where: { institutionId_digest: { institutionId, digest: params.digest } },
      });
      const allowed =
        row !== null &&
        (row.uploadedBy === caller.personId || (query.caseId !== undefined && (await named(context, query.caseId, row))));
      const bytes = allowed ? await deps.blobs.get(institutionId, params.digest) : undefined;
      if (row === null || bytes === undefined) throw new Problem('notFound');
      response
        .set('Content-Disposition', `attachment; filename="${params.digest.slice(0, 16)}"`)
        .set('Content-Security-Policy', 'sandbox')
        .type(row.mediaType)
        .send(Buffer.from(bytes));
      return { status: 'raw' };
    },
  }),
];
