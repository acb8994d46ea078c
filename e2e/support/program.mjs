// Starts the real program on a free loopback port with a data folder of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const BINARY = process.env.THROUGHLINE || new URL('../../target/release/throughline', import.meta.url).pathname;

/**
 * Starts `throughline COMMAND` and resolves once it answers. `stop()` ends it politely, `kill()` as a power cut would,
 * `start()` brings it back at the same address with the same data, and `remove()` ends it and deletes its data.
 */
export async function program({ command = 'serve', args = [] } = {}) {
  const data = mkdtempSync(join(tmpdir(), 'throughline-'));
  const self = { url: '', data, pid: 0, start_millis: 0 };
  let child;

  self.start = async () => {
    const began = performance.now();
    // The first start takes a free port, the next ones that same port again.
    const port = self.url ? new URL(self.url).port : '0';
    child = spawn(BINARY, [command, '--port', port, '--data', data, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    self.url = await address(child);
    const health = await fetch(`${self.url}/health`);
    if (!health.ok) throw new Error(`/health answers ${health.status}`);
    self.pid = child.pid;
    self.start_millis = performance.now() - began;
    return self;
  };
  self.stop = () => end(child, 'SIGTERM');
  self.kill = () => end(child, 'SIGKILL');
  self.remove = async () => {
    await self.stop();
    rmSync(data, { recursive: true, force: true });
  };
  return self.start();
}

/** The address that the program prints once it listens. */
function address(child) {
  let said = '';
  child.stderr.on('data', text => { said += text; });
  return new Promise((resolve, reject) => {
    createInterface(child.stdout).on('line', line => {
      said += `${line}\n`;
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(line);
      if (found) resolve(found[0]);
    });
    child.once('error', reject);
    child.once('exit', code => reject(new Error(`the program ended with ${code}:\n${said}`)));
  });
}

async function end(child, signal) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}
