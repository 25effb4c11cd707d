import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sendBuffered } from './testing/front-door.node.ts'
import { toLambda } from './to-lambda.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'furlong-host-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const entry = new URL('index.ts', import.meta.url).href

/** Runs a program with the package at hand as `toLambda`. */
function run(source: string): ReturnType<typeof spawn> {
  const file = join(folder, `${Math.random()}.mjs`)
  writeFileSync(file, `import { toLambda } from ${JSON.stringify(entry)}\n${source}`)
  return spawn(process.execPath, [
    '--conditions=@furlong/source',
    '--no-warnings',
    '--experimental-strip-types',
    file,
  ])
}

async function finish(child: ReturnType<typeof spawn>): Promise<{ code: number | null; output: string }> {
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += String(chunk)))
  const code = await new Promise<number | null>((resolve) => {
    child.on('close', resolve)
  })
  return { code, output }
}

describe('init', () => {
  it('is called once, before the first of overlapping invocations', async () => {
    let calls = 0
    const handler = toLambda(() => new Response(String(calls)), {
      mode: 'buffered',
      init: async () => {
        await new Promise((resolve) => {
          setTimeout(resolve, 10)
        })
        calls += 1
      },
    })
    const views = await Promise.all(Array.from({ length: 20 }, async () => sendBuffered(handler, {})))
    expect(views.map(({ body }) => Buffer.from(body).toString())).toEqual(Array(20).fill('1'))
  })

  it('ends the process when it fails', async () => {
    const { code, output } = await finish(
      run(`toLambda(() => new Response(), { mode: 'buffered', init: async () => { throw new Error('no database') } })
        setInterval(() => undefined, 1000)`),
    )
    expect(code).not.toBe(0)
    expect(output).toContain('no database')
  })
})

describe('shutdown', () => {
  it('is called on SIGTERM, and the process ends after it', async () => {
    const child = run(`toLambda(() => new Response(), { mode: 'buffered', async shutdown() {
        await new Promise((resolve) => setTimeout(resolve, 20))
        console.log('closed')
      } })
      setInterval(() => undefined, 1000)
      console.log('up')`)
    child.stdout?.once('data', () => child.kill('SIGTERM'))
    const { code, output } = await finish(child)
    expect(output).toContain('closed')
    expect(code).toBe(0)
  })
})
