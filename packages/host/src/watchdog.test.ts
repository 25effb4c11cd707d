import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createFidelityEvent } from './testing/front-door.node.ts'

const entry = new URL('index.ts', import.meta.url).href
const event = createFidelityEvent({})

/** Runs one invocation in a process that has nothing else to do, as in Lambda's runtime while a handler works. */
async function invoke(app: string, leftMs: number): Promise<string> {
  const script = `
    const { toLambda } = await import(${JSON.stringify(entry)})
    const handler = toLambda(${app}, { mode: 'buffered' })
    const began = Date.now()
    const context = { getRemainingTimeInMillis: () => began + ${leftMs} - Date.now() }
    handler(${JSON.stringify(event)}, context).then(({ statusCode, body }) => console.log(statusCode, body))
  `
  const argv = ['--conditions=@furlong/source', '--experimental-strip-types', '--no-warnings']
  return (await promisify(execFile)(process.execPath, [...argv, '--input-type=module', '--eval', script]))
    .stdout
}

describe('the deadline in a process that has nothing else to do', () => {
  it.each([
    ['a fetch application', '() => new Promise(() => {})'],
    ['a listener', '(_request, response) => { response.on("timeout", () => {}) }'],
  ])('answers 504 for %s that never answers', async (_, app) => {
    expect(await invoke(app, 200)).toBe('504 The application did not answer in time.\n\n')
  })

  it('lets a listener answer its timeout', async () => {
    const app =
      '(_request, response) => { response.on("timeout", () => response.writeHead(504).end("mine")) }'
    expect(await invoke(app, 200)).toBe('504 bWluZQ==\n')
  })

  it('does not keep the process once it has answered', async () => {
    // Lambda's longest timeout: a timer that is still held outlives this test.
    const app = '(request) => new Response(request.signal.aborted ? "late" : "done")'
    expect(await invoke(app, 900_000)).toBe('200 done\n')
  })
})
