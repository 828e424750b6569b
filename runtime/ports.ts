import { createServer } from 'node:net';
import getPort from 'get-port';

/** Whether a server could listen on this port of this machine now. */
export async function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}

/** The preferred port if it is free, else any free one. */
export async function pickPort(preferred = 0): Promise<number> {
  return getPort({ port: preferred, host: '127.0.0.1' });
}
