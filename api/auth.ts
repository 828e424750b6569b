/** A token proves only who somebody is (`sub`: the person's id, or the id their login system gives them). */
import { createLocalJWKSet, createRemoteJWKSet, errors, jwtVerify, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { Problem } from './problems.ts';

/** Who issues the tokens. Keys come from an address, or stand in the configuration. */
export interface TokenConfig {
  issuer: string;
  audience: string;
  keys: { jwksUri: string } | { jwks: JSONWebKeySet };
}

/** Public-key signatures only: `none` and shared secrets prove nothing here. */
const algorithms = ['EdDSA', 'ES256', 'ES384', 'RS256', 'PS256'];

const CLOCK_TOLERANCE_SECONDS = 5;

/** A signature is looked at again after so long; the keys themselves are kept for longer than that. */
const REMEMBERED_MS = 60_000;
const REMEMBERED_AT_MOST = 1_000;

/** Tokens whose signature was good a moment ago: whoever works sends the same one again and again. */
class Remembered {
  readonly #subjects = new Map<string, { subject: string; untilMs: number }>();

  subjectOf(token: string): string | undefined {
    const found = this.#subjects.get(token);
    return found !== undefined && Date.now() < found.untilMs ? found.subject : undefined;
  }

  keep(token: string, subject: string, expiresAtSeconds: number): void {
    const untilMs = Math.min(Date.now() + REMEMBERED_MS, (expiresAtSeconds + CLOCK_TOLERANCE_SECONDS) * 1_000);
    this.#subjects.delete(token);
    this.#subjects.set(token, { subject, untilMs });
    const [oldest] = this.#subjects.keys();
    if (this.#subjects.size > REMEMBERED_AT_MOST && oldest !== undefined) this.#subjects.delete(oldest);
  }
}

/** A function from the `Authorization` header to the token's subject, or the problem. */
export function tokenVerifier(config: TokenConfig): (header: string | undefined) => Promise<string> {
  const keys: JWTVerifyGetKey =
    'jwks' in config.keys ? createLocalJWKSet(config.keys.jwks) : createRemoteJWKSet(new URL(config.keys.jwksUri));
  const remembered = new Remembered();
  return async (header) => {
    const token = /^Bearer +([\w.~+/=-]+)$/i.exec(header ?? '')?.[1];
    if (token === undefined) throw new Problem(header === undefined ? 'auth.required' : 'auth.invalid');
    const known = remembered.subjectOf(token);
    if (known !== undefined) return known;
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer: config.issuer,
        audience: config.audience,
        algorithms,
        requiredClaims: ['sub', 'exp'],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
      });
      if (payload.sub === undefined || payload.sub.length > 255) throw new Problem('auth.invalid');
      remembered.keep(token, payload.sub, payload.exp ?? 0);
      return payload.sub;
    } catch (error) {
      throw tokenProblem(error);
    }
  };
}

function tokenProblem(error: unknown): unknown {
  if (error instanceof Problem) return error;
  const code = error instanceof errors.JWTExpired ? 'auth.expired' : 'auth.invalid';
  // An issuer that does not answer is not the caller's fault.
  if (error instanceof errors.JWKSTimeout || (error instanceof TypeError && error.message.includes('fetch'))) {
    return new Problem('service.unavailable', { headers: { 'Retry-After': '5' } });
  }
  const said = error instanceof errors.JOSEError || error instanceof TypeError;
  return said ? new Problem(code, { headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' } }) : error;
}
