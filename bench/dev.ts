/** From saving a file to the first answer of the new code under `furlong dev`, against bundling it and starting a bare bootstrap. */
import { context } from 'esbuild'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { benchCredentials, benchRegion } from './credentials.ts'
import { end, start } from './child.ts'
import { load } from './load.ts'
import type { Row } from './report.ts'
import { median } from './stats.ts'

const rounds = 15

const furlong = new URL('../packages/furlong/bin/furlong.js', import.meta.url).pathname
const floorServer = new URL('floor/server.ts', import.meta.url).pathname

const source = (answer: string): string =>
  `export const handler = async (): Promise<object> => ({ statusCode: 200, body: ${JSON.stringify(answer)} })\n`

/** @returns medians over interleaved rounds */
export async function run(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'furlong-bench-'))
  const entry = join(folder, 'app.ts')
  await writeFile(entry, source('0'))
  const argv = [furlong, 'dev', entry, '--memory', '--port', '0', '--public']
  const dev = await start(argv, { until: /http:/, cwd: folder })
  const floor = await start([floorServer, '0'])
  const bundle = await context({ entryPoints: [entry], bundle: true, write: false, platform: 'node' })
  const floorMs: number[] = []
  const furlongMs: number[] = []
  try {
    const url = /http:\S+/.exec(dev.firstLine)?.[0] ?? ''
    for (let round = 0; round <= rounds; round += 1) {
      const bareAt = performance.now()
      await bundle.rebuild()
      const call = { url: floor.firstLine, credentials: benchCredentials, region: benchRegion }
      await load({ ...call, connections: 1, durationMs: 0 })
      const bare = performance.now() - bareAt
      const savedAt = performance.now()
      await writeFile(entry, source(String(round)))
      while ((await read(url)) !== String(round));
      const ours = performance.now() - savedAt
      // The first round warms both up.
      if (round === 0) continue
      floorMs.push(bare)
      furlongMs.push(ours)
    }
  } finally {
    await bundle.dispose()
    await end(dev)
    await end(floor)
    await rm(folder, { recursive: true, force: true })
  }
  const ratios = furlongMs.map((value, round) => value / (floorMs[round] as number))
  return [
    { row: 'floor: bundle anew, start a bare bootstrap, first answer', value: median(floorMs), unit: 'ms' },
    {
      row: 'furlong dev: from saving to the first answer of the new code',
      value: median(furlongMs),
      unit: 'ms',
      xFloor: median(ratios),
    },
  ]
}

/** One request after the other: whoever saves and looks in a browser waits as long. */
function read(url: string): Promise<string> {
  return new Promise((done, fail) => {
    request(url, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.on('end', () => done(text))
    })
      .on('error', fail)
      .end()
  })
}
