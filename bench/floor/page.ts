/** A page that shows rows without a framework: itself, its script and its data, each its own request. Prints where it is. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const script = `
  const { rows } = await (await fetch('rows')).json()
  const list = document.createElement('div')
  for (const row of rows.slice(0, 40)) {
    const line = document.createElement('div')
    line.setAttribute('role', 'row')
    line.textContent = row
    list.append(line)
  }
  document.body.append(list)`

const answers: Readonly<Record<string, readonly [type: string, text: string]>> = {
  '/': ['text/html', '<!doctype html><title>floor</title><body><script type="module" src="script"></script>'],
  '/script': ['text/javascript', script],
  '/rows': [
    'application/json',
    JSON.stringify({ rows: Array.from({ length: 100 }, (_, at) => `GET /nothing-here/${at} 403`) }),
  ],
}

const server = createServer((request, response) => {
  const [type, text] = answers[request.url ?? ''] ?? ['text/plain', '']
  response.setHeader('content-type', type)
  // As the console: for browsers it means a process of the page's own.
  response.setHeader('cross-origin-opener-policy', 'same-origin')
  response.end(text)
})
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}/\n`)
})
process.on('SIGTERM', () => process.exit(0))
