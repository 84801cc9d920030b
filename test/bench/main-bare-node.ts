import { createServer } from 'node:http';

/** The reference of the benchmark: reads nothing, stores nothing, answers 202. */
const ANSWER = '{"id":"00000000-0000-7000-8000-000000000000","status":"queued"}\n';
const server = createServer((_request, response) => {
  response.writeHead(202, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(ANSWER),
  });
  response.end(ANSWER);
});
server.listen({ port: Number(process.argv[2]), host: '127.0.0.1', backlog: 4096 });
process.once('SIGTERM', () => process.exit(0));
