import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, it } from 'vitest'
import { startLocal } from './start.ts'
import { createAdministrator } from './testing/deploy-function.ts'

const script = new URL('testing/acknowledge.ts', import.meta.url).pathname

/** Lets a side work until it has acknowledged so many, then kills it in the middle of the next. */
async function workUntilKilled(stateFolder: string, prefix: string, enough: number): Promise<string[]> {
  const child = spawn(process.execPath, ['--conditions=@furlong/source', script, stateFolder, prefix], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const acknowledged: string[] = []
  for await (const name of createInterface({ input: child.stdout })) {
    acknowledged.push(name)
    if (acknowledged.length === enough) child.kill('SIGKILL')
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return acknowledged
}

it('loses nothing it has acknowledged when it is killed, and is opened again at once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'furlong-durability-'))
  try {
    const acknowledged: string[] = []
    for (const [prefix, enough] of [
      ['a', 3],
      ['b', 17],
      ['c', 40],
    ] as const) {
      acknowledged.push(...(await workUntilKilled(join(folder, 'state'), prefix, enough)))
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(60)
    await using local = await startLocal({ stateFolder: join(folder, 'state') })
    const { Users = [] } = await createAdministrator(local).iam.listUsers({ MaxItems: 1000 })
    const names = new Set(Users.map(({ UserName }) => UserName))
    expect(acknowledged.filter((name) => !names.has(name))).toEqual([])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
