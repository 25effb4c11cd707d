import { execFileSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { makeWheel } from '../../../../conform/wheel.ts'
import { Place, type Running } from '../testing/program.ts'

// pip takes a second for each run, and many where the machine is busy.
vi.setConfig({ testTimeout: 180_000 })

let place: Place
let side: Running
let port = ''

function findMissingPip(): string {
  try {
    execFileSync('python3', ['-m', 'pip', '--version'], { stdio: 'ignore' })
    return ''
  } catch {
    return ' (not run: python3 with pip is missing)'
  }
}
const missingPip = findMissingPip()

describe.skipIf(missingPip)(`furlong deploy app.py${missingPip}`, () => {
  beforeAll(async () => {
    place = await Place.make()
    Object.assign(place.env, {
      PIP_CONFIG_FILE: '/dev/null',
      PIP_NO_INDEX: '1',
      PIP_FIND_LINKS: join(place.folder, 'wheels'),
    })
    await mkdir(join(place.folder, 'wheels'))
    await mkdir(join(place.folder, 'app'))
    const wheels = join(place.folder, 'wheels')
    for (const [name, tag] of [
      ['greeting', 'py3-none-any'],
      ['elsewhere', 'cp313-cp313-win_amd64'],
    ] as const) {
      await makeWheel(wheels, { name, tag, files: { [`${name}.py`]: `says = "from the package ${name}"\n` } })
    }
    await writeFile(
      join(place.folder, 'app/app.py'),
      'import greeting\n\ndef handler(event, context):\n    return {"statusCode": 200, "body": greeting.says}\n',
    )
    await writeFile(join(place.folder, 'app/requirements.txt'), 'greeting\n')
    side = place.start(['up', '--memory', '--port', '0'])
    port = (await side.until('err', /127\.0\.0\.1:(\d+)/))[1] ?? ''
  })

  afterAll(async () => {
    await side.end()
    await place.close()
  })

  it('deploys it with its packages, once, calls it, and takes it away', async () => {
    const first = await place.run('deploy', 'app/app.py', '--name', 'greeter', '--port', port)
    expect(first).toMatchObject({ code: 0 })
    expect(first.err).toMatch(
      /function +create .*zip of [\d.]+ kB with 1 package for Python 3\.\d+ of this machine/,
    )
    expect(await place.run('call', 'greeter', '--port', port)).toMatchObject({
      code: 0,
      out: 'from the package greeting',
    })
    const again = await place.run('deploy', 'app/app.py', '--name', 'greeter', '--port', port)
    expect(again.err).toContain('Nothing to change for greeter')
    expect(await place.run('destroy', 'greeter', '--port', port)).toMatchObject({ code: 0 })
    expect((await place.run('call', 'greeter', '--port', port)).code).toBe(1)
  })

  it('names a wheel that does not fit, and makes nothing', async () => {
    await writeFile(join(place.folder, 'app/requirements.txt'), 'greeting\nelsewhere\n')
    const refused = await place.run('deploy', 'app/app.py', '--name', 'other', '--port', port)
    expect(refused.code).toBe(1)
    expect(refused.err).toContain('elsewhere has no wheel that fits Python 3.')
    expect(refused.err).toContain('there is elsewhere-1.0-cp313-cp313-win_amd64.whl.')
    expect((await place.run('destroy', 'other', '--plan', '--port', port)).err).toContain(
      "no function 'other'",
    )
  })
})
