/**
 * An issuer for development: it gives anybody a token for anybody. Its key lives in the data directory. It refuses to
 * exist in production, where tokens come from the institution's own login.
 */
import { readFile, writeFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Router, type Request, type Response } from 'express';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, SignJWT, type JWK, type JSONWebKeySet } from 'jose';
import type { PrismaClient } from '../prisma/generated/client.ts';
import { isCleanText } from '../contracts/sealing.ts';
import { globalRoles, institutionRoles } from '../domain/process.ts';
import { isGuid } from './ids.ts';
import { Problem } from './problems.ts';

export const DEV_ISSUER = 'urn:fuquan:development';
export const AUDIENCE = 'fuquan';
const LIFETIME_SECONDS = 12 * 3_600;

/** A development issuer: its public keys and a way to have a token. */
export interface DevIssuer {
  jwks: JSONWebKeySet;
  token(personId: string, options?: { expiresIn?: number }): Promise<string>;
}

/** Loads or makes the key. Throws in production. */
export async function openDevIssuer(dataDir: string, production: boolean): Promise<DevIssuer> {
  if (production || process.env['NODE_ENV'] === 'production') {
    throw new Error('The development issuer gives tokens to anybody and does not run in production');
  }
  const jwk = await loadKey(dataDir);
  const key = await importJWK(jwk, 'EdDSA');
  const { d: _secret, ...publicPart } = jwk;
  const kid = await calculateJwkThumbprint(jwk);
  return {
    jwks: { keys: [{ ...publicPart, kid, alg: 'EdDSA', use: 'sig' }] },
    token: (personId, { expiresIn = LIFETIME_SECONDS } = {}) => {
      const now = Math.floor(Date.now() / 1_000);
      return new SignJWT()
        .setProtectedHeader({ alg: 'EdDSA', kid })
        .setIssuer(DEV_ISSUER)
        .setAudience(AUDIENCE)
        .setSubject(personId)
        .setIssuedAt(now)
        .setExpirationTime(now + expiresIn)
        .sign(key);
    },
  };
}

async function loadKey(dataDir: string): Promise<JWK> {
  const path = join(dataDir, 'dev-issuer-key.json');
  await mkdir(dataDir, { recursive: true });
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  try {
    await writeFile(path, JSON.stringify(await exportJWK(privateKey)), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return JSON.parse(await readFile(path, 'utf8')) as JWK;
}

interface Found {
  id: string;
  institution: string | null;
  roles: string[];
}

/**
 * `/dev/jwks.json`, and `/dev/token` by `person`, or by `institution` and `role` (with `department` where several
 * review). GET and POST alike.
 */
export function devIssuerRouter(issuer: DevIssuer, prisma: PrismaClient): Router {
  const router = Router();
  router.get('/dev/jwks.json', (_request, response) => void response.json(issuer.jwks));
  const give = async (request: Request, response: Response): Promise<void> => {
    const asked = new URL(request.url, 'http://localhost').searchParams;
    const found = await find(prisma, asked);
    if (!found) throw await nobody(prisma, asked);
    const token = await issuer.token(found.id);
    response.json({ token, tokenType: 'Bearer', expiresIn: LIFETIME_SECONDS, personId: found.id, roles: found.roles });
  };
  router.get('/dev/token', (request, response, next) => void give(request, response).catch(next));
  router.post('/dev/token', (request, response, next) => void give(request, response).catch(next));
  return router;
}

/** Why there is no token: with what could have been asked for. */
async function nobody(prisma: PrismaClient, asked: URLSearchParams): Promise<Problem> {
  const institution = asked.get('institution');
  const known = await prisma.institution.findMany({ select: { code: true }, orderBy: { code: 'asc' } });
  const codes = known.map(({ code }) => code);
  if (institution !== null && !codes.includes(institution))
    return new Problem('notFound', {
      zh: `没有该单位；现有单位：${codes.join('、')}`,
      en: `No such institution; there are ${codes.join(', ')}`,
    });
  if (asked.has('person'))
    return new Problem('notFound', {
      zh: '没有该人员；person 须为人员标识（见 /api/v1/institutions/{institution}/people 与 /bodies）',
      en: 'No such person; person is an id as /api/v1/institutions/{institution}/people and /bodies show it',
    });
  return new Problem('notFound', {
    zh: `没有任此角色（及部门）的人员；角色：member、${institutionRoles.join('、')}，平台：${globalRoles.join('、')}`,
    en: `Nobody has this role (in this department); roles are member, ${institutionRoles.join(', ')}, and ${globalRoles.join(', ')} of the platform`,
  });
}

async function find(prisma: PrismaClient, asked: URLSearchParams): Promise<Found | undefined> {
  const person = asked.get('person');
  const institution = asked.get('institution');
  const role = asked.get('role');
  const department = asked.get('department');
  if (person !== null && !isGuid(person)) return undefined;
  if (person === null && role === null) return undefined;
  if ([institution, role, department].some((given) => given !== null && !isCleanText(given))) return undefined;
  const rows = await prisma.$queryRaw<Found[]>`
    SELECT p.id::text AS id, i.code AS institution, coalesce(m.roles, '{}') || p.global_roles AS roles
      FROM person p LEFT JOIN membership m ON m.person_id = p.id AND NOT m.ended LEFT JOIN institution i ON i.id = m.institution_id
     WHERE p.erased_at IS NULL AND (${person}::uuid IS NULL OR p.id = ${person}::uuid)
       AND (${institution}::text IS NULL OR i.code = ${institution})
       AND (${role}::text IS NULL OR ${role} = ANY (coalesce(m.roles, '{}') || p.global_roles)
            OR (${role} = 'member' AND m.person_id IS NOT NULL))
       AND (${department}::text IS NULL OR ${department} = ANY (m.departments))
     ORDER BY cardinality(coalesce(m.roles, '{}')), p.id LIMIT 1`;
  return rows[0];
}
