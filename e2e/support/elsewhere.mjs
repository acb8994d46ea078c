// Pages of another origin, as wikis are.
import { createServer } from 'node:http';

/** A server of another origin that serves `pages` by path, until it is closed. */
export async function elsewhere(pages) {
  const server = createServer((request, response) => {
    const page = pages[request.url];
    response.writeHead(page ? 200 : 404, { 'content-type': 'text/html' });
    response.end(page ? `<!doctype html><meta charset=utf-8><body>${page}` : '');
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}
