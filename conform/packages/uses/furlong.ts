import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createSignedFetch, defineConfig, deploy, grant, startLocal, type Target } from 'furlong'
import { renderRefusalLine } from 'furlong/render'

const folder = await mkdtemp(join(process.cwd(), 'use-'))
const local = await startLocal({ memory: true, port: 0 })
try {
  const [owner] = local.accounts
  assert.ok(owner !== undefined)
  const target: Target = { kind: 'local', endpoint: local.endpoint, region: local.region, credentials: owner }
  for (const name of ['books', 'reader']) {
    await writeFile(join(folder, `${name}.ts`), `export default { fetch: () => new Response('hello') }\n`)
  }
  await deploy(target, { entry: join(folder, 'reader.ts'), name: 'reader', url: false })
  const { url } = await deploy(target, { entry: join(folder, 'books.ts'), name: 'books' })
  const books = url?.url ?? ''
  assert.equal((await fetch(books)).status, 403)
  const refusal = local.records.latestRefusal()
  assert.ok(refusal !== undefined)
  assert.match(renderRefusalLine(refusal), /authenticate/)
  const signedFetch = createSignedFetch({ credentials: owner, region: local.region, service: 'lambda' })
  assert.equal(await (await signedFetch(books)).text(), 'hello')
  await grant(target, { functionName: 'books', to: 'reader' })
} finally {
  await local.close()
  await rm(folder, { recursive: true, force: true })
}

// @ts-expect-error an entry is a path
export const wrong = (): unknown => defineConfig({ entry: 5 })
